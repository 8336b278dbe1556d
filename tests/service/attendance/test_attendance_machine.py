"""Whatever comes live, in batches, repeated, cut or late: the same records give the same attendance.

A state machine plays phones, with clocks that are right or wrong: what they record is sent at once or kept,
in any order, again, or without an answer. Some events overlap, and staff rules in between. At the end the
same records are played a second time, one by one in the order of presence. Both worlds must agree.
`ATTENDANCE_EXAMPLES=1000` runs it by hand for longer.
"""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in, closing, cross_checks, rederivation
from service.attendance.check_in import RecordOutcome
from service.attendance.derivation import Decision
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.models import Attendance, CountPending, Event, Volunteer
from service.platform.database import engine_options, sqlalchemy_url, within
from service.platform.thresholds import Thresholds
from service.rulings import decisions
from service.rulings.decisions import RuledBy, Ruling
from tests.conftest import NOW, fresh_database
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer

EXAMPLES = int(os.environ.get("ATTENDANCE_EXAMPLES", "20"))
LIMITS = Thresholds(shared_code_people=3)
PEOPLE, PHONES = 6, 3
SOMEBODY = [0, 0, 0, 0, 0, *range(1, PEOPLE)]
"""Often the same one: rules between somebody's own records need many of them."""

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AFTERWARDS = NOW + timedelta(hours=20)
CHOBDA = (50.15, 55.45)
"""Some 120 km from Aktobe: nobody is there ten minutes later."""


@dataclass(frozen=True)
class Cancelled:
    """An organizer calls an event off."""

    event: int
    at: datetime


@dataclass(frozen=True)
class Ruled:
    """A coordinator decides on somebody's attendance."""

    person: int
    event: int
    status: Status


@dataclass(frozen=True)
class Recorded:
    """A phone records presence; `sent` is what it sends, sooner or later."""

    person: int
    sent: SentRecord


Happening = Cancelled | Ruled | Recorded


class World:
    """People, events, and one connection on which all of it is rolled back."""

    def __init__(self, engine: sa.Engine) -> None:
        self.connection = engine.connect()
        self.transaction = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint")
        numbers = random.Random(1)  # noqa: S311 - the same ids in both worlds
        id_ = lambda: UUID(int=numbers.getrandbits(128), version=4)  # noqa: E731 - two lines of use
        owner = make_volunteer(self.session, phone="+77010000000", id=id_())
        organization = make_organization(self.session, owner, id=id_())
        places = ((AKTOBE, 0), (CHOBDA, 1), (AKTOBE, 4), (AKTOBE, 0))
        self.events = [
            make_event(
                self.session,
                organization,
                id=id_(),
                latitude=place[0],
                longitude=place[1],
                starts_at=NOW + timedelta(hours=hours),
                code_secret=SECRET,
            ).id
            for place, hours in places
        ]
        people = [make_volunteer(self.session, phone=f"+7701000001{n}", id=id_()) for n in range(PEOPLE)]
        self.people, self.ids = [one.subject for one in people], [one.id for one in people]
        self.coordinator = make_volunteer(self.session, phone="+77010000099", id=id_()).id
        self.session.commit()

    def report(self, person: int, sent: Sequence[SentRecord], now: datetime) -> list[RecordOutcome]:
        """What a phone sends in one call."""
        connections = within(self.connection)
        return check_in.record_all(connections, self.people[person], sent, now, LIMITS)

    def cancel(self, happening: Cancelled) -> None:
        event = self.session.get_one(Event, self.events[happening.event])
        event.status, event.cancelled_at, event.cancel_reason = "cancelled", happening.at, "дауыл"
        self.session.commit()

    def rule(self, happening: Ruled, now: datetime) -> bool:
        """Whether there was something to rule on."""
        event_id, person = self.events[happening.event], self.ids[happening.person]
        file = decisions.lock_and_read(self.session, event_id, person)
        if file.held is None:
            return False
        ruling = Ruling(RuledBy.COORDINATOR, self.coordinator, happening.status, None, "көрдім")
        decision = Decision(happening.status, None, is_correction=False)
        decisions.put(self.session, file, ruling, decision, now, LIMITS)
        self.session.commit()
        return True

    def close_forgotten(self, now: datetime) -> None:
        closing.close_forgotten(self.session, now, LIMITS)
        self.session.commit()

    def verdicts(self) -> dict[tuple[str | None, UUID], tuple[str, list[str]]]:
        """What all attendances are worth, and why."""
        return {key: (state[0], state[-1]) for key, state in self.state().items()}

    def derive_all(self, now: datetime) -> None:
        """Everything from the rows, as if times had changed."""
        pairs = self.session.execute(sa.select(Attendance.event_id, Attendance.volunteer_id)).all()
        texts = [(str(event), str(person)) for event, person in pairs]
        rederivation.derive_together(self.session, texts, now, LIMITS)
        self.session.commit()

    def state(self) -> dict[tuple[str | None, UUID], tuple[Any, ...]]:
        """All attendances, but for ids: which check-in came first depends on the order, and may."""
        rows = self.session.execute(
            sa.select(Attendance, Volunteer.subject)
            .join(Volunteer, Volunteer.id == Attendance.volunteer_id)
            .execution_options(populate_existing=True)
        )
        return {
            (subject, row.event_id): (
                row.status,
                row.evidence,
                row.checked_in_at,
                row.checked_out_at,
                row.minutes,
                row.assumed_minutes,
                row.distance_m,
                sorted(row.reasons),
            )
            for row, subject in rows
        }

    def counted(self) -> dict[str, int]:
        """The counts, from the deltas that were recorded."""
        names = ("participations", "in_review", "minutes", "minutes_assumed")
        sums = [sa.func.coalesce(sa.func.sum(getattr(CountPending, name)), 0) for name in names]
        return dict(zip(names, map(int, self.session.execute(sa.select(*sums)).one()), strict=True))

    def recounted(self) -> dict[str, int]:
        """The counts, from the rows themselves."""
        rows = self.session.scalars(sa.select(Attendance)).all()
        counted = [row for row in rows if row.status == "counted"]
        return {
            "participations": len(counted),
            "in_review": sum(row.status == "review" for row in rows),
            "minutes": sum((row.minutes or 0) - row.assumed_minutes for row in counted),
            "minutes_assumed": sum(row.assumed_minutes for row in counted),
        }

    def end(self) -> None:
        self.session.close()
        self.transaction.rollback()
        self.connection.close()


