"""Calling an event off; `restoring` takes it back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may
from service.events import events, plans
from service.events.told import Told
from service.ledger import ledger
from service.models import AuditAction, CancelledBy, Event, EventStatus


def cancel(session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime) -> Event:
    """Call the event off, as its organizer or coordinator; who goes or waits is told. Repeated: no change.

    Raises:
        NotFound, Forbidden, NotVerified, AlreadyOver.
    """
    event = events.get_to_change(session, actor, event_id, Permission.CANCEL_EVENT)
    if event.is_cancelled:
        return event
    if event.is_over(now):
        raise errors.AlreadyOver()
    take_off(session, actor, event, reason, now)
    return event


def take_off(
    session: Session, actor: Actor, event: Event, reason: str, now: datetime, told: Told | None = None
) -> None:
    """Call off an event that is held, as its organizer or coordinator; `told`: as `changing.put` has it."""
    is_organizer = may(actor, Permission.CHANGE_EVENT, events.target_of(event))
    as_what = CancelledBy.ORGANIZER if is_organizer else CancelledBy.COORDINATOR
    call_off(session, event, reason, actor.volunteer_id, as_what, now, told)
    events.record(session, actor, AuditAction.EVENT_CANCELLED, event, now)


def call_off(
    session: Session,
    event: Event,
    reason: str | None,
    by: UUID,
    as_what: CancelledBy,
    now: datetime,
    told: Told | None = None,
) -> None:
    """Mark an event that is held as called off, and let its people hear; without a reason, without one."""
    was_published, event.never_published = event.is_published, event.is_draft
    event.status, event.cancel_reason, event.cancelled_at = EventStatus.CANCELLED, reason, now
    event.cancelled_by = as_what
    event.is_changed(now)
    if was_published:
        ledger.add(session, event, events=-1)
        facts = plans.facts_of(event) | {"reason": reason}
        events.owe(session, event, "event_cancelled", facts, by, now, told)
    events.tell_changed(session, event, ["status"], now)
