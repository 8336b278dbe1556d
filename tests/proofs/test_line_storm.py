"""A hundred people for ten places at once, while others give places back, more or fewer are to be had, and
offers expire: the places are exact, and given in the order of the line."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Barrier
from uuid import UUID

import pytest
import sqlalchemy as sa

from service import errors
from service.access import Actor
from service.events import changing, passing_on, removals, signups
from service.models import CountPending, Event, Outbox, Signup, SignupStatus
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_organization, make_volunteer
from tests.service.events.test_waitlist import actor_of

MINUTE = timedelta(minutes=1)
PEOPLE, PLACES = 100, 10
ROUNDS = 200
MAY_BE_TOLD = (
    errors.Full,
    errors.CapacityBelowGoing,
    errors.OfferExpired,
    errors.NotFound,
    errors.Removed,
    errors.Stale,
)
"""What somebody may hear who acts at once with others."""

Act = Callable[[], object]


class Storm:
    """People who stay the same from event to event, and their organizer."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with sessions.begin() as session:
            owner = make_volunteer(session)
            self.organization = make_organization(session, owner)
            people = [make_volunteer(session) for _ in range(PEOPLE)]
            self.owner = actor_of(session, owner)
            self.people: Sequence[Actor] = [actor_of(session, person) for person in people]

    def open(self) -> UUID:
        """A new event in an hour: who moves up is offered the place."""
        with self.sessions.begin() as session:
            starts_at = NOW + timedelta(hours=1)
            return make_event(session, self.organization, capacity=PLACES, starts_at=starts_at).id

    def join(self, event_id: UUID, person: Actor, companions: int, now: datetime) -> None:
        with self.sessions.begin() as session:
            signups.sign_up(session, person, event_id, companions, now)

    def leave(self, event_id: UUID, person: Actor, now: datetime) -> None:
        with self.sessions.begin() as session:
            signups.withdraw(session, person, event_id, now)

    def confirm(self, event_id: UUID, person: Actor, now: datetime) -> None:
        with self.sessions.begin() as session:
            signups.confirm(session, person, event_id, now)

    def come(self, event_id: UUID, person: Actor, now: datetime) -> None:
        with self.sessions.begin() as session:
            signups.confirm_by_presence(session, person.volunteer_id, [event_id], now)

    def remove(self, event_id: UUID, person: Actor, now: datetime) -> None:
        with self.sessions.begin() as session:
            removals.remove(session, self.owner, event_id, person.volunteer_id, "Екі рет", now)

    def resize(self, event_id: UUID, capacity: int, now: datetime) -> None:
        with self.sessions.begin() as session:
            version = session.get_one(Event, event_id).version
            changing.change(session, self.owner, event_id, version, {"capacity": capacity}, now)

    def pass_on(self, event_id: UUID, now: datetime) -> None:
        with self.sessions.begin() as session:
            passing_on.pass_on(session, event_id, now)

    def at_once(self, acts: Sequence[Act], random: Random) -> Counter[str]:
        """Let all of them begin at one moment; how many were refused what."""
        acts = random.sample(acts, len(acts))
        start = Barrier(len(acts))

        def one(act: Act) -> str | None:
            start.wait(30)
            try:
                act()
            except MAY_BE_TOLD as refusal:
                return refusal.code
            return None

        with ThreadPoolExecutor(len(acts)) as pool:
            return Counter(code for code in pool.map(one, acts) if code)

    def check(self, event_id: UUID) -> tuple[int, int, int]:
        """(going, offered, waitlisted) people of an event that is exact and in order."""
        with self.sessions() as session:
            event = session.get_one(Event, event_id)
            rows = session.scalars(sa.select(Signup).where(Signup.event_id == event_id)).all()
            by_state = {state: [row for row in rows if row.status == state] for state in SignupStatus}
            going, offered, waiting = (
                by_state[state]
                for state in (SignupStatus.GOING, SignupStatus.OFFERED, SignupStatus.WAITLISTED)
            )
            people = tuple(sum(row.people for row in some) for some in (going, offered, waiting))
            assert (event.going, event.offered, event.waitlisted) == people
            assert event.capacity is not None
            left = event.capacity - event.going - event.offered
            assert left >= 0
            waiting.sort(key=lambda row: row.queue_number)
            if waiting:
                # Nobody waits beside a place that they could have, and nobody has overtaken anybody.
                assert waiting[0].people > left
                last_in = max((row.queue_number for row in (*going, *offered)), default=0)
                assert last_in < waiting[0].queue_number
            counted = sa.select(sa.func.sum(CountPending.signups)).where(CountPending.event_id == event_id)
            assert (session.scalar(counted) or 0) == len(going)
            told = session.execute(
                sa.select(Outbox.volunteer_id, Outbox.kind).where(Outbox.event_id == event_id)
            ).all()
            offers_told = {person for person, kind in told if kind == "place_offered"}
            assert {row.volunteer_id for row in rows if row.confirm_by is not None} == offers_told
            assert {row.volunteer_id for row in offered} <= offers_told
            assert {row.volunteer_id for row in rows if row.removed_at is not None} == {
                person for person, kind in told if kind == "removed"
            }
            return event.going, event.offered, event.waitlisted


