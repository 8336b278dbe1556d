"""When an event's times change, its attendances are derived again: by a job, in chunks, exact meanwhile."""

import importlib
import itertools
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from service.attendance import check_in, closing, presence_facts
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.events import changing
from service.ledger import ledger
from service.models import Attendance, CountPending, CountTotal, Event, Organization, Volunteer
from service.people import identities
from service.platform import queue
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from service.rulings import corrections, reviews
from service.rulings.corrections import Correction
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer

START = NOW - timedelta(hours=2)
END = NOW
LEFT = END + timedelta(minutes=40)
MOVED_AT = END + timedelta(minutes=45)
FIGURES = ("participations", "in_review", "minutes", "minutes_assumed")

_metres = itertools.cycle(range(50))


class Stage:
    """An event of two hours, committed, with people who come and go."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.now = MOVED_AT
        with sessions.begin() as session:
            self.owner = make_volunteer(session)
            self.coordinator = make_coordinator(session)
            self.event = make_event(
                session, make_organization(session, self.owner), starts_at=START, ends_at=END
            )

    def person(self) -> Volunteer:
        with self.sessions.begin() as session:
            return make_volunteer(session)

    def send(
        self,
        who: Volunteer,
        kind: RecordKind,
        at: Any,
        *,
        mocked: bool = False,
        at_event: Event | None = None,
    ) -> None:
        position = Position(AKTOBE[0] + next(_metres) * 1e-5, AKTOBE[1], 8, at, mocked)
        sent = SentRecord(uuid4(), (at_event or self.event).id, kind, str(who.id), at, timedelta(0), position)
        check_in.record(committing(self.sessions), who.subject, sent, at, Thresholds())

    def visit(self, left: Any = LEFT, *, mocked: bool = False) -> Volunteer:
        """Somebody who was there from the start until then; None: forgot to check out."""
        who = self.person()
        self.send(who, RecordKind.CHECK_IN, START, mocked=mocked)
        if left is not None:
            self.send(who, RecordKind.CHECK_OUT, left)
        return who

    def move(self, **changes: Any) -> Event:
        with self.sessions.begin() as session:
            actor = identities.find_actor(session, self.owner.subject)
            assert actor is not None
            event = session.get_one(Event, self.event.id)
            return changing.change(session, actor, event.id, event.version, changes, self.now)

    def end_at(self, ends_at: Any) -> Event:
        return self.move(ends_at=ends_at)

    def correct(self, who: Volunteer, *, present: bool, minutes: int | None = None) -> None:
        with self.sessions() as session:
            actor = identities.find_actor(session, self.owner.subject)
            assert actor is not None
            said = Correction(present, minutes, "мен көрдім")
            corrections.correct(session, actor, self.event.id, who.id, said, self.now, Thresholds())
            session.commit()

    def review(self, who: Volunteer, status: Status) -> None:
        with self.sessions() as session:
            actor = identities.find_actor(session, self.coordinator.subject)
            assert actor is not None
            id_ = self.attendance(who).id
            reviews.decide(session, actor, id_, status, "x", self.now, Thresholds())
            session.commit()

    def run_jobs(self) -> int:
        """What the worker would do of this room's jobs; how many there were."""
        query = (
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'attendance.%'"
            " RETURNING task_name, args"
        )
        runtime = Runtime(self.sessions, FixedClock(self.now), Thresholds(), {})
        context = SimpleNamespace(additional_context={"runtime": runtime})
        with self.sessions.begin() as session:
            jobs = session.execute(sa.text(query)).all()
        for name, arguments in jobs:
            queue.app.tasks[name].func(context, **arguments)
        return len(jobs)

    def attendance(self, who: Volunteer, event: Event | None = None) -> Attendance:
        query = sa.select(Attendance).where(
            Attendance.event_id == (event or self.event).id, Attendance.volunteer_id == who.id
        )
        with self.sessions() as session:
            return session.scalars(query).one()

    def minutes(self, who: Volunteer) -> int | None:
        return self.attendance(who).minutes

    def rederiving(self) -> bool:
        with self.sessions() as session:
            return session.get_one(Event, self.event.id).rederiving

    def assert_figures_are_those_of_the_rows(self) -> None:
        def sums(table: Any, where: Any) -> list[int]:
            query = sa.select(*(sa.func.coalesce(sa.func.sum(table.c[name]), 0) for name in FIGURES))
            return [int(value) for value in session.execute(query.where(where)).one()]

        with self.sessions.begin() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            counted = [
                sum(pair)
                for pair in zip(
                    *(
                        sums(table.__table__, table.event_id == self.event.id)
                        for table in (CountPending, CountTotal)
                    ),
                    strict=True,
                )
            ]
            rows = session.scalars(sa.select(Attendance).where(Attendance.event_id == self.event.id)).all()
        there = [row for row in rows if row.status == "counted"]
        assert dict(zip(FIGURES, counted, strict=True)) == {
            "participations": len(there),
            "in_review": sum(row.status == "review" for row in rows),
            "minutes": sum((row.minutes or 0) - row.assumed_minutes for row in there),
            "minutes_assumed": sum(row.assumed_minutes for row in there),
        }


