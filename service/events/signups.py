"""Signing up: places are taken by a conditional UPDATE, the rest waits in line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import events
from service.ledger import ledger
from service.models import Event, EventStatus, Signup, SignupStatus
from service.people import consents, volunteers
from service.platform import outbox


@dataclass(frozen=True, slots=True)
class SignupState:
    """How a signup stands; `position` in the waitlist counts from 1."""

    status: str
    companions: int
    position: int | None


def sign_up(session: Session, actor: Actor, event_id: UUID, companions: int, now: datetime) -> SignupState:
    """Take a place or queue for one; the same again changes nothing.

    Raises:
        NotFound, Cancelled, Over. NotPublished: still a draft. TooYoung. ConsentMissing.
        NotVerified: its organization is not (any more): nobody new comes.
    """
    event = _lock_open_event(session, actor, event_id, now)
    volunteer = volunteers.get(session, actor.volunteer_id)
    missing = consents.missing(volunteer.consents)
    if missing:
        raise errors.ConsentMissing(missing=missing)
    if event.min_age is not None and volunteer.age_on(event.day) < event.min_age:
        raise errors.TooYoung(min_age=event.min_age)
    signup = session.get(Signup, (event_id, actor.volunteer_id))
    if signup is not None and signup.status != SignupStatus.CANCELLED and signup.companions == companions:
        return _place(session, signup)
    if not event.organization.is_verified:
        raise errors.NotVerified()
    if signup is None:
        signup = Signup(
            event_id=event_id, volunteer_id=actor.volunteer_id, status=SignupStatus.CANCELLED, created_at=now
        )
        session.add(signup)
    _join(session, event, signup, companions)
    return _place(session, signup)


def _lock_open_event(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """The event, locked: whoever changes its places waits in line here, so the line is fair."""
    event = session.get(Event, event_id, with_for_update=True)
    if event is None:
        raise errors.NotFound()
    if event.is_draft:
        events.get_visible(session, actor, event_id)
        raise errors.NotPublished()
    if event.is_cancelled:
        raise events.cancelled(event)
    if event.is_over(now):
        raise errors.Over()
    return event


def _join(session: Session, event: Event, signup: Signup, companions: int) -> None:
    """Give places, or queue. Who already goes and wants more keeps the place when more are free."""
    was_going = signup.status == SignupStatus.GOING
    held = signup.people if was_going else 0
    wanted = 1 + companions
    if signup.status == "waitlisted":
        event.waitlisted -= signup.people
    free = None if event.capacity is None else event.capacity - event.going + held
    nobody_waits = event.waitlisted == 0 or was_going
    fits = free is None or (wanted <= free and nobody_waits)
    if was_going and not fits:
        raise errors.Full(free=max(0, (free or 0) - held))
    if signup.status == "cancelled":
        signup.queue_number = sa.func.nextval(sa.text("'signup_queue_number_seq'"))
    signup.companions = companions
    signup.status = SignupStatus.GOING if fits else SignupStatus.WAITLISTED
    event.going += (wanted if fits else 0) - held
    event.waitlisted += 0 if fits else wanted
    if fits and not was_going:
        ledger.add(session, event, signups=1)
    session.flush()


def withdraw(session: Session, actor: Actor, event_id: UUID, now: datetime) -> None:
    """Give the place back; the first of the waitlist who fits moves up and is told. Repeated: no change.

    Raises:
        NotFound: no such event, or never signed up for it.
    """
    event = session.get(Event, event_id, with_for_update=True)
    signup = session.get(Signup, (event_id, actor.volunteer_id))
    if event is None or signup is None:
        raise errors.NotFound()
    if signup.status == "going":
        event.going -= signup.people
        ledger.add(session, event, signups=-1)
    elif signup.status == "waitlisted":
        event.waitlisted -= signup.people
    signup.status = SignupStatus.CANCELLED
    session.flush()
    move_up(session, event, now)


def move_up(session: Session, event: Event, now: datetime) -> None:
    """Give free places of a locked event to the waitlist in its order; nobody is overtaken."""
    if event.status != EventStatus.PUBLISHED or event.is_over(now):
        return
    waiting = session.scalars(
        sa.select(Signup)
        .where(Signup.event_id == event.id, Signup.status == SignupStatus.WAITLISTED)
        .order_by(Signup.queue_number)
    )
    for signup in waiting.all():
        if event.capacity is not None and event.going + signup.people > event.capacity:
            return
        signup.status = SignupStatus.GOING
        event.going += signup.people
        event.waitlisted -= signup.people
        ledger.add(session, event, signups=1)
        facts = events.facts_of(event)
        outbox.enqueue(
            session, "waitlist_moved_up", now, facts, event_id=event.id, volunteer_id=signup.volunteer_id
        )
    session.flush()


def _place(session: Session, signup: Signup) -> SignupState:
    position = None
    if signup.status == "waitlisted":
        session.refresh(signup, ["queue_number"])
        position = session.scalar(
            sa.select(sa.func.count()).where(
                Signup.event_id == signup.event_id,
                Signup.status == SignupStatus.WAITLISTED,
                Signup.queue_number <= signup.queue_number,
            )
        )
    return SignupState(signup.status, signup.companions, position)


def mine(
    session: Session, actor: Actor, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Signup, Event]]:
    """What the actor goes to or waits for and is not over yet, soonest first."""
    query = (
        sa.select(Signup, Event)
        .join(Event, Event.id == Signup.event_id)
        .where(
            Signup.volunteer_id == actor.volunteer_id,
            Signup.status.in_((SignupStatus.GOING, SignupStatus.WAITLISTED)),
            Event.ends_at > now,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    if after:
        query = query.where(sa.tuple_(Event.starts_at, Event.id) > sa.tuple_(*map(sa.literal, after)))
    return session.execute(query).all()
