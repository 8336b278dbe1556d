"""Announcements: an organizer's words to everyone going."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.events import events, plans
from service.models import AuditAction, Event, Outbox
from service.platform import outbox, usage_limits
from service.platform.idempotency import content_hash, find_stored

A_DAY = 5
"""So many an event a day: who goes is told what matters, not everything."""

OPEN_AFTER_END = timedelta(days=7)


def announce(
    session: Session, actor: Actor, event_id: UUID, text: str, now: datetime, announcement_id: UUID | None
) -> UUID:
    """Owe a message of the organizer to everyone going; returns the announcement's id.

    Raises:
        NotFound, Forbidden. NotPublished, Cancelled. IdReused: another announcement has this id.
        AnnouncementTooLate, TooManyRequests: long after its end, or too many this day.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.ANNOUNCE, events.target_of(event))
    if event.is_draft:
        raise errors.NotPublished()
    if event.is_cancelled:
        raise events.cancelled(event)
    digest = content_hash({"by": actor.volunteer_id, "event": event_id, "text": text})
    # The same that comes twice at once counts as one announcement of the day.
    session.execute(sa.select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
    stored = find_stored(session, Outbox, announcement_id, digest)
    if stored is not None:
        return stored.id
    _check_limits(session, event, now)
    told = plans.facts_of(event) | {"text": text}
    entry = outbox.enqueue(
        session,
        "announcement",
        now,
        told,
        event_id=event.id,
        created_by=actor.volunteer_id,
        entry_id=announcement_id,
        digest=digest,
    )
    detail = {"announcement": str(entry.id)}
    events.record(session, actor, AuditAction.ANNOUNCED, event, now, detail=detail)
    return entry.id


def _check_limits(session: Session, event: Event, now: datetime) -> None:
    closes = event.ends_at + OPEN_AFTER_END
    if now > closes:
        raise errors.AnnouncementTooLate(closed_at=event.local(closes))
    usage_limits.count_use(session, f"announce:{event.id}", now, A_DAY, usage_limits.DAY)
