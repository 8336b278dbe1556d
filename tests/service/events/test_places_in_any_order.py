"""Any order of sign-ups, withdrawals and changes: places and counts are those of a plain model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy.orm import Session

from service import errors
from service.events import changing, signups
from service.models import CountPending, Event, Outbox, Signup
from tests.conftest import NOW
from tests.machines import run
from tests.makers import make_event, make_organization, make_volunteer
from tests.service.events.test_waitlist import actor_of

TOMORROW = NOW + timedelta(days=1)


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
            changing.change(
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


@pytest.mark.parametrize("examples", [10, pytest.param(200, marks=pytest.mark.full)])
def test_places_in_any_order_of_changes(session: Session, examples: int) -> None:
    run(PlacesMachine, examples, steps=25, session=session)
