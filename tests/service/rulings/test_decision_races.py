"""Decisions at the same moment as other changes, on committed data: the counts stay exact."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.attendance import check_in, closing
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.presence_store import RaceLostError
from service.attendance.sent_records import SentRecord
from service.figures import counts
from service.models import (
    Appeal,
    Attendance,
    AttendanceDecision,
    Event,
    Outbox,
    RefusalAppeal,
    Volunteer,
)
from service.people import identities
from service.platform.thresholds import Thresholds
from service.rulings import appeals, corrections, decisions, refusal_appeals, reviews
from service.rulings.corrections import Correction
from service.rulings.standing import RuledBy
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer

LATER = NOW + timedelta(minutes=45)
ROUNDS = 12


@contextmanager
def committed(sessions: Sessions) -> Iterator[Session]:
    """A session as a view has it: use cases roll back and begin anew in it, the entry point commits."""
    with sessions() as session:
        yield session
        session.commit()


class Stage:
    """One event with its organizer, a volunteer and two coordinators, all committed."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            self.owner, self.volunteer = make_volunteer(session), make_volunteer(session)
            self.event: Event = make_event(session, make_organization(session, self.owner))
            self.coordinators = [make_coordinator(session), make_coordinator(session)]

    def report(self, kind: RecordKind, at: Any = NOW, *, mocked: bool = False) -> None:
        position = Position(*AKTOBE, accuracy_m=8, fixed_at=at, mocked=mocked)
        installation = str(self.volunteer.id)
        sent = SentRecord(uuid4(), self.event.id, kind, installation, at, timedelta(0), position)
        check_in.record(committing(self.sessions), self.volunteer.subject, sent, at, Thresholds())

    def actor(self, session: Session, who: Volunteer) -> Actor:
        found = identities.find_actor(session, who.subject)
        assert found is not None
        return found

    def correct(self, *, present: bool, minutes: int | None, reason: str = "мен көрдім") -> None:
        with committed(self.sessions) as session:
            corrections.correct(
                session,
                self.actor(session, self.owner),
                self.event.id,
                self.volunteer.id,
                Correction(present, minutes, reason),
                LATER,
                Thresholds(),
            )

    def decide(self, status: Status, by: int = 0) -> None:
        with committed(self.sessions) as session:
            actor = self.actor(session, self.coordinators[by])
            reviews.decide(session, actor, self.attendance().id, status, str(status), LATER, Thresholds())

    def appeal(self) -> None:
        with committed(self.sessions) as session:
            actor = self.actor(session, self.volunteer)
            appeals.appeal(session, actor, self.attendance().id, "мен сонда болдым", LATER, None)

    def attendance(self) -> Attendance:
        query = sa.select(Attendance).where(Attendance.event_id == self.event.id)
        with self.sessions() as session:
            return session.scalars(query).one()

    def decisions(self) -> list[AttendanceDecision]:
        with self.sessions() as session:
            return list(decisions.kept(session, self.attendance().id))

    def figures(self) -> dict[str, int]:
        with self.sessions() as session:
            rows = counts.count(session, counts.CountRequest(self.event.day, self.event.day, "event"), LATER)
        found = {row["key"]: row for row in rows["rows"]}.get(str(self.event.id), {})
        return {name: found.get(name, 0) for name in ("participations", "minutes", "in_review")}

    def expected(self) -> dict[str, int]:
        held = self.attendance()
        is_counted = held.status == "counted"
        minutes = (held.minutes or 0) - held.assumed_minutes if is_counted else 0
        return {
            "participations": int(is_counted),
            "minutes": minutes,
            "in_review": int(held.status == "review"),
        }


def together(*acts: Callable[[], None]) -> list[BaseException | None]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.exception() for future in [pool.submit(act) for act in acts]]


def test_a_correction_while_the_volunteer_checks_out(sessions: Sessions) -> None:
    for _ in range(ROUNDS):
        stage = Stage(sessions)
        stage.report(RecordKind.CHECK_IN)
        failed = together(
            lambda stage=stage: stage.correct(present=True, minutes=60),  # type: ignore[misc]
            lambda stage=stage: stage.report(RecordKind.CHECK_OUT, LATER),  # type: ignore[misc]
        )
        assert failed == [None, None]
        held = stage.attendance()
        # Whoever was first: both are in it.
        assert (held.minutes, held.evidence, held.checked_out_at) == (60, "organizer", LATER)
        assert stage.figures() == {"participations": 1, "minutes": 60, "in_review": 0}


def test_vouching_while_the_first_check_in_arrives(sessions: Sessions) -> None:
    for _ in range(ROUNDS):
        stage = Stage(sessions)
        failed = together(
            lambda stage=stage: stage.correct(present=True, minutes=60),  # type: ignore[misc]
            lambda stage=stage: stage.report(RecordKind.CHECK_IN),  # type: ignore[misc]
        )
        assert failed == [None, None]
        held = stage.attendance()
        assert (held.minutes, held.evidence, held.checked_in_at) == (60, "organizer", NOW)
        assert stage.figures() == stage.expected() == {"participations": 1, "minutes": 60, "in_review": 0}


