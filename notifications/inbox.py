"""Inboxes: everything that was owed to a person, in their language, whatever became of the pushes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.messages import words
from service import errors
from service.models import InboxItem, Outbox


@dataclass(frozen=True, slots=True)
class Item:
    """One notification as its reader sees it."""

    id: UUID
    kind: str
    title: str
    body: str
    event_id: UUID | None
    created_at: datetime
    read_at: datetime | None


def page(
    session: Session, volunteer_id: UUID, locale: str, before: UUID | None, limit: int
) -> Sequence[Item]:
    """The newest items, or those before one."""
    query = (
        sa.select(InboxItem, Outbox)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .where(InboxItem.volunteer_id == volunteer_id)
        .order_by(InboxItem.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(InboxItem.id < before)
    return [_item(item, entry, locale) for item, entry in session.execute(query)]


def _item(item: InboxItem, entry: Outbox, locale: str) -> Item:
    title, body = words(entry.kind, entry.facts, locale)
    return Item(item.id, entry.kind, title, body, entry.event_id, item.created_at, item.read_at)


def unread(session: Session, volunteer_id: UUID) -> int:
    """How many items wait to be read."""
    return int(
        session.scalar(
            sa.select(sa.func.count()).where(
                InboxItem.volunteer_id == volunteer_id, InboxItem.read_at.is_(None)
            )
        )
        or 0
    )


def mark_read(session: Session, volunteer_id: UUID, item_id: UUID, now: datetime) -> None:
    """Note that an item was read; the first time counts. Raises NotFound."""
    item = session.get(InboxItem, item_id)
    if item is None or item.volunteer_id != volunteer_id:
        raise errors.NotFound()
    item.read_at = item.read_at or now
    session.flush()