def answer(outcome: RecordOutcome) -> str:
    """What a phone learns of one record, whether it was sent for the first time or again."""
    return outcome.code if isinstance(outcome, errors.ServiceError) else "stored"


class Phones(RuleBasedStateMachine):
    """Phones that send now, later, again, or in parts."""

    engine: sa.Engine

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.world = World(self.engine)
        self.now = NOW
        self.numbers = random.Random(seed)  # noqa: S311 - draws ids
        self.happened: list[Happening] = []
        # By whom, and by which phone: one call is of one phone.
        self.kept: dict[tuple[int, str], list[SentRecord]] = {}
        self.answers: dict[UUID, str] = {}
        self.arrived: dict[UUID, datetime] = {}

    @rule(minutes=st.sampled_from([1, 5, 20, 45, 90]))
    def time_passes(self, minutes: int) -> None:
        self.now = min(self.now + timedelta(minutes=minutes), AFTERWARDS)

    @rule(
        person=st.sampled_from(SOMEBODY),
        event=st.integers(0, 3),
        kind=st.sampled_from(RecordKind),
        phone=st.integers(0, PHONES - 1),
        place=st.sampled_from(
            ["there", "there", "copied", "beside", "far", "vague", "code", "code and beside"]
        ),
        mocked=st.sampled_from([False, False, False, True]),
        ahead=st.sampled_from([0, 0, 0, 3_600, -3_600]),
        by_satellites=st.booleans(),
        is_live=st.booleans(),
    )
    def record(
        self,
        person: int,
        event: int,
        kind: RecordKind,
        phone: int,
        place: str,
        *,
        mocked: bool,
        ahead: int,
        by_satellites: bool,
        is_live: bool,
    ) -> None:
        """Somebody records presence; without signal it is kept."""
        sent = self.made(event, kind, phone, place, mocked=mocked)
        clock_ahead = timedelta(seconds=ahead)
        dated_by = timedelta(0) if by_satellites else clock_ahead
        position = sent.position and replace(sent.position, fixed_at=sent.position.fixed_at + dated_by)
        sent = replace(sent, clock_ahead=clock_ahead, position=position)
        self.happened.append(Recorded(person, sent))
        if is_live:
            self.deliver(person, [sent])
        else:
            self.kept.setdefault((person, sent.installation_id), []).append(sent)

    def made(self, event: int, kind: RecordKind, phone: int, place: str, *, mocked: bool) -> SentRecord:
        latitude, longitude = CHOBDA if event == 1 else AKTOBE
        north = {"beside": 0.004, "code and beside": 0.004, "far": 0.05}.get(place, 0)
        jitter = 0 if place == "copied" else self.numbers.uniform(0, 1e-4)
        position = Position(
            latitude + north + jitter,
            longitude,
            accuracy_m=900 if place == "vague" else 8,
            fixed_at=self.now,
            mocked=mocked,
        )
        has_code = place.startswith("code")
        return SentRecord(
            id=UUID(int=self.numbers.getrandbits(128), version=4),
            event_id=self.world.events[event],
            kind=kind,
            installation_id=f"phone-{phone}",
            captured_at=self.now,
            clock_ahead=timedelta(0),
            position=None if place == "code" else position,
            code=pyotp.TOTP(SECRET, interval=60).at(self.now) if has_code else None,
        )

    def deliver(self, person: int, sent: list[SentRecord]) -> None:
        for one, outcome in zip(sent, self.world.report(person, sent, self.now), strict=True):
            found = answer(outcome)
            self.arrived.setdefault(one.id, self.now)
            assert self.answers.setdefault(one.id, found) == found, "another answer to the same record"

    @precondition(lambda self: any(self.kept.values()))
    @rule(data=st.data())
    def signal_is_back(self, data: st.DataObject) -> None:
        """Some of what was kept is sent, in any order; where the answer is lost it stays kept."""
        key = data.draw(st.sampled_from([key for key, kept in self.kept.items() if kept]))
        sent = data.draw(st.permutations(self.kept[key]))
        sent = sent[: data.draw(st.integers(1, len(sent)))]
        self.deliver(key[0], sent)
        if not data.draw(st.booleans()):
            self.kept[key] = [one for one in self.kept[key] if one not in sent]

    @rule(event=st.sampled_from([1, 2]))
    def called_off(self, event: int) -> None:
        if any(isinstance(one, Cancelled) and one.event == event for one in self.happened):
            return
        self.happened.append(Cancelled(event, self.now))
        self.world.cancel(self.happened[-1])

    @rule(
        person=st.sampled_from(SOMEBODY),
        event=st.integers(0, 3),
        status=st.sampled_from([Status.COUNTED, Status.REJECTED]),
    )
    def somebody_rules(self, person: int, event: int, status: Status) -> None:
        ruled = Ruled(person, event, status)
        if self.world.rule(ruled, self.now):
            self.happened.append(ruled)

    @rule()
    def the_job_runs(self) -> None:
        self.world.close_forgotten(self.now)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            # What is stored is what the rows say, at any time: nothing waits for the next change.
            stored = self.world.verdicts()
            self.world.derive_all(self.now)
            assert self.world.verdicts() == stored
            self.now = AFTERWARDS
            for (person, _), kept in self.kept.items():
                self.deliver(person, kept[::-1])
            self.world.close_forgotten(self.now)
            live, counted, recounted = self.world.state(), self.world.counted(), self.world.recounted()
        finally:
            self.world.end()
        assert counted == recounted
        assert live == self.in_order()

    def in_order(self) -> dict[tuple[str | None, UUID], tuple[Any, ...]]:
        """The same, each record sent at its own moment."""
        world = World(self.engine)
        try:
            for happening in self.happened:
                if isinstance(happening, Cancelled):
                    world.cancel(happening)
                    continue
                if isinstance(happening, Ruled):
                    continue
                sent = happening.sent
                # A code alone is worth something else once it was kept, wherever it comes in the order.
                arrived_at = sent.captured_at if sent.position else self.arrived[sent.id]
                (outcome,) = world.report(happening.person, [sent], arrived_at)
                assert answer(outcome) == self.answers[sent.id]
            for happening in self.happened:
                # What staff says stands above all records, also above those that came later.
                if isinstance(happening, Ruled):
                    assert world.rule(happening, AFTERWARDS)
            world.close_forgotten(AFTERWARDS)
            assert world.counted() == world.recounted()
            return world.state()
        finally:
            world.end()


@pytest.fixture(scope="module")
def engine(postgres_url: str) -> Iterator[sa.Engine]:
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url), **engine_options(2))
        yield engine
        engine.dispose()


def run(engine: sa.Engine, examples: int, *phases: Phase) -> None:
    machine = type("Machine", (Phones,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_order_of_arrival_gives_the_same_attendance(engine: sa.Engine) -> None:
    run(engine, EXAMPLES, Phase.generate, Phase.shrink)


def test_a_rule_that_doubts_only_who_comes_last_is_found(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine itself can fail: planted here is what most check-in code does."""
    whole = cross_checks.flags

    def only_of_new(new: Any, *others: Any) -> dict[Any, set[str]]:
        keys = {one.key for one in new}
        return {key: found for key, found in whole(new, *others).items() if key in keys}

    monkeypatch.setattr(cross_checks, "flags", only_of_new)
    with pytest.raises(AssertionError):
        run(engine, 500, Phase.generate)