def test_the_same_correction_many_times_at_once_is_kept_once(sessions: Sessions) -> None:
    stage = Stage(sessions)
    failed = together(*[lambda: stage.correct(present=True, minutes=60)] * 8)
    assert failed == [None] * 8
    assert len(stage.decisions()) == 1
    assert stage.figures() == {"participations": 1, "minutes": 60, "in_review": 0}


def test_coordinators_who_disagree_at_once(sessions: Sessions) -> None:
    for _ in range(ROUNDS):
        stage = Stage(sessions)
        stage.report(RecordKind.CHECK_IN, mocked=True)
        stage.report(RecordKind.CHECK_OUT, LATER)
        failed = together(
            lambda stage=stage: stage.decide(Status.COUNTED, 0),  # type: ignore[misc]
            lambda stage=stage: stage.decide(Status.REJECTED, 1),  # type: ignore[misc]
        )
        assert failed == [None, None]
        first, second = stage.decisions()
        assert first.before is not None
        assert second.before is not None
        # One chain: what the first left is what the second found, and what holds is the second.
        assert (first.before["status"], second.before) == ("review", first.after)
        assert stage.attendance().status == second.status
        assert stage.figures() == stage.expected()
        with sessions() as session:
            told = session.scalar(
                sa.select(sa.func.count()).where(
                    Outbox.event_id == stage.event.id, Outbox.kind == "review_decided"
                )
            )
        assert told == 2


def test_an_appeal_at_the_moment_of_a_decision_is_heard_or_open(sessions: Sessions) -> None:
    for _ in range(ROUNDS):
        stage = Stage(sessions)
        stage.report(RecordKind.CHECK_IN, mocked=True)
        failed = together(
            lambda stage=stage: stage.decide(Status.REJECTED),  # type: ignore[misc]
            lambda stage=stage: stage.appeal(),  # type: ignore[misc]
        )
        assert failed == [None, None]
        with sessions() as session:
            appeal = session.get_one(Appeal, stage.attendance().id)
            reader = stage.actor(session, stage.coordinators[0])
            waiting = reviews.waiting(session, reader, None, None, 100, NOW)
        assert (appeal.decided_at is None) == (appeal.attendance_id in {one.attendance.id for one in waiting})


def test_answers_at_once_are_one(sessions: Sessions) -> None:
    stage = Stage(sessions)
    stage.report(RecordKind.CHECK_IN, mocked=True)
    failed = together(*[stage.appeal] * 6)
    assert sorted(type(error).__name__ for error in failed) == ["AlreadyAppealed"] * 5 + ["NoneType"]


def test_a_lost_race_is_run_again_and_then_given_up(session: Session) -> None:
    tries: list[int] = []

    def lose(times: int) -> str:
        tries.append(times)
        if len(tries) <= times:
            raise RaceLostError
        return "won"

    assert decisions.retrying(session, lambda: lose(2)) == "won"
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(errors.Busy):
        decisions.retrying(session, lambda: lose(100))
    assert len(tries) == check_in.MAX_RACES


def test_a_change_behind_the_decisions_back_is_noticed(sessions: Sessions) -> None:
    """The job that closes forgotten check-outs takes no lock on people: the version notices it."""
    stage = Stage(sessions)
    stage.report(RecordKind.CHECK_IN)
    ended = stage.event.ends_at + timedelta(hours=2)
    with sessions.begin() as session:
        case = decisions.lock_and_read(session, stage.event.id, stage.volunteer.id)
        with sessions.begin() as other:
            assert closing.close_forgotten(other, ended, Thresholds()) >= 1
        word = decisions.Ruling(RuledBy.ORGANIZER, stage.owner.id, Status.COUNTED, 60, "x")
        with pytest.raises(RaceLostError):
            decisions.put(session, case, word, ended, Thresholds())
        session.rollback()
    assert stage.decisions() == []


def test_a_refusal_that_another_coordinator_has_accepted_meanwhile_is_one_no_more(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second decides about the attendance: what is told and what counts are the same."""
    stage = Stage(sessions)
    at = stage.event.starts_at
    made_id = uuid4()
    with sessions.begin() as session:
        session.add(
            RefusalAppeal(
                event_id=stage.event.id, volunteer_id=stage.volunteer.id, id=uuid4(),
                attendance_id=made_id, text="мен сонда болдым", created_at=LATER, captured_at=at,
                refused_as="outside-area", distance_m=2_000,
            )
        )  # fmt: skip

    def decide(status: Status, by: int) -> None:
        with committed(sessions) as session:
            actor = stage.actor(session, stage.coordinators[by])
            reviews.decide(session, actor, made_id, status, str(status), LATER, Thresholds())

    put = refusal_appeals.put

    def losing(session: Session, *args: Any) -> Any:
        """Lost to the other coordinator, as a change of the same attendance makes one lose."""
        monkeypatch.undo()
        session.rollback()
        decide(Status.COUNTED, 1)
        raise RaceLostError

    monkeypatch.setattr(refusal_appeals, "put", losing)
    decide(Status.REJECTED, 0)
    assert refusal_appeals.put is put
    with sessions() as session:
        appeal = session.get_one(RefusalAppeal, (stage.event.id, stage.volunteer.id))
    assert (appeal.decision, stage.attendance().status) == ("counted", "rejected")
    assert [one.status for one in stage.decisions()] == ["counted", "rejected"]
    assert stage.figures() == stage.expected()
