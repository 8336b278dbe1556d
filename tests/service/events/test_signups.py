"""One's own sign-ups: what is told of them, and what others, or a ban, make of them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.events import signups
from service.happenings import PersonBanned
from service.models import CountPending, Event, Outbox, Signup, SignupStatus, Volunteer
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_organization, make_signup, make_volunteer
from tests.service.events.test_waitlist import actor_of

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)


def coming(
    session: Session, starts_at: datetime = TOMORROW, number: int | None = None, **values: object
) -> Event:
    """An event to come; `number`: its id."""
    if number is not None:
        values["id"] = UUID(int=number)
    return make_event(session, starts_at=starts_at, **values)


def listed(
    session: Session, person: Volunteer, after: tuple[datetime, UUID] | None = None, limit: int = 10
) -> list[tuple[UUID, int | None]]:
    """A page of one's own sign-ups: events with the position in the line."""
    found = signups.mine(session, actor_of(session, person), NOW, after, limit)
    return [(event.id, position) for _, event, position in found]


# What one goes to


def test_the_soonest_is_the_first_and_pages_follow_each_other(session: Session) -> None:
    person, stranger = make_volunteer(session), make_volunteer(session)
    later, soon = coming(session, TOMORROW + HOUR, number=1), coming(session, number=3)
    same_time = coming(session, number=2)
    for event in (soon, later, same_time):
        make_signup(session, event, person)
        make_signup(session, event, stranger)
    in_order = [(same_time.id, None), (soon.id, None), (later.id, None)]
    assert listed(session, person) == in_order
    for place, event in enumerate((same_time, soon, later)):
        assert listed(session, person, limit=place) == in_order[:place]
        assert listed(session, person, (event.starts_at, event.id)) == in_order[place + 1 :]


def test_what_is_over_or_withdrawn_is_not_told(session: Session) -> None:
    person = make_volunteer(session)
    over = coming(session, NOW - 2 * HOUR, ends_at=NOW)
    not_yet = coming(session, NOW - 2 * HOUR, ends_at=NOW + timedelta(seconds=1))
    withdrawn = coming(session)
    make_signup(session, over, person)
    make_signup(session, not_yet, person)
    make_signup(session, withdrawn, person, status="cancelled")
    assert listed(session, person) == [(not_yet.id, None)]


def test_who_waits_is_told_the_position_of_each_line(session: Session) -> None:
    person, other = make_volunteer(session), make_volunteer(session)
    first = coming(session, capacity=1, going=1)
    second = coming(session, TOMORROW + HOUR, capacity=1, going=1, waitlisted=1)
    make_signup(session, second, other, status="waitlisted")
    for event, position in ((first, 1), (second, 2)):
        state = signups.sign_up(session, actor_of(session, person), event.id, 0, NOW)
        assert (state.status, state.position) == ("waitlisted", position)
    assert listed(session, person) == [(first.id, 1), (second.id, 2)]


def test_who_waits_keeps_the_place_in_the_line_with_more_or_fewer_people(session: Session) -> None:
    first, second = make_volunteer(session), make_volunteer(session)
    event = coming(session, capacity=5, going=5)
    for who in (first, second):
        signups.sign_up(session, actor_of(session, who), event.id, 0, NOW)
    for companions in (2, 1):
        state = signups.sign_up(session, actor_of(session, first), event.id, companions, NOW)
        assert (state.status, state.companions, state.position) == ("waitlisted", companions, 1)
    with pytest.raises(errors.PartyTooLarge):
        signups.sign_up(session, actor_of(session, first), event.id, 5, NOW)
    assert (event.going, event.waitlisted) == (5, 3)


def test_of_no_sign_up_it_is_said_what_was_not_found(session: Session) -> None:
    person, event = make_volunteer(session), coming(session)
    with pytest.raises(errors.NotFound) as refusal:
        signups.withdraw(session, actor_of(session, person), event.id, NOW)
    assert refusal.value.data["what"] == errors.Thing.SIGNUP


def test_a_party_that_has_grown_elsewhere_meanwhile_is_not_counted_twice(sessions: Sessions) -> None:
    with sessions.begin() as session:
        organization = make_organization(session)
        person, event = make_volunteer(session), coming(session, organization=organization, capacity=9)
        actor = actor_of(session, person)
        signups.sign_up(session, actor, event.id, 0, NOW)
    with sessions.begin() as session:
        assert session.get_one(Signup, (event.id, person.id)).companions == 0
        with sessions.begin() as other:
            signups.sign_up(other, actor, event.id, 3, NOW)
        signups.sign_up(session, actor, event.id, 3, NOW)
    with sessions() as session:
        assert session.get_one(Event, event.id).going == 4


