"""Records what is owed to people, in the transaction that it follows from. The rest is notifications'."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.models import Outbox
from service.models.base import new_id
from service.platform import queue
from service.platform.idempotency import store_once

EXPAND_TASK = "notifications.expand"


def enqueue(
    session: Session,
    kind: str,
    now: datetime,
    facts: dict[str, Any],
    *,
    event_id: UUID | None = None,
    organization_id: UUID | None = None,
    volunteer_id: UUID | None = None,
    created_by: UUID | None = None,
    entry_id: UUID | None = None,
    digest: str | None = None,
) -> Outbox:
    """Record one notification and the job that will work out to whom it goes.

    `facts` are plain JSON values: all that the words need, as they are now. With an id of the client's own
    and the `digest` of what it sent, a repeat gives the stored entry.

    Raises:
        IdReused: an entry of this id was made from other content.
    """
    entry = Outbox(
        id=entry_id or new_id(),
        content_hash=digest,
        kind=kind,
        facts=facts,
        event_id=event_id,
        organization_id=organization_id,
        volunteer_id=volunteer_id,
        created_by=created_by,
        created_at=now,
    )
    stored, is_new = store_once(session, entry)
    if is_new:
        queue.defer(session, EXPAND_TASK, outbox_id=str(stored.id))
    return stored


def enqueue_once(
    session: Session,
    kind: str,
    key: str,
    now: datetime,
    facts: dict[str, Any],
    *,
    event_id: UUID | None = None,
    volunteer_id: UUID | None = None,
    next_due_at: datetime | None = None,
) -> None:
    """Record what the clock makes due, unless it was recorded under this key before.

    With `next_due_at` its people come due one after the other, and no job tells them all at once.
    """
    statement = (
        insert(Outbox)
        .values(
            id=new_id(),
            kind=kind,
            dedupe_key=key,
            facts=facts,
            event_id=event_id,
            volunteer_id=volunteer_id,
            created_at=now,
            next_due_at=next_due_at,
            expanded_at=None if next_due_at is None else now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Outbox.id)
    )
    made = session.scalar(statement)
    if made is not None and next_due_at is None:
        queue.defer(session, EXPAND_TASK, outbox_id=str(made))
