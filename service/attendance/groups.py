"""Head counts of classes and companies without accounts, as organizers say; counted apart everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.attendance.derivation import event_minutes
from service.events import events
from service.ledger import ledger
from service.models import Event, Headcount

OPEN_AFTER_END = timedelta(days=14)
"""So long head counts can be given and taken back: as long as records kept without signal are taken."""


@dataclass(frozen=True, slots=True)
class Group:
    """What an organizer says of a group: its name, how many came, and how long each worked (minutes)."""

    name: str
    people: int
    minutes: int


def give(
    session: Session, actor: Actor, event_id: UUID, headcount_id: UUID, group: Group, now: datetime
) -> tuple[Headcount, bool]:
    """Store a head count, or put another in its place; the counts move by the difference.

    Returns:
        The head count, and whether it is new.

    Raises:
        NotFound, Forbidden. NotPublished, Cancelled, NotStarted, HeadcountsClosed.
        Invalid: more minutes than the event has.
    """
    event = _locked_event(session, actor, event_id)
    _check_open(event, now)
    length = event_minutes(event.starts_at, event.ends_at)
    if group.minutes > length:
        raise errors.Invalid("minutes", "headcount-minutes", limit=length)
    stored = session.get(Headcount, (event_id, headcount_id))
    if stored is None:
        made = Headcount(
            event_id=event_id,
            id=headcount_id,
            created_by=actor.volunteer_id,
            created_at=now,
            taken_back=True,
        )
        session.add(made)
        _change(session, actor, event, made, group, now)
        return made, True
    said = (stored.group_name, stored.people, stored.minutes)
    if stored.taken_back or said != (group.name, group.people, group.minutes):
        _change(session, actor, event, stored, group, now)
    return stored, False


def _change(
    session: Session, actor: Actor, event: Event, headcount: Headcount, group: Group, now: datetime
) -> None:
    before = _figures(headcount)
    headcount.group_name, headcount.people, headcount.minutes = group.name, group.people, group.minutes
    headcount.taken_back = False
    _note_change(session, actor, event, headcount, before, now)


def retract(session: Session, actor: Actor, event_id: UUID, headcount_id: UUID, now: datetime) -> None:
    """Take a head count back; repeated, it changes nothing.

    Raises:
        NotFound, Forbidden. HeadcountsClosed.
    """
    event = _locked_event(session, actor, event_id)
    stored = session.get(Headcount, (event_id, headcount_id))
    if stored is None:
        raise errors.NotFound(errors.Thing.HEADCOUNT)
    if stored.taken_back:
        return
    _check_not_closed(event, now)
    before, stored.taken_back = _figures(stored), True
    _note_change(session, actor, event, stored, before, now)


def _note_change(
    session: Session,
    actor: Actor,
    event: Event,
    headcount: Headcount,
    before: Mapping[str, int],
    now: datetime,
) -> None:
    """Note whose change it was; the counts move by what is another than `before`."""
    headcount.changed_by, headcount.changed_at = actor.volunteer_id, now
    deltas = {name: value - before[name] for name, value in _figures(headcount).items()}
    if any(deltas.values()):
        ledger.add(session, event, **deltas)
    session.flush()


def _figures(headcount: Headcount) -> dict[str, int]:
    """What a group adds to the counts."""
    return {"headcount": headcount.counted, "collectives": int(headcount.is_confirmed)}


def _locked_event(session: Session, actor: Actor, event_id: UUID) -> Event:
    """The event for its organizer, locked so that changes of its head counts, place and day come one by one.

    The lock lets check-ins pass: they only look at the event's key. Raises NotFound, Forbidden.
    """
    event = session.get(Event, event_id, with_for_update={"key_share": True})
    if event is None:
        raise errors.NotFound(errors.Thing.EVENT)
    events.get_visible(session, actor, event_id)
    require(actor, Permission.GIVE_HEADCOUNTS, events.target_of(event))
    return event


def _check_open(event: Event, now: datetime) -> None:
    if event.is_draft:
        raise errors.NotPublished()
    if event.is_cancelled:
        raise events.cancelled(event)
    if now < event.starts_at:
        raise errors.NotStarted(starts_at=event.local(event.starts_at))
    _check_not_closed(event, now)


def _check_not_closed(event: Event, now: datetime) -> None:
    closes = event.ends_at + OPEN_AFTER_END
    if now > closes:
        raise errors.HeadcountsClosed(closed_at=event.local(closes))


def of_event(
    session: Session, actor: Actor, event_id: UUID, after: UUID | None, limit: int
) -> Sequence[Headcount]:
    """The head counts of an event that count, by id, for its organizers and coordinators.

    Raises:
        NotFound, Forbidden.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SEE_HEADCOUNTS, events.target_of(event))
    query = (
        sa.select(Headcount)
        .where(Headcount.event_id == event_id, Headcount.taken_back.is_(False))
        .order_by(Headcount.id)
        .limit(limit)
    )
    if after:
        query = query.where(Headcount.id > after)
    return session.scalars(query).all()
