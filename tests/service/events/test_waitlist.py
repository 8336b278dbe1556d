"""Any order of sign-ups, withdrawals and changes: places and counts are those of a plain model."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.attendance import check_in
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.events import events, signups
from service.models import CountPending, Event, Outbox, Signup, Volunteer
from service.people import identities
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer

TOMORROW = NOW + timedelta(days=1)


def actor_of(session: Session, person: Volunteer) -> Actor:
    found = identities.find_actor(session, person.subject)
    assert found is not None
    return found


@dataclass
class Model:
    """How places ought to be given: people by number, parties with companions, the line in its order."""

    capacity: int | None
    going: dict[int, int] = field(default_factory=dict)
    line: dict[int, int] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)

    def fits_ever(self, party: int) -> bool:
        return self.capacity is None or party <= self.capacity

    def free(self) -> float:
        """Places that nobody in the line is waiting for."""
        if any(map(self.fits_ever, self.line.values())):
            return 0
        return float("inf") if self.capacity is None else self.capacity - sum(self.going.values())

    def join(self, person: int, party: int) -> str:
        if person in self.going:
            if party - self.going[person] > max(0, self.free()):
                return "full"
            self.going[person] = party
        elif self.line.get(person) == party:
            return "waitlisted"
        elif not self.fits_ever(party):
            return "party-too-large"
        elif person not in self.line and party <= self.free():
            self.going[person] = party
        else:
            self.line[person] = party
        self.fill()
        return "going" if person in self.going else "waitlisted"

    def leave(self, person: int) -> None:
        self.going.pop(person, None)
        self.line.pop(person, None)
        self.fill()

    def resize(self, capacity: int | None) -> str:
        if capacity is not None and capacity != self.capacity and capacity < sum(self.going.values()):
            return "capacity-below-going"
        self.capacity = capacity
        self.fill()
        return "done"

    def fill(self) -> None:
        for person, party in list(self.line.items()):
            if not self.fits_ever(party):
                continue
            if self.capacity is not None and sum(self.going.values()) + party > self.capacity:
                return
            self.going[person] = self.line.pop(person)
            self.told.append(person)


people = st.integers(0, 6)
REFUSALS = ("full", "party-too-large", "capacity-below-going")
capacities = st.none() | st.integers(1, 9)


class PlacesMachine(RuleBasedStateMachine):
    """The service beside the model, on one event."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.session.begin_nested()
        self.owner = make_volunteer(self.session)
        self.people = [make_volunteer(self.session) for _ in range(7)]
        organization = make_organization(self.session, self.owner)
        self.event = make_event(self.session, organization, capacity=4, starts_at=TOMORROW)
        self.model = Model(4)

    def teardown(self) -> None:
        self.savepoint.rollback()

    @contextmanager
    def attempt(self, expected: str) -> Iterator[None]:
        outcome = expected if expected not in REFUSALS else "no refusal"
        try:
            with self.session.begin_nested():
                yield
        except errors.ServiceError as refusal:
            outcome = refusal.code
        assert outcome == expected

    @rule(person=people, companions=st.integers(0, 10))
    def join(self, person: int, companions: int) -> None:
        expected = self.model.join(person, 1 + companions)
        with self.attempt(expected):
            state = signups.sign_up(
                self.session, actor_of(self.session, self.people[person]), self.event.id, companions, NOW
            )
            assert (state.status, state.companions) == (expected, companions)

    @rule(person=people)
    def leave(self, person: int) -> None:
        self.model.leave(person)
        try:
            signups.withdraw(self.session, actor_of(self.session, self.people[person]), self.event.id, NOW)
        except errors.NotFound:
            assert person not in {*self.model.going, *self.model.line}

    @rule(capacity=capacities)
    def resize(self, capacity: int | None) -> None:
        with self.attempt(self.model.resize(capacity)):
            version = self.session.get_one(Event, self.event.id, populate_existing=True).version
            events.change(
                self.session,
                actor_of(self.session, self.owner),
                self.event.id,
                version,
                {"capacity": capacity},
                NOW,
            )

    @invariant()
    def as_the_model_says(self) -> None:
        self.session.flush()
        event = self.session.get_one(Event, self.event.id, populate_existing=True)
        assert (event.going, event.waitlisted) == (
            sum(self.model.going.values()),
            sum(self.model.line.values()),
        )
        number = {person.id: n for n, person in enumerate(self.people)}
        rows = self.session.scalars(
            sa.select(Signup)
            .where(Signup.event_id == event.id, Signup.status != "cancelled")
            .order_by(Signup.queue_number)
            .execution_options(populate_existing=True)
        ).all()
        parties = {
            status: [(number[row.volunteer_id], row.people) for row in rows if row.status == status]
            for status in ("going", "waitlisted")
        }
        assert dict(parties["going"]) == self.model.going
        assert parties["waitlisted"] == list(self.model.line.items())
        counted = sa.select(sa.func.coalesce(sa.func.sum(CountPending.signups), 0)).where(
            CountPending.event_id == event.id
        )
        assert self.session.scalar(counted) == len(self.model.going)
        told = self.session.scalars(
            sa.select(Outbox.volunteer_id)
            .where(Outbox.event_id == event.id, Outbox.kind == "waitlist_moved_up")
            .order_by(Outbox.id)
        )
        assert [number[one] for one in told if one] == self.model.told


