"""A copy of an event on another day: everything that belongs to its plan, nothing of what happened."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import districts, events, plans
from service.models import AuditAction, Event
from service.organizations import contacts
from service.platform.idempotency import content_hash, find_stored, store_once

WEEK = timedelta(days=7)


def duplicate(
    session: Session,
    actor: Actor,
    event_id: UUID,
    starts_at: datetime,
    now: datetime,
    copy_id: UUID | None = None,
) -> Event:
    """Make a draft of an event's plan that begins at another moment (aware) and lasts as long.

    It stands alone, also where the event is of a series. The same id again gives the draft as it is by now.

    Raises:
        NotFound, Forbidden, NotVerified. IdReused: another event has this id. Invalid, OutsideKazakhstan: the
        plan breaks a rule of today.
    """
    event = events.get_visible(session, actor, event_id)
    events.require_creation(session, actor, event.organization_id)
    digest = content_hash({"by": actor.volunteer_id, "copy_of": event_id, "starts_at": starts_at})
    stored = find_stored(session, Event, copy_id, digest)
    if stored is not None:
        return stored
    ends_at = starts_at + (event.ends_at - event.starts_at)
    plan = plans.changed(event, {"starts_at": starts_at, "ends_at": ends_at})
    made = events.draft(actor, event.organization_id, plan, now, copy_id, digest)
    districts.settle(session, made, None)
    stored, is_new = store_once(session, made)
    if is_new:
        events.record(
            session, actor, AuditAction.EVENT_CREATED, stored, now, detail={"copy_of": str(event_id)}
        )
        copy_contact(session, actor, event, [stored], now)
    return stored


def copy_contact(
    session: Session, actor: Actor, event: Event, copies: Iterable[Event], now: datetime
) -> None:
    """Let copies have the event's own contact; a colleague is asked anew, once for all of them.

    Who may not be asked, or not today, is left out: a copy is not refused for it.
    """
    said = contacts.newest(session, contacts.of_event(event))
    if said is None:
        return
    try:
        with session.begin_nested():
            contacts.put_all(session, actor, map(contacts.of_event, copies), said, now)
    except (errors.Invalid, errors.TooManyRequests):
        return


def next_week(event: Event, now: datetime) -> datetime:
    """The first moment to come at the weekday and local hour of an event, a week or weeks after it."""
    zone = ZoneInfo(event.zone)
    local = event.starts_at.astimezone(zone).replace(tzinfo=None) + WEEK
    while local.replace(tzinfo=zone) <= now:
        local += WEEK
    return local.replace(tzinfo=zone).astimezone(UTC)