@pytest.fixture
def stage(sessions: Sessions) -> Iterator[Stage]:
    made = Stage(sessions)
    yield made
    made.assert_figures_are_those_of_the_rows()


def test_minutes_follow_the_moved_end(stage: Stage) -> None:
    who = stage.visit()
    assert stage.minutes(who) == 120
    stage.end_at(END + timedelta(hours=1))
    stage.assert_figures_are_those_of_the_rows()
    assert stage.run_jobs() >= 1
    assert stage.minutes(who) == 160


def test_minutes_follow_an_end_that_comes_sooner(stage: Stage) -> None:
    stage.now = END - timedelta(minutes=30)
    who = stage.visit(END - timedelta(minutes=40))
    stage.end_at(END - timedelta(minutes=20))
    stage.run_jobs()
    assert stage.minutes(who) == 80
    stage.end_at(END - timedelta(minutes=60))
    stage.run_jobs()
    assert stage.minutes(who) == 60


def test_a_job_is_deferred_whoever_is_there(stage: Stage) -> None:
    stage.end_at(END + timedelta(hours=1))
    assert stage.run_jobs() == 1
    assert stage.rederiving() is False


def test_a_change_of_other_things_derives_nothing(stage: Stage) -> None:
    stage.move(title={"kk": "Басқа атау"})
    assert stage.run_jobs() == 0


def test_what_staff_decided_stays(stage: Stage) -> None:
    vouched, named, rejected, accepted = (
        stage.person(),
        stage.visit(),
        stage.visit(),
        stage.visit(mocked=True),
    )
    stage.correct(vouched, present=True)
    stage.correct(named, present=True, minutes=50)
    stage.correct(rejected, present=False)
    stage.review(accepted, Status.COUNTED)
    stage.end_at(END + timedelta(hours=1))
    stage.run_jobs()
    found = {one: stage.attendance(who) for one, who in enumerate((vouched, named, rejected, accepted))}
    # Vouched for without minutes: the whole event, which is longer now.
    assert [(one.status, one.minutes) for one in found.values()] == [
        ("counted", 180),
        ("counted", 50),
        ("rejected", 160),
        ("counted", 160),
    ]


def test_who_waits_for_a_decision_waits_on_with_the_new_minutes(stage: Stage) -> None:
    who = stage.visit(mocked=True)
    stage.end_at(END + timedelta(hours=1))
    stage.run_jobs()
    assert (stage.attendance(who).status, stage.minutes(who)) == ("review", 160)


def test_a_closed_presence_is_open_again_until_the_new_end(stage: Stage) -> None:
    who = stage.visit(None)
    stage.now = END + timedelta(minutes=59)
    moved = END + timedelta(hours=2)
    stage.end_at(moved)
    stage.run_jobs()
    assert stage.attendance(who).checked_out_at is None
    stage.now = moved + timedelta(minutes=60)
    with stage.sessions.begin() as session:
        closing.close_forgotten(session, stage.now, Thresholds())
    held = stage.attendance(who)
    assert (held.checked_out_at, held.minutes, held.minutes_assumed) == (moved, 240, True)


def test_the_event_says_that_it_is_being_derived_again(stage: Stage) -> None:
    stage.visit()
    assert stage.rederiving() is False
    assert stage.end_at(END + timedelta(hours=1)).rederiving is True
    assert stage.rederiving() is True
    stage.run_jobs()
    assert stage.rederiving() is False


def test_nothing_is_closed_meanwhile(stage: Stage) -> None:
    who = stage.visit(None)
    stage.now = END + timedelta(minutes=55)
    stage.end_at(END + timedelta(minutes=5))
    with stage.sessions.begin() as session:
        closing.close_forgotten(session, END + timedelta(minutes=90), Thresholds())
    assert stage.attendance(who).checked_out_at is None