def test_who_has_given_no_consent_is_told_which(session: Session) -> None:
    person, event = make_volunteer(session, consents={"personal_data": "2026-01"}), coming(session)
    with pytest.raises(errors.ConsentMissing) as refusal:
        signups.sign_up(session, actor_of(session, person), event.id, 0, NOW)
    assert refusal.value.data["missing"] == ["cross_border"]
    assert session.get(Signup, (event.id, person.id)) is None


# What a ban does


def banned(session: Session, person: Volunteer) -> None:
    signups.withdraw_banned(session, PersonBanned(at=NOW, volunteer_id=person.id))
    session.flush()


def statuses(session: Session, person: Volunteer) -> dict[UUID, str]:
    mine = session.scalars(sa.select(Signup).where(Signup.volunteer_id == person.id))
    return {one.event_id: one.status for one in mine}


def test_a_ban_gives_back_what_is_to_come_and_nothing_else(session: Session) -> None:
    person, waiting, stranger = (make_volunteer(session) for _ in range(3))
    begun = coming(session, NOW, going=1)
    at_once = coming(session, NOW + timedelta(seconds=1), going=2, waitlisted=1, capacity=2)
    line = coming(session, TOMORROW, going=0, waitlisted=1, capacity=1)
    for event in (begun, at_once):
        make_signup(session, event, person)
    make_signup(session, at_once, stranger)
    make_signup(session, at_once, waiting, status="waitlisted")
    make_signup(session, line, person, status="waitlisted")
    banned(session, person)
    assert statuses(session, person) == {
        begun.id: SignupStatus.GOING,
        at_once.id: SignupStatus.CANCELLED,
        line.id: SignupStatus.CANCELLED,
    }
    assert statuses(session, stranger) == {at_once.id: SignupStatus.GOING}
    assert statuses(session, waiting) == {at_once.id: SignupStatus.GOING}
    assert [(event.going, event.waitlisted) for event in (begun, at_once, line)] == [(1, 0), (2, 0), (0, 0)]
    left = session.get_one(Signup, (at_once.id, person.id), populate_existing=True)
    assert left.going[0].upper == NOW
    moved_up = session.get_one(Signup, (at_once.id, waiting.id), populate_existing=True)
    assert moved_up.going[0].lower == NOW


def test_a_ban_leaves_alone_what_was_withdrawn_before(session: Session) -> None:
    """Its line is looked at by whoever withdrew, and nothing is counted."""
    person = make_volunteer(session)
    event = coming(session, going=0, waitlisted=1, capacity=1)
    make_signup(session, event, make_volunteer(session), status="waitlisted")
    make_signup(session, event, person, status="cancelled")
    banned(session, person)
    assert event.waitlisted == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(CountPending)) == 0


def test_a_ban_takes_events_in_the_order_of_all_who_lock_several(session: Session) -> None:
    """Two bans at once wait for each other, and no more."""
    person, waiting = make_volunteer(session), make_volunteer(session)
    made = [coming(session, number=number, going=1, waitlisted=1, capacity=1) for number in (3, 1, 2)]
    for event in made:
        make_signup(session, event, person)
        make_signup(session, event, waiting, status="waitlisted")
    banned(session, person)
    told = session.scalars(sa.select(Outbox.event_id).order_by(Outbox.id))
    assert [event_id.int for event_id in told if event_id] == [1, 2, 3]


def test_the_line_moves_up_in_its_order_wherever_its_rows_lie(session: Session) -> None:
    person = make_volunteer(session)
    event = coming(session, going=1, waitlisted=3, capacity=3)
    make_signup(session, event, person)
    line = {number: make_volunteer(session) for number in (33, 11, 22)}
    for number, who in line.items():
        make_signup(session, event, who, status="waitlisted", queue_number=number)
    event.capacity = 4
    session.flush()
    for scan in ("indexscan", "bitmapscan"):
        session.execute(sa.text(f"SET LOCAL enable_{scan} = off"))
    signups.withdraw(session, actor_of(session, person), event.id, NOW)
    told = session.scalars(sa.select(Outbox.volunteer_id).order_by(Outbox.id))
    assert list(told) == [line[number].id for number in (11, 22, 33)]
