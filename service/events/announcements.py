"""Announcements: an organizer's words to everyone going."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.events import events, plans
from service.platform import outbox
from service.platform.idempotency import content_hash


def announce(
    session: Session, actor: Actor, event_id: UUID, text: str, now: datetime, announcement_id: UUID | None
) -> UUID:
    """Owe a message of the organizer to everyone going; returns the announcement's id.

    Raises:
        NotFound, Forbidden. NotPublished, Cancelled. IdReused: another announcement has this id.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.ANNOUNCE, events.target_of(event))
    if event.is_draft:
        raise errors.NotPublished()
    if event.is_cancelled:
        raise events.cancelled(event)
    told = plans.facts_of(event) | {"text": text}
    entry = outbox.enqueue(
        session,
        "announcement",
        now,
        told,
        event_id=event.id,
        created_by=actor.volunteer_id,
        entry_id=announcement_id,
        digest=content_hash({"by": actor.volunteer_id, "event": event_id, "text": text}),
    )
    return entry.id
