"""Places and the line for them, on committed data: whoever changes them at once with others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from random import Random
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.attendance import check_in
from service.attendance.evidence import Position, RecordKind
from service.attendance.sent_records import SentRecord
from service.events import changing, signups
from service.models import CountPending, Event, Signup, Volunteer
from service.people import identities
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import AKTOBE, make_event, make_organization, make_volunteer

TOMORROW = NOW + timedelta(days=1)


def actor_of(session: Session, person: Volunteer) -> Actor:
    found = identities.find_actor(session, person.subject)
    assert found is not None
    return found


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
            changing.change(
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
        session.get_one(Volunteer, waiting.id).birth_date = date(2009, 1, 1)
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
        changing.change(session, actor_of(session, stage.owner), stage.event_id, version, change, NOW)
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
