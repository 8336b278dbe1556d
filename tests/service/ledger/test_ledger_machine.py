"""Whatever people and staff do, in any order: what is counted is what the rows say, after each single change.

The rows are counted anew by `verify.differences`, which knows nothing of how the figures came to be.
`LEDGER_EXAMPLES=1000` runs it by hand for longer.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.attendance import check_in, closing, groups, rederivation
from service.attendance.evidence import Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.events import calling_off, changing, signups
from service.ledger import ledger, scope_checks, verify
from service.models import Attendance, Event, Volunteer
from service.people import identities
from service.platform.database import within
from service.platform.thresholds import Thresholds
from service.rulings import corrections, reviews
from service.rulings.corrections import Correction
from tests.conftest import NOW
from tests.machines import run
from tests.makers import AKTOBE, make_coordinator, make_event, make_organization, make_volunteer

ALMATY = {"latitude": 43.2389, "longitude": 76.8897}
LIMITS = Thresholds()
EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "4"))
people = st.integers(0, 2)
statuses = st.sampled_from([Status.COUNTED, Status.REJECTED])


class LedgerMachine(RuleBasedStateMachine):
    """One event with people, its organizer and a coordinator; time goes on, and nobody counts by hand."""

    connection: sa.Connection

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.connection.begin_nested()
        mode = "create_savepoint"
        self.session = Session(self.connection, join_transaction_mode=mode, expire_on_commit=False)
        self.owner, self.coordinator = make_volunteer(self.session), make_coordinator(self.session, "*")
        self.people = [make_volunteer(self.session) for _ in range(3)]
        organization = make_organization(self.session, self.owner)
        starts_at = NOW - timedelta(minutes=30)
        self.event_id = make_event(self.session, organization, capacity=3, starts_at=starts_at).id
        ledger.add(self.session, self.event, events=1)
        self.session.commit()
        self.group_id, self.now = uuid4(), NOW

    def teardown(self) -> None:
        self.session.close()
        self.savepoint.rollback()

    @property
    def event(self) -> Event:
        return self.session.get_one(Event, self.event_id, populate_existing=True)

    def actor(self, who: Volunteer) -> Actor:
        found = identities.find_actor(self.session, who.subject)
        assert found is not None
        return found

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is refused changes nothing."""
        try:
            yield
            self.session.commit()
        except errors.ServiceError:
            self.session.rollback()

    @rule(minutes=st.sampled_from([1, 10, 45, 120]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        person=people,
        kind=st.sampled_from(RecordKind),
        mocked=st.booleans(),
        metres=st.integers(0, 500),
        companions=st.integers(0, 3),
    )
    def record(self, person: int, kind: RecordKind, metres: int, companions: int, *, mocked: bool) -> None:
        latitude = AKTOBE[0] + metres * 1e-5
        position = Position(latitude, AKTOBE[1], accuracy_m=8, fixed_at=self.now, mocked=mocked)
        installation = f"phone-{person}"
        sent = SentRecord(uuid4(), self.event_id, kind, installation, self.now, timedelta(0), position)
        if kind is RecordKind.CHECK_IN:
            sent = replace(sent, companions=companions)
        subject = str(self.people[person].subject)
        with self.attempt():
            check_in.record(within(self.connection), subject, sent, self.now, LIMITS)

    @rule(person=people, present=st.booleans(), minutes=st.none() | st.integers(0, 200))
    def correct(self, person: int, minutes: int | None, *, present: bool) -> None:
        word = Correction(present, minutes if present else None, "мен көрдім")
        with self.attempt():
            organizer, who = self.actor(self.owner), self.people[person].id
            corrections.correct(self.session, organizer, self.event_id, who, word, self.now, LIMITS)

    @rule(person=people, status=statuses)
    def decide(self, person: int, status: Status) -> None:
        query = sa.select(Attendance.id).where(
            Attendance.event_id == self.event_id, Attendance.volunteer_id == self.people[person].id
        )
        attendance_id: UUID | None = self.session.scalar(query)
        if attendance_id is not None:
            with self.attempt():
                by = self.actor(self.coordinator)
                reviews.decide(self.session, by, attendance_id, status, "дәлел", self.now, LIMITS)

    def change(self, **changes: object) -> None:
        with self.attempt():
            by, version = self.actor(self.owner), self.event.version
            changing.change(self.session, by, self.event_id, version, changes, self.now)

    @rule(minutes=st.sampled_from([-60, -20, 30, 90]))
    def move_the_end(self, minutes: int) -> None:
        """The job that derives again may come later, after whatever else."""
        self.change(ends_at=self.event.ends_at + timedelta(minutes=minutes))

    @rule(days=st.sampled_from([-1, 1]))
    def move_to_another_day(self, days: int) -> None:
        shift, event = timedelta(days=days), self.event
        self.change(starts_at=event.starts_at + shift, ends_at=event.ends_at + shift)

    @rule(district=st.sampled_from([None, "151000000", "153200000"]))
    def move_to_another_district(self, district: str | None) -> None:
        """Also when people were there already: it is no place where presence counts."""
        self.change(district_code=district)

    @rule()
    def move_to_another_region(self) -> None:
        self.change(**ALMATY)

    @rule(capacity=st.none() | st.integers(1, 4))
    def resize(self, capacity: int | None) -> None:
        self.change(capacity=capacity)

    @rule(person=people, companions=st.integers(0, 2))
    def sign_up(self, person: int, companions: int) -> None:
        with self.attempt():
            actor = self.actor(self.people[person])
            signups.sign_up(self.session, actor, self.event_id, companions, self.now)

    @rule(person=people)
    def withdraw(self, person: int) -> None:
        with self.attempt():
            signups.withdraw(self.session, self.actor(self.people[person]), self.event_id, self.now)

    @rule(people=st.none() | st.integers(1, 50), expected=st.none() | st.integers(1, 50))
    def announce_or_confirm_a_group(self, people: int | None, expected: int | None) -> None:
        with self.attempt():
            group, by = groups.Group("7А", people, 20, expected=expected), self.actor(self.owner)
            groups.give(self.session, by, self.event_id, self.group_id, group, self.now)

    @rule()
    def take_the_head_count_back(self) -> None:
        with self.attempt():
            groups.retract(self.session, self.actor(self.owner), self.event_id, self.group_id, self.now)

    @rule()
    def call_off(self) -> None:
        with self.attempt():
            calling_off.cancel(self.session, self.actor(self.owner), self.event_id, "дауыл", self.now)

    @rule()
    def jobs_run(self) -> None:
        with self.attempt():
            while rederivation.derive_chunk(self.session, self.event_id, self.now, LIMITS):
                self.session.commit()
            closing.close_forgotten(self.session, self.now, LIMITS)

    @rule()
    def fold(self) -> None:
        with self.attempt():
            ledger.fold(self.session, NOW)

    @invariant()
    def counted_as_the_rows_say(self) -> None:
        self.session.flush()
        wrong = [*verify.differences(self.session), *scope_checks.wrong(self.session)]
        assert [str(one) for one in wrong] == []


def test_what_is_counted_is_what_the_rows_say_in_any_order(connection: sa.Connection) -> None:
    run(LedgerMachine, EXAMPLES, steps=20, connection=connection)