@pytest.fixture(scope="module")
def storm(sessions: Sessions) -> Storm:
    return Storm(sessions)


def play(storm: Storm, seed: int) -> None:
    """One round: all ask at once; then they leave, grow, confirm and come about when the offers end."""
    random, event_id = Random(seed), storm.open()  # noqa: S311 - a plan
    parties = {person.volunteer_id: random.choice((0, 0, 0, 1, 2)) for person in storm.people}
    asking: list[Act] = [
        partial(storm.join, event_id, person, parties[person.volunteer_id], NOW) for person in storm.people
    ]
    storm.at_once(asking, random)
    going, offered, waiting = storm.check(event_id)
    assert going + waiting == sum(1 + party for party in parties.values())
    assert (going <= PLACES, offered) == (True, 0)

    leaving: list[Act] = [
        partial(storm.leave, event_id, person, NOW + MINUTE) for person in random.sample(storm.people, 20)
    ]
    leaving += [
        partial(storm.join, event_id, person, random.randrange(4), NOW + MINUTE)
        for person in random.sample(storm.people, 15)
    ]
    leaving += [partial(storm.resize, event_id, places, NOW + MINUTE) for places in (7, 12, 14, 9)]
    storm.at_once(leaving, random)
    storm.check(event_id)

    # About when the first offers end: each acts by a clock of their own, which is a little off.
    def about() -> datetime:
        return NOW + 31 * MINUTE + timedelta(seconds=random.choice((-90, -1, 0, 1, 60)))

    ending: list[Act] = []
    for act, number in ((storm.confirm, 15), (storm.come, 5), (storm.leave, 10), (storm.remove, 5)):
        ending += [partial(act, event_id, person, about()) for person in random.sample(storm.people, number)]
    ending += [
        partial(storm.join, event_id, person, random.randrange(4), about())
        for person in random.sample(storm.people, 10)
    ]
    ending += [partial(storm.resize, event_id, places, about()) for places in (8, 13)]
    ending += [partial(storm.pass_on, event_id, about()) for _ in range(3)]
    storm.at_once(ending, random)
    storm.check(event_id)

    storm.pass_on(event_id, NOW + 62 * MINUTE)
    going, offered, waiting = storm.check(event_id)
    assert offered == 0


@pytest.mark.parametrize(
    "rounds",
    [range(1), *(pytest.param(range(n, n + 50), marks=pytest.mark.full) for n in range(0, ROUNDS, 50))],
    ids=lambda rounds: f"{rounds.start}-{rounds.stop - 1}",
)
def test_places_are_exact_and_given_in_order(storm: Storm, rounds: range) -> None:
    for seed in rounds:
        play(storm, seed)
