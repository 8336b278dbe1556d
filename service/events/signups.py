"""Signing up: a party takes its places or stands in line, on the locked event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import events, offers, plans, waitlist
from service.events.seen import Seen
from service.happenings import BirthDateSet, GuardianWithdrawn, PersonBanned, PersonErased
from service.models import Attendance, Event, Signup, SignupStatus
from service.people import consents, guardians, volunteers
from service.platform import keyset, outbox
from service.platform.thresholds import Thresholds

CONSENT_AGE = Thresholds().guardian_consent_age


@dataclass(frozen=True, slots=True)
class SignupState:
    """How a signup stands: `position` in the waitlist counts from 1, `confirm_by` is that of an offer."""

    status: str
    companions: int
    position: int | None
    confirm_by: datetime | None = None


def sign_up(
    session: Session,
    actor: Actor,
    event_id: UUID,
    companions: int,
    now: datetime,
    *,
    consent_age: int = CONSENT_AGE,
    seen: Seen | None = None,
) -> SignupState:
    """Take places or queue for them; the same again changes nothing, and confirms an offer.

    `consent_age`: under it a guardian has to agree first; `seen`: what the person was shown of the event.

    Raises:
        NotFound, Cancelled, Over. NotPublished: still a draft. TooYoung, Hazard. ConsentMissing,
        GuardianConsentMissing. EventMoved: `seen` is not so any more.
        Removed: an organizer took this person off the list.
        NotVerified: its organization is not (any more): nobody new comes.
        PartyTooLarge: never so many places. Full: who goes already wants more than are free.
    """
    guardians.hold_consent(session, actor.volunteer_id)
    event = _lock_open_event(session, actor, event_id, now, seen)
    _check_person(session, actor, event, now, consent_age)
    signup = _read(session, event.id, actor.volunteer_id) or _make(session, event, actor, companions, now)
    if signup.removed_at is not None:
        raise errors.Removed().in_zone(event.zone)
    is_news = signup.status == SignupStatus.CANCELLED or signup.companions != companions
    if is_news and not event.organization.is_verified:
        raise errors.NotVerified()
    if is_news:
        _join(session, event, signup, companions, now)
        waitlist.fill_from_waitlist(session, event, now)
    if signup.status == SignupStatus.OFFERED:
        # Whoever asks at this moment has said yes, also to what this very call has freed.
        _take_offer(session, event, signup, now)
    return _state(session, event, signup)


def confirm(
    session: Session,
    actor: Actor,
    event_id: UUID,
    now: datetime,
    *,
    consent_age: int = CONSENT_AGE,
    seen: Seen | None = None,
) -> SignupState:
    """Say yes to an offer. Repeated, or by somebody who goes anyway: no change. `seen`: as in `sign_up`.

    Raises:
        NotFound: no such event, or never an offer. OfferExpired. NotPublished, Cancelled, Over. TooYoung,
        Hazard. ConsentMissing, GuardianConsentMissing. EventMoved.
    """
    guardians.hold_consent(session, actor.volunteer_id)
    event = _lock_open_event(session, actor, event_id, now, seen)
    _check_person(session, actor, event, now, consent_age)
    signup = _read(session, event_id, actor.volunteer_id)
    if signup is None or (signup.status != SignupStatus.GOING and signup.confirm_by is None):
        raise errors.NotFound(errors.Thing.OFFER)
    if signup.status == SignupStatus.OFFERED:
        _take_offer(session, event, signup, now)
    if signup.status != SignupStatus.GOING:
        raise errors.OfferExpired(confirm_by=signup.confirm_by).in_zone(event.zone)
    return _state(session, event, signup)


def confirm_by_presence(
    session: Session, volunteer_id: UUID, event_ids: Iterable[UUID], now: datetime
) -> None:
    """Who checks in where a place is offered has said yes; without one nothing is changed."""
    for event_id in sorted(event_ids):
        event = events.lock_places(session, event_id)
        waitlist.fill_from_waitlist(session, event, now)
        signup = _read(session, event_id, volunteer_id)
        if signup is not None and signup.status == SignupStatus.OFFERED:
            _take_offer(session, event, signup, now)


def confirm_seen(session: Session, event_id: UUID, who: UUID, now: datetime) -> None:
    """Whom staff says to be there has said yes, too. Goes before whatever else of the person is locked."""
    held = sa.exists().where(Signup.event_id == event_id, Signup.volunteer_id == who, offers.holds(now))
    if session.scalar(sa.select(held)):
        confirm_by_presence(session, who, [event_id], now)


def _take_offer(session: Session, event: Event, signup: Signup, now: datetime) -> None:
    event.offered -= signup.people
    waitlist.admit(session, event, signup, now)


def _lock_open_event(
    session: Session, actor: Actor, event_id: UUID, now: datetime, seen: Seen | None
) -> Event:
    """The event, locked: whoever changes its places waits in line here, so the line is fair.

    What was offered and nobody took in time is the line's before anybody new comes.
    """
    event = events.lock_places(session, event_id)
    _check_open(session, actor, event, now)
    if seen is not None:
        seen.check(event)
    if event.offered:
        waitlist.fill_from_waitlist(session, event, now)
    return event


def _check_open(session: Session, actor: Actor, event: Event, now: datetime) -> None:
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    if event.is_draft:
        raise errors.NotPublished()
    if event.is_cancelled:
        raise events.cancelled(event)
    if event.is_over(now):
        raise errors.Over()


def check(
    session: Session, actor: Actor, event: Event, now: datetime, *, consent_age: int = CONSENT_AGE
) -> SignupState | None:
    """How the actor stands, before they are asked to sign up: see `of_person`.

    Raises what `sign_up` would raise whoever came along, ConsentMissing last.
    """
    _check_open(session, actor, event, now)
    signup = _read(session, event.id, actor.volunteer_id)
    if signup is not None and signup.removed_at is not None:
        raise errors.Removed().in_zone(event.zone)
    state = of_person(session, event, actor.volunteer_id, now)
    if state is None and not event.organization.is_verified:
        raise errors.NotVerified()
    _check_age(session, actor, event)
    _check_guardian(session, actor, now, consent_age)
    _check_consents(session, actor, now)
    return state


def _check_person(session: Session, actor: Actor, event: Event, now: datetime, consent_age: int) -> None:
    _check_consents(session, actor, now)
    _check_age(session, actor, event)
    _check_guardian(session, actor, now, consent_age)


def _check_consents(session: Session, actor: Actor, now: datetime) -> None:
    missing = consents.missing(session, actor.volunteer_id, now)
    if missing:
        raise errors.ConsentMissing(missing=missing)


def _check_age(session: Session, actor: Actor, event: Event) -> None:
    waitlist.check_age(event, volunteers.get(session, actor.volunteer_id).birth_date)


def _check_guardian(session: Session, actor: Actor, now: datetime, consent_age: int) -> None:
    guardians.check(session, volunteers.get(session, actor.volunteer_id), now, consent_age)


def _read(session: Session, event_id: UUID, volunteer_id: UUID) -> Signup | None:
    """A sign-up for a locked event, as it is by now."""
    return session.get(Signup, (event_id, volunteer_id), populate_existing=True)


def _make(session: Session, event: Event, actor: Actor, companions: int, now: datetime) -> Signup:
    """A new one counts as withdrawn until it has joined."""
    signup = Signup(
        event_id=event.id,
        volunteer_id=actor.volunteer_id,
        status=SignupStatus.CANCELLED,
        companions=companions,
        created_at=now,
    )
    session.add(signup)
    return signup


def _join(session: Session, event: Event, signup: Signup, companions: int, now: datetime) -> None:
    """Give a party its places where nobody is before it, else let it wait.

    Who goes already, or was offered a place, has it and may grow by what is free; who waits keeps the place
    in the line.
    """
    free = waitlist.free_places(session, event)
    is_in = signup.status in (SignupStatus.GOING, SignupStatus.OFFERED)
    is_new = signup.status == SignupStatus.CANCELLED
    if is_in and free is not None and companions - signup.companions > free:
        raise errors.Full(free=free)
    if not is_in:
        waitlist.check_fits_ever(event, 1 + companions)
    if is_new:
        signup.queue_number = sa.func.nextval(sa.text("'signup_queue_number_seq'"))
    has_places = is_in or (is_new and (free is None or 1 + companions <= free))
    waitlist.leave(session, event, signup, now)
    signup.companions = companions
    if has_places:
        waitlist.admit(session, event, signup, now)
    else:
        waitlist.line_up(event, signup, now)


def withdraw(session: Session, actor: Actor, event_id: UUID, now: datetime) -> None:
    """Give the place back; the line moves up and is told. Repeated: no change.

    Raises:
        NotFound: no such event, or never signed up for it. Over: what was, stays.
    """
    event = events.lock_places(session, event_id)
    signup = _read(session, event_id, actor.volunteer_id)
    if signup is None:
        raise errors.NotFound(errors.Thing.SIGNUP)
    if signup.status == SignupStatus.CANCELLED:
        return
    if event.is_over(now):
        raise errors.Over()
    _give_back(session, event, signup, now)


def withdraw_banned(session: Session, happening: PersonBanned) -> None:
    """Give back every coming place of who was banned; the lines move up."""
    coming = sa.select(Event.id).where(Event.starts_at > happening.at)
    _give_back_all(session, happening.volunteer_id, coming, happening.at)


def withdraw_child(session: Session, happening: GuardianWithdrawn) -> None:
    """Give back every coming place of a minor whose guardian agrees no more; the lines move up, and who
    organizes is told that somebody will not come, not who."""
    coming = sa.select(Event.id).where(Event.starts_at > happening.at)
    for event in _give_back_all(session, happening.volunteer_id, coming, happening.at):
        facts = plans.facts_of(event)
        outbox.enqueue(session, "minor_withdrawn", happening.at, facts, event_id=event.id)


def withdraw_too_young(session: Session, happening: BirthDateSet) -> None:
    """Take somebody off what they are too young for by their corrected birth date, and tell them."""
    coming = (
        sa.select(Event.id)
        .join(Signup, Signup.event_id == Event.id)
        .where(
            Signup.volunteer_id == happening.volunteer_id,
            Signup.status != SignupStatus.CANCELLED,
            Event.starts_at > happening.at,
            sa.or_(Event.hazard, Event.min_age.is_not(None)),
        )
    )
    for event_id in session.scalars(coming.order_by(Event.id)).all():
        event = events.lock_places(session, event_id)
        waitlist.remove_too_young(session, event, happening.at)
        waitlist.fill_from_waitlist(session, event, happening.at)


def _give_back_all(
    session: Session, volunteer_id: UUID, where: sa.Select[UUID], now: datetime
) -> list[Event]:
    """Give back every place of a person at these events; returns those where they had one."""
    theirs = where.join(Signup, Signup.event_id == Event.id).where(
        Signup.volunteer_id == volunteer_id, Signup.status != SignupStatus.CANCELLED
    )
    left = []
    for event_id in session.scalars(theirs.order_by(Event.id)).all():
        event = events.lock_places(session, event_id)
        signup = _read(session, event_id, volunteer_id)
        if signup is not None and signup.status != SignupStatus.CANCELLED:
            _give_back(session, event, signup, now)
            left.append(event)
    return left


def withdraw_erased(session: Session, erased: PersonErased) -> None:
    """Give back the places of who was erased, but where they have been; the lines move up.

    Their events are held (`attendance/sealing.py`).
    """
    been = sa.exists().where(Attendance.event_id == Event.id, Attendance.volunteer_id == erased.volunteer_id)
    coming = sa.select(Event.id).where(Event.ends_at > erased.at, ~been)
    _give_back_all(session, erased.volunteer_id, coming, erased.at)
    session.execute(
        sa.delete(Signup).where(
            Signup.volunteer_id == erased.volunteer_id, Signup.status == SignupStatus.CANCELLED
        )
    )


def _give_back(session: Session, event: Event, signup: Signup, now: datetime) -> None:
    waitlist.leave(session, event, signup, now)
    waitlist.fill_from_waitlist(session, event, now)


def _state(session: Session, event: Event, signup: Signup) -> SignupState:
    session.flush()
    position = session.scalar(
        sa.select(waitlist.position()).where(
            Signup.event_id == signup.event_id, Signup.volunteer_id == signup.volunteer_id
        )
    )
    return SignupState(signup.status, signup.companions, position, deadline(event, signup))


def deadline(event: Event, signup: Signup) -> datetime | None:
    """Until when an offer has to be confirmed, in the event's zone."""
    if signup.status != SignupStatus.OFFERED or signup.confirm_by is None:
        return None
    return event.local(signup.confirm_by)


def of_person(session: Session, event: Event, volunteer_id: UUID, now: datetime) -> SignupState | None:
    """How somebody's sign-up stands at this moment; None: there is none, or it was withdrawn, or was an offer
    that has expired."""
    row = session.execute(
        sa.select(Signup, waitlist.position()).where(
            Signup.event_id == event.id,
            Signup.volunteer_id == volunteer_id,
            Signup.status != SignupStatus.CANCELLED,
            ~offers.has_expired(now),
        )
    ).first()
    if row is None:
        return None
    signup, position = row
    return SignupState(signup.status, signup.companions, position, deadline(event, signup))


def mine(
    session: Session, actor: Actor, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Signup, Event, int | None]]:
    """What the actor goes to, waits for or is offered and is not over yet, soonest first; who waits with the
    position."""
    query = (
        sa.select(Signup, Event, waitlist.position())
        .join(Event)
        .where(
            Signup.volunteer_id == actor.volunteer_id,
            Signup.status != SignupStatus.CANCELLED,
            ~offers.has_expired(now),
            Event.ends_at > now,
            keyset.behind(after, Event.starts_at, Event.id),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    return [(signup, event, position) for signup, event, position in session.execute(query)]