def test_places_in_any_order_of_changes(session: Session) -> None:
    def machine() -> PlacesMachine:
        made = type("Machine", (PlacesMachine,), {"session": session})()
        assert isinstance(made, PlacesMachine)
        return made

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Committed:
    """A committed event of tomorrow with its organizer and so many people."""

    def __init__(self, sessions: Sessions, capacity: int, people: int, **event: object) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            self.owner = make_volunteer(session)
            organization = make_organization(session, self.owner)
            values = {"capacity": capacity, "starts_at": TOMORROW} | event
            self.event_id = make_event(session, organization, **values).id
            self.people = [make_volunteer(session) for _ in range(people)]

    def join(self, person: Volunteer, companions: int = 0) -> None:
        with self.sessions.begin() as session:
            signups.sign_up(session, actor_of(session, person), self.event_id, companions, NOW)

    def leave(self, person: Volunteer) -> None:
        with self.sessions.begin() as session:
            signups.withdraw(session, actor_of(session, person), self.event_id, NOW)

    def resize(self, capacity: int | None) -> None:
        with self.sessions.begin() as session:
            version = session.get_one(Event, self.event_id).version
            events.change(
                session, actor_of(session, self.owner), self.event_id, version, {"capacity": capacity}, NOW
            )

    def check(self) -> tuple[int, int]:
        """(going, waitlisted) of the event, which are those of its sign-ups, in the order of the line."""
        with self.sessions() as session:
            event = session.get_one(Event, self.event_id)
            rows = session.scalars(
                sa.select(Signup)
                .where(Signup.event_id == self.event_id, Signup.status != "cancelled")
                .order_by(Signup.queue_number)
            ).all()
            going = [row for row in rows if row.status == "going"]
            waiting = [row for row in rows if row.status == "waitlisted"]
            assert event.going == sum(row.people for row in going)
            assert event.waitlisted == sum(row.people for row in waiting)
            assert event.capacity is None or event.going <= event.capacity
            if event.capacity is not None and waiting:
                assert event.going + waiting[0].people > event.capacity
            counted = session.scalar(
                sa.select(sa.func.sum(CountPending.signups)).where(CountPending.event_id == self.event_id)
            )
            assert (counted or 0) == len(going)
            return event.going, event.waitlisted


@pytest.mark.parametrize("turn", range(4))
def test_twenty_at_once_for_five_places(sessions: Sessions, turn: int) -> None:
    stage = Committed(sessions, capacity=5, people=20)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(stage.join, stage.people))
    assert stage.check() == (5, 15)


@pytest.mark.parametrize("turn", range(4))
def test_joining_leaving_and_resizing_at_once(sessions: Sessions, turn: int) -> None:
    stage, random = Committed(sessions, capacity=5, people=16), Random(turn)  # noqa: S311 - a plan
    for person in stage.people[:8]:
        stage.join(person)
    acts: list[Callable[[], None]] = [partial(stage.leave, person) for person in stage.people[:8]]
    acts += [partial(stage.join, person, random.randrange(3)) for person in stage.people[8:]]
    acts += [partial(stage.resize, capacity) for capacity in (8, 12)]
    random.shuffle(acts)
    with ThreadPoolExecutor(10) as pool:
        for done in [pool.submit(act) for act in acts]:
            # Whoever changes the plan at once with somebody else may be told to look again.
            with suppress(errors.Stale):
                done.result()
    stage.check()


@pytest.mark.parametrize(("change", "places"), [({"capacity": 5}, (3, 0)), ({"hazard": True}, (1, 0))])
def test_a_party_that_was_read_before_it_grew_is_read_again(
    sessions: Sessions, change: dict[str, object], places: tuple[int, int]
) -> None:
    """Who moves up, or is taken off for her age, takes as many places as she has by now."""
    stage = Committed(sessions, capacity=2, people=2)
    going, waiting = stage.people
    with sessions.begin() as session:
        session.get_one(Volunteer, waiting.id).birth_date = date(2012, 1, 1)
    stage.join(going)
    with sessions.begin() as session:
        session.get_one(Event, stage.event_id).capacity = 1
    stage.join(waiting)
    with sessions.begin() as session:
        session.get_one(Event, stage.event_id).capacity = 2
    with sessions.begin() as session:
        read_before = session.get_one(Signup, (stage.event_id, waiting.id))
        stage.join(waiting, companions=1)
        version = session.get_one(Event, stage.event_id).version
        assert read_before.people == 1
        events.change(session, actor_of(session, stage.owner), stage.event_id, version, change, NOW)
    assert stage.check() == places


def test_checking_in_does_not_wait_for_whoever_signs_up(sessions: Sessions) -> None:
    stage = Committed(sessions, capacity=5, people=2, starts_at=NOW - timedelta(hours=1))
    comes, signs_up = stage.people
    fix = Position(*AKTOBE, accuracy_m=8, fixed_at=NOW, mocked=False)
    sent = SentRecord(uuid4(), stage.event_id, RecordKind.CHECK_IN, "phone", NOW, timedelta(0), fix)

    def check_somebody_in() -> bool:
        stored = check_in.record(committing(sessions), comes.subject, sent, NOW, Thresholds())
        return not stored.repeated

    with ThreadPoolExecutor(1) as pool, sessions() as session:
        signups.sign_up(session, actor_of(session, signs_up), stage.event_id, 0, NOW)
        try:
            assert pool.submit(check_somebody_in).result(timeout=10)
        finally:
            session.rollback()


def test_places_are_counted_from_what_is_committed_and_not_from_memory(sessions: Sessions) -> None:
    """A session that looked at the event before somebody else took the last place."""
    stage = Committed(sessions, capacity=1, people=2)
    first, second = stage.people
    with sessions.begin() as session:
        assert session.get_one(Event, stage.event_id).going == 0
        stage.join(first)
        state = signups.sign_up(session, actor_of(session, second), stage.event_id, 0, NOW)
        assert (state.status, state.position) == ("waitlisted", 1)
    assert stage.check() == (1, 1)