def read_and_be_late(stage: Stage, late: Volunteer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's attendance changes after it was read with others, before they are stored."""
    read_pairs = presence_facts.read_pairs

    def reading(*args: Any, **options: Any) -> Any:
        pairs = read_pairs(*args, **options)
        monkeypatch.undo()
        with stage.sessions.begin() as other:
            other.execute(
                sa.update(Attendance)
                .where(Attendance.event_id == stage.event.id, Attendance.volunteer_id == late.id)
                .values(version=Attendance.version + 1)
            )
        return pairs

    monkeypatch.setattr(presence_facts, "read_pairs", reading)


def test_one_that_changes_meanwhile_keeps_nobody_else_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [stage.visit(None) for _ in range(3)]
    read_and_be_late(stage, people[1], monkeypatch)
    with stage.sessions.begin() as session:
        closing.close_forgotten(session, END + timedelta(hours=2), Thresholds())
    assert [stage.minutes(who) for who in people] == [120, 120, 120]


def test_one_that_changes_meanwhile_holds_up_no_chunk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [stage.visit() for _ in range(3)]
    stage.end_at(END + timedelta(hours=1))
    read_and_be_late(stage, people[1], monkeypatch)
    stage.run_jobs()
    assert [stage.minutes(who) for who in people] == [160, 160, 160]
    assert stage.rederiving() is False


def interrupted_after_one_chunk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies at the second chunk, of two people each."""
    rederivation: Any = importlib.import_module("service.attendance.rederivation")
    monkeypatch.setattr(rederivation, "CHUNK", 2)
    derive, calls = rederivation.derive_chunk, []

    def dying(*args: Any) -> Any:
        calls.append(args)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return derive(*args)

    with monkeypatch.context() as patched:
        patched.setattr(rederivation, "derive_chunk", dying)
        with pytest.raises(KeyboardInterrupt):
            stage.run_jobs()


def test_a_worker_that_dies_leaves_exact_figures_and_the_next_one_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [stage.visit() for _ in range(5)]
    stage.end_at(END + timedelta(hours=1))
    interrupted_after_one_chunk(stage, monkeypatch)
    stage.assert_figures_are_those_of_the_rows()
    assert sorted(str(stage.minutes(who)) for who in people) == ["120", "120", "120", "160", "160"]
    assert stage.rederiving() is True
    versions = {stage.attendance(who).id: stage.attendance(who).version for who in people}
    runtime = Runtime(stage.sessions, FixedClock(stage.now + timedelta(minutes=10)), Thresholds(), {})
    context = SimpleNamespace(additional_context={"runtime": runtime})
    queue.app.tasks["attendance.derive_again_left"].func(context, timestamp=0)
    assert [stage.minutes(who) for who in people] == [160] * 5
    assert stage.rederiving() is False
    again = [stage.attendance(who).version - versions[stage.attendance(who).id] for who in people]
    assert sorted(again) == [0, 0, 1, 1, 1]


def test_the_figures_are_exact_while_the_totals_are_folded(stage: Stage) -> None:
    who = stage.visit()
    with stage.sessions.begin() as session:
        ledger.fold(session, NOW)
    stage.end_at(END + timedelta(hours=1))
    stage.assert_figures_are_those_of_the_rows()
    stage.run_jobs()
    stage.assert_figures_are_those_of_the_rows()
    assert stage.minutes(who) == 160


def test_an_end_that_reaches_into_another_event_is_a_doubt_about_both(stage: Stage) -> None:
    """Until the end moved, what was recorded after it was no presence here."""
    who = stage.visit()
    with stage.sessions.begin() as session:
        organization = session.get_one(Organization, stage.event.organization_id)
        next_door = make_event(session, organization, starts_at=END, ends_at=END + timedelta(hours=2))
    stage.send(who, RecordKind.CHECK_IN, END + timedelta(minutes=10), at_event=next_door)
    stage.send(who, RecordKind.CHECK_OUT, END + timedelta(minutes=39), at_event=next_door)
    assert (stage.attendance(who).status, stage.attendance(who, next_door).status) == ("counted", "counted")
    stage.end_at(END + timedelta(hours=1))
    stage.run_jobs()
    assert (stage.attendance(who).status, stage.attendance(who, next_door).status) == ("review", "review")


def test_a_second_move_before_the_job_gives_the_last_end(stage: Stage) -> None:
    who = stage.visit()
    stage.end_at(END + timedelta(hours=1))
    stage.end_at(END + timedelta(minutes=20))
    stage.run_jobs()
    assert stage.minutes(who) == 140
    assert stage.rederiving() is False
