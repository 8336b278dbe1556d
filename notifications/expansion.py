"""From one entry of the outbox to everybody's inbox and the pushes that are due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.audience import AUDIENCES
from notifications.messages import KINDS
from service.database import new_id
from service.models import Delivery, Device, InboxItem, Outbox

CHUNK = 1_000


def expand(session: Session, outbox_id: UUID, now: datetime) -> None:
    """Fill the inboxes of the audience and make the pushes due, once: a repeat finds it done."""
    entry = session.get(Outbox, outbox_id, with_for_update=True)
    if entry is None or entry.expanded_at is not None:
        return
    audience = session.scalars(AUDIENCES[entry.kind](entry)).all()
    expires_at = KINDS[entry.kind].life(entry.facts, entry.created_at)
    for start in range(0, len(audience), CHUNK):
        _expand_chunk(session, entry, sorted(audience[start : start + CHUNK]), now, expires_at)
    entry.expanded_at = now


def _expand_chunk(
    session: Session, entry: Outbox, people: Sequence[UUID], now: datetime, expires_at: datetime
) -> None:
    items = [
        {"id": new_id(), "outbox_id": entry.id, "volunteer_id": person, "created_at": now}
        for person in people
    ]
    session.execute(sa.insert(InboxItem), items)
    devices = session.execute(
        sa.select(Device.volunteer_id, Device.installation_id).where(
            Device.volunteer_id.in_(people), Device.off_since.is_(None)
        )
    ).all()
    item_of = {item["volunteer_id"]: item["id"] for item in items}
    pushes = [
        {
            "id": new_id(),
            "inbox_item_id": item_of[person],
            "volunteer_id": person,
            "installation_id": installation,
            "next_attempt_at": now,
            "expires_at": expires_at,
        }
        for person, installation in devices
    ]
    if pushes:
        session.execute(sa.insert(Delivery), pushes)
