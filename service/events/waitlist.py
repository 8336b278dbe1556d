"""The places of an event and the line for them, changed on a locked event alone: see `events.lock_places`.

Places change in four ways, `admit`, `offer`, `line_up` and `leave`; whatever has changed them ends in
`fill_from_waitlist`, so that no free place ever stands beside somebody who could take it. What is offered is
held: it is free again once the offer has expired (offers.py).
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from service import errors
from service.events import offers, plans
from service.events.told import Told
from service.ledger import ledger
from service.models import Event, Signup, SignupStatus, Volunteer
from service.models.volunteers import ADULT_AGE, age_on
from service.platform import outbox


def admit(session: Session, event: Event, signup: Signup, now: datetime) -> None:
    """Give a party its places."""
    signup.goes(now)
    event.going += signup.people
    ledger.add(session, event, signups=1)


def offer(event: Event, signup: Signup, now: datetime, confirm_by: datetime) -> None:
    """Hold a party's places until it says whether it comes."""
    signup.is_offered(now, confirm_by)
    event.offered += signup.people


def line_up(event: Event, signup: Signup, now: datetime) -> None:
    """Let a party wait, at the place in the line that its `queue_number` says."""
    signup.waits(now)
    event.waitlisted += signup.people


def leave(session: Session, event: Event, signup: Signup, now: datetime) -> None:
    """Take a party off the list, out of the line or off its offer, whichever it has."""
    if signup.status == SignupStatus.GOING:
        event.going -= signup.people
        ledger.add(session, event, signups=-1)
    elif signup.status == SignupStatus.WAITLISTED:
        event.waitlisted -= signup.people
    elif signup.status == SignupStatus.OFFERED:
        event.offered -= signup.people
    signup.goes_no_more(now)


def check_fits_ever(event: Event, people: int) -> None:
    """Raise PartyTooLarge for more people than the event has places in all."""
    if event.capacity is not None and people > event.capacity:
        raise errors.PartyTooLarge(people=people, capacity=event.capacity)


def check_capacity(session: Session, event: Event, now: datetime) -> None:
    """Raise CapacityBelowGoing where more people go, or have a place held for them, than there are places."""
    end_expired(session, event, now)
    if event.capacity is not None and _unheld(event, event.capacity) < 0:
        raise errors.CapacityBelowGoing("capacity", "capacity-below-going", going=event.going + event.offered)


def check_age(event: Event, birth_date: date) -> None:
    """Raise Hazard or TooYoung for somebody who will not be old enough on the event's day."""
    age = age_on(birth_date, event.day)
    if event.hazard and age < ADULT_AGE:
        raise errors.Hazard(min_age=ADULT_AGE)
    if age < event.lowest_age:
        raise errors.TooYoung(min_age=event.lowest_age)


def remove_too_young(session: Session, event: Event, now: datetime, told: Told | None = None) -> None:
    """Take those off list and line who will not be old enough on the event's day, and tell them.

    `told`: who hears so at another date of the series is not told again. What was is left as it is: of an
    event that is over nobody is taken off.
    """
    session.flush()
    if not event.is_published or event.is_over(now):
        return
    facts = plans.facts_of(event) | {
        "why": "hazard" if event.hazard else "min_age",
        "min_age": event.lowest_age,
    }
    for signup, birth_date in _with_birth_dates(session, event):
        if age_on(birth_date, event.day) < event.lowest_age:
            leave(session, event, signup, now)
            person = signup.volunteer_id
            if told is not None and person in told.removed:
                continue
            outbox.enqueue(session, "removed", now, facts, event_id=event.id, volunteer_id=person)
            if told is not None:
                told.removed.add(person)
    session.flush()


def _with_birth_dates(session: Session, event: Event) -> Sequence[sa.Row[Signup, date]]:
    """Who goes or waits, in the order of the line."""
    query = (
        sa.select(Signup, Volunteer.birth_date)
        .join(Volunteer)
        .where(Signup.event_id == event.id, Signup.status != SignupStatus.CANCELLED)
        .order_by(Signup.queue_number)
        .execution_options(populate_existing=True)
    )
    return session.execute(query).all()


