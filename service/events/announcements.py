"""Announcements: an organizer's words to the people of an event."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require
from service.events import events, plans
from service.models import (
    Announcement,
    AnnouncementTo,
    AuditAction,
    Event,
    Outbox,
    Signup,
    SignupStatus,
)
from service.platform import keyset, outbox, usage_limits
from service.platform.idempotency import content_hash, find_stored

A_DAY = 5
"""So many an event a day: who goes is told what matters, not everything."""

OPEN_AFTER_END = timedelta(days=7)

READ_BY = {
    SignupStatus.GOING: (AnnouncementTo.GOING, AnnouncementTo.NOT_HERE),
    SignupStatus.OFFERED: (AnnouncementTo.WAITLISTED,),
    SignupStatus.WAITLISTED: (AnnouncementTo.WAITLISTED,),
}
"""Which of them concern who goes, and who waits."""


def announce(
    session: Session,
    actor: Actor,
    event_id: UUID,
    text: str,
    now: datetime,
    announcement_id: UUID | None,
    to: AnnouncementTo = AnnouncementTo.GOING,
) -> UUID:
    """Owe a message of the organizer to these people of an event; returns the announcement's id.

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
    content = {"by": actor.volunteer_id, "event": event_id, "text": text}
    # Older apps say nothing of whom they mean: what they have sent is known again.
    digest = content_hash(content if to == AnnouncementTo.GOING else content | {"to": to})
    # The same that comes twice at once counts as one announcement of the day.
    session.execute(sa.select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
    stored: Outbox | Announcement | None = find_stored(session, Outbox, announcement_id, digest)
    if stored is None and announcement_id is not None:
        # Its push may be done with and gone; what was said stays.
        stored = session.get(Announcement, announcement_id)
        if stored is not None and not stored.is_same(event_id, text, to, actor.volunteer_id):
            raise errors.IdReused()
    if stored is not None:
        return stored.id
    _check_limits(session, event, now)
    told = plans.facts_of(event) | {"text": text, "to": to}
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
    session.add(
        Announcement(
            id=entry.id,
            event_id=event.id,
            text=text,
            sent_to=to,
            created_by=actor.volunteer_id,
            created_at=now,
        )
    )
    session.flush()
    detail = {"announcement": str(entry.id), "to": to}
    events.record(session, actor, AuditAction.ANNOUNCED, event, now, detail=detail)
    return entry.id


def of_event(
    session: Session, actor: Actor, event_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Announcement]:
    """What has been said of an event, newest first: all of it for its organizers, for others what concerns
    them, also what was said before they joined. `after`: (created_at, id) of the last one seen.

    Raises:
        NotFound. Forbidden: who neither goes, nor waits, nor runs it.
    """
    event = events.get_visible(session, actor, event_id)
    query = (
        sa.select(Announcement)
        .where(
            Announcement.event_id == event_id,
            keyset.before(after, Announcement.created_at, Announcement.id),
        )
        .order_by(Announcement.created_at.desc(), Announcement.id.desc())
        .limit(limit)
    )
    if not may(actor, Permission.SEE_BOARD, events.target_of(event)):
        signup = session.get(Signup, (event_id, actor.volunteer_id))
        concerns = READ_BY.get(SignupStatus(signup.status)) if signup is not None else None
        if concerns is None:
            raise errors.Forbidden()
        query = query.where(Announcement.sent_to.in_(concerns))
    return session.scalars(query).all()


def _check_limits(session: Session, event: Event, now: datetime) -> None:
    closes = event.ends_at + OPEN_AFTER_END
    if now > closes:
        raise errors.AnnouncementTooLate(closed_at=event.local(closes))
    usage_limits.count_use(session, f"announce:{event.id}", now, A_DAY, usage_limits.DAY)
