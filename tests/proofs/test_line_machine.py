"""A line whose places are offered, beside a plain model: any order of what people and the clock do."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import changing, offers, passing_on, removals, signups
from service.models import CountPending, Event, Outbox, Signup
from tests.conftest import NOW
from tests.machines import run
from tests.makers import make_event, make_organization, make_volunteer
from tests.service.events.test_waitlist import actor_of

MINUTE = timedelta(minutes=1)
STARTS_AT, ENDS_AT = NOW + timedelta(minutes=130), NOW + timedelta(minutes=220)
EVERYBODY, MINORS = range(7), (5, 6)
DONE = "done"


@dataclass
class Model:
    """How places ought to be given: people by number, parties with companions, the line in its order."""

    capacity: int | None = 4
    hazard: bool = False
    now: datetime = NOW
    going: dict[int, int] = field(default_factory=dict)
    offered: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    line: dict[int, int] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    asked_before: set[int] = field(default_factory=set)
    numbers: dict[int, int] = field(default_factory=dict)
    told: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.now >= ENDS_AT

    def fits_ever(self, party: int) -> bool:
        return self.capacity is None or party <= self.capacity

    def unheld(self) -> float:
        held = sum(self.going.values()) + sum(party for party, _ in self.offered.values())
        return float("inf") if self.capacity is None else self.capacity - held

    def free(self) -> float:
        """Places that nobody in the line is waiting for."""
        return 0 if any(map(self.fits_ever, self.line.values())) else max(0, self.unheld())

    def end_expired(self) -> None:
        for person in sorted(self.offered, key=self.numbers.__getitem__):
            if self.offered[person][1] <= self.now:
                del self.offered[person]
                if not self.is_over:
                    self.told.append(("offer_expired", person))

    def fill(self) -> None:
        self.end_expired()
        if self.is_over:
            return
        for person, party in list(self.line.items()):
            if not self.fits_ever(party):
                continue
            if party > self.unheld():
                return
            del self.line[person]
            if 15 * MINUTE <= STARTS_AT - self.now <= 120 * MINUTE:
                self.offered[person] = party, min(self.now + 30 * MINUTE, STARTS_AT)
                self.asked_before.add(person)
                self.told.append(("place_offered", person))
            else:
                self.going[person] = party
                self.told.append(("waitlist_moved_up", person))

    def gone(self, person: int) -> None:
        for places in (self.going, self.offered, self.line):
            places.pop(person, None)

    def is_in(self, person: int) -> bool:
        return person in self.going or person in self.offered or person in self.line

    def forbids(self, person: int) -> str | None:
        if self.is_over:
            return "over"
        self.fill()
        return "hazard" if self.hazard and person in MINORS else None

    def join(self, person: int, party: int) -> str:
        if refusal := self.forbids(person):
            return refusal
        if person in self.removed:
            return "removed"
        has = self.going.get(person) or self.offered.get(person, (0, NOW))[0]
        if has and party != has:
            if party - has > self.free():
                return "full"
            self.gone(person)
            self.going[person] = party
        elif not has and self.line.get(person) != party:
            if not self.fits_ever(party):
                return "party-too-large"
            if person not in self.line:
                self.numbers[person] = max(self.numbers.values(), default=0) + 1
            if person not in self.line and party <= self.free():
                self.going[person] = party
            else:
                self.line[person] = party
        self.fill()
        if person in self.offered:
            self.going[person] = self.offered.pop(person)[0]
        return DONE

    def confirm(self, person: int) -> str:
        if refusal := self.forbids(person):
            return refusal
        if person in self.offered:
            self.going[person] = self.offered.pop(person)[0]
        if person in self.going:
            return DONE
        return "offer-expired" if person in self.asked_before else "not-found"

    def come(self, person: int) -> str:
        self.fill()
        if person in self.offered:
            self.going[person] = self.offered.pop(person)[0]
        return DONE

    def leave(self, person: int) -> str:
        if person not in self.numbers:
            return "not-found"
        if not self.is_in(person):
            return DONE
        if self.is_over:
            return "over"
        self.gone(person)
        self.fill()
        return DONE

    def remove(self, person: int) -> str:
        if person in self.removed:
            return DONE
        if self.is_over:
            return "over"
        self.end_expired()
        if not self.is_in(person):
            return "not-found"
        self.gone(person)
        self.removed.add(person)
        self.fill()
        self.told.append(("removed", person))
        return DONE

    def readmit(self, person: int) -> str:
        if person not in self.numbers:
            return "not-found"
        self.removed.discard(person)
        return DONE

    def change(self, capacity: int | None, *, hazard: bool) -> str:
        if hazard and not self.hazard:
            young = [person for person in MINORS if self.is_in(person)]
            for person in sorted(young, key=self.numbers.__getitem__):
                self.gone(person)
                self.told.append(("removed", person))
        self.hazard = hazard
        if capacity != self.capacity:
            self.capacity = capacity
            self.end_expired()
            if self.unheld() < 0:
                return "capacity-below-going"
        self.fill()
        return DONE


people = st.sampled_from(EVERYBODY)
capacities = st.none() | st.integers(1, 9)


class LineMachine(RuleBasedStateMachine):
    """The service beside the model, on one event that begins in two hours and ten minutes, is full, and has a
    line already."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.session.begin_nested()
        self.owner = make_volunteer(self.session)
        born = {True: date(2009, 1, 1), False: date(1995, 3, 8)}
        self.people = [make_volunteer(self.session, birth_date=born[n in MINORS]) for n in EVERYBODY]
        organization = make_organization(self.session, self.owner)
        self.event = make_event(
            self.session, organization, capacity=4, starts_at=STARTS_AT, ends_at=ENDS_AT, hazard=False
        )
        self.model = Model()
        for person in EVERYBODY[:6]:
            self.join(person, 0)

    def teardown(self) -> None:
        self.savepoint.rollback()

    @contextmanager
    def attempt(self, before: Model, expected: str) -> Iterator[None]:
        """What is refused leaves nothing behind, on either side."""
        outcome = DONE
        try:
            with self.session.begin_nested():
                yield
        except errors.ServiceError as refusal:
            outcome = refusal.code
        assert outcome == expected
        if expected != DONE:
            self.model = before

    @rule(minutes=st.sampled_from((1, 10, 15, 29, 30, 31)))
    def wait(self, minutes: int) -> None:
        if self.model.now < ENDS_AT + 30 * MINUTE:
            self.model.now += minutes * MINUTE

    @rule(to=st.sampled_from((STARTS_AT - 120 * MINUTE, STARTS_AT - 60 * MINUTE, STARTS_AT - 15 * MINUTE)))
    def wait_until(self, to: datetime) -> None:
        self.model.now = max(self.model.now, to)

    @rule(person=people, companions=st.integers(0, 4))
    def join(self, person: int, companions: int) -> None:
        before = deepcopy(self.model)
        with self.attempt(before, self.model.join(person, 1 + companions)):
            signups.sign_up(self.session, self.actor(person), self.event.id, companions, self.model.now)

    @rule(person=people)
    def confirm(self, person: int) -> None:
        before = deepcopy(self.model)
        with self.attempt(before, self.model.confirm(person)):
            state = signups.confirm(self.session, self.actor(person), self.event.id, self.model.now)
            assert state.status == "going"

    @rule(person=people)
    def come(self, person: int) -> None:
        before = deepcopy(self.model)
        with self.attempt(before, self.model.come(person)):
            who = self.people[person].id
            signups.confirm_by_presence(self.session, who, [self.event.id], self.model.now)

    @rule(person=people)
    def leave(self, person: int) -> None:
        before = deepcopy(self.model)
        with self.attempt(before, self.model.leave(person)):
            signups.withdraw(self.session, self.actor(person), self.event.id, self.model.now)

    @rule(person=people)
    def remove(self, person: int) -> None:
        before = deepcopy(self.model)
        owner, who = actor_of(self.session, self.owner), self.people[person].id
        with self.attempt(before, self.model.remove(person)):
            removals.remove(self.session, owner, self.event.id, who, "Екі рет", self.model.now)

    @rule(person=people)
    def readmit(self, person: int) -> None:
        before = deepcopy(self.model)
        owner, who = actor_of(self.session, self.owner), self.people[person].id
        with self.attempt(before, self.model.readmit(person)):
            removals.readmit(self.session, owner, self.event.id, who, self.model.now)

    @rule()
    def pass_on(self) -> None:
        """As the job does, which looks first whether there is anything to do."""
        if self.event.id in passing_on.due(self.session, self.model.now):
            self.model.fill()
            passing_on.pass_on(self.session, self.event.id, self.model.now)

    @rule(capacity=capacities, hazard=st.booleans())
    def change(self, capacity: int | None, hazard: bool) -> None:  # noqa: FBT001 - Hypothesis gives it by name
        if self.model.is_over:
            return
        before = deepcopy(self.model)
        with self.attempt(before, self.model.change(capacity, hazard=hazard)):
            version = self.session.get_one(Event, self.event.id, populate_existing=True).version
            owner, changes = actor_of(self.session, self.owner), {"capacity": capacity, "hazard": hazard}
            changing.change(self.session, owner, self.event.id, version, changes, self.model.now)

    def actor(self, person: int) -> Actor:
        return actor_of(self.session, self.people[person])

    @invariant()
    def as_the_model_says(self) -> None:
        self.session.flush()
        model, number = self.model, {person.id: n for n, person in enumerate(self.people)}
        event = self.session.get_one(Event, self.event.id, populate_existing=True)
        held = {person: one for person, one in model.offered.items() if one[1] > model.now}
        assert (event.going, event.waitlisted) == (sum(model.going.values()), sum(model.line.values()))
        assert offers.held(self.session, event, model.now) == sum(party for party, _ in held.values())
        rows = self.session.scalars(
            sa.select(Signup)
            .where(Signup.event_id == event.id, ~offers.has_expired(model.now))
            .order_by(Signup.queue_number)
            .execution_options(populate_existing=True)
        ).all()
        parties = {
            status: [(number[row.volunteer_id], row.people) for row in rows if row.status == status]
            for status in ("going", "offered", "waitlisted")
        }
        assert dict(parties["going"]) == model.going
        assert dict(parties["offered"]) == {person: party for person, (party, _) in held.items()}
        assert parties["waitlisted"] == list(model.line.items())
        until = {number[row.volunteer_id]: row.confirm_by for row in rows if row.status == "offered"}
        assert until == {person: at for person, (_, at) in held.items()}
        counted = sa.select(sa.func.coalesce(sa.func.sum(CountPending.signups), 0)).where(
            CountPending.event_id == event.id
        )
        assert self.session.scalar(counted) == len(model.going)
        told = self.session.execute(
            sa.select(Outbox.kind, Outbox.volunteer_id)
            .where(Outbox.event_id == event.id, Outbox.volunteer_id.is_not(None))
            .order_by(Outbox.id)
        )
        assert [(kind, number[one]) for kind, one in told] == model.told


@pytest.mark.parametrize("examples", [10, pytest.param(200, marks=pytest.mark.full)])
def test_a_line_with_offers_in_any_order_of_what_happens(session: Session, examples: int) -> None:
    run(LineMachine, examples, steps=30, session=session)