def end_expired(session: Session, event: Event, now: datetime) -> None:
    """Take those off whose offer has expired, and tell them; their places are free from here on."""
    if not event.offered:
        return
    session.flush()
    offered = (
        sa.select(Signup)
        .where(Signup.event_id == event.id, Signup.status == SignupStatus.OFFERED)
        .order_by(Signup.queue_number)
        .execution_options(populate_existing=True)
    )
    held = 0
    for signup in session.scalars(offered).all():
        if signup.confirm_by is not None and signup.confirm_by > now:
            held += signup.people
            continue
        leave(session, event, signup, now)
        if event.is_published and not event.is_over(now):
            told, person = plans.facts_of(event), signup.volunteer_id
            outbox.enqueue(session, "offer_expired", now, told, event_id=event.id, volunteer_id=person)
    # A release that knows no offers lets people go without counting them down.
    event.offered = held
    session.flush()


def free_places(session: Session, event: Event) -> int | None:
    """How many places nobody in the line is waiting for; None without a limit.

    As long as somebody waits who can fit at all, every place that is left over is theirs.
    """
    if event.capacity is None:
        return None
    somebody_waits = event.waitlisted and session.scalar(sa.select(_line(event).exists()))
    return 0 if somebody_waits else max(0, _unheld(event, event.capacity))


def _unheld(event: Event, capacity: int) -> int:
    return capacity - event.going - event.offered


def fill_from_waitlist(session: Session, event: Event, now: datetime) -> None:
    """Give free places to the line in its order, and tell who moves up; nobody is overtaken.

    Who waits with more people than the event has places (it may have had more of them) blocks nobody: that
    party keeps its place in the line for when there are more again. Shortly before the start a place is
    offered, and the next one's when nobody says yes in time (R15).
    """
    session.flush()
    end_expired(session, event, now)
    if not event.waitlisted or not event.is_published or event.is_over(now):
        return
    confirm_by = offers.confirm_by(event, now)
    next_ones = _next_in_line(session, event)
    asked = offers.who_can_answer(session, [one.volunteer_id for one in next_ones]) if confirm_by else ()
    for signup in next_ones:
        event.waitlisted -= signup.people
        told, person, kind = plans.facts_of(event), signup.volunteer_id, "waitlist_moved_up"
        if confirm_by is not None and person in asked:
            offer(event, signup, now, confirm_by)
            told, kind = told | {"confirm_by": confirm_by.isoformat()}, "place_offered"
        else:
            admit(session, event, signup, now)
        outbox.enqueue(session, kind, now, told, event_id=event.id, volunteer_id=person)
    session.flush()


def _line(event: Event) -> sa.Select[Signup]:
    """Who waits and can fit at all."""
    query = sa.select(Signup).where(Signup.event_id == event.id, Signup.status == SignupStatus.WAITLISTED)
    return query if event.capacity is None else query.where(Signup.people <= event.capacity)


def _next_in_line(session: Session, event: Event) -> Sequence[Signup]:
    """Those whose turn it is: from the first in line on, as many as there are places for."""
    query = _line(event).order_by(Signup.queue_number)
    if event.capacity is not None:
        up_to_here = sa.func.sum(Signup.people).over(order_by=Signup.queue_number).label("up_to_here")
        line = _line(event).add_columns(up_to_here).subquery()
        fits = sa.select(line.c.volunteer_id).where(line.c.up_to_here <= _unheld(event, event.capacity))
        query = query.where(Signup.volunteer_id.in_(fits))
    return session.scalars(query.execution_options(populate_existing=True)).all()


@cache
def position() -> sa.ColumnElement[int]:
    """Where in the line a party stands, from 1, as a column; NULL for one that does not wait."""
    ahead = aliased(Signup)
    counted = (
        sa.select(sa.func.count())
        .where(
            ahead.event_id == Signup.event_id,
            ahead.status == SignupStatus.WAITLISTED,
            ahead.queue_number <= Signup.queue_number,
        )
        .correlate(Signup)
        .scalar_subquery()
    )
    return sa.case((Signup.status == SignupStatus.WAITLISTED, counted))
