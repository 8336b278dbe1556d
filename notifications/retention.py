"""Inboxes and pushes live 90 days; what was owed, as long as anybody's inbox has it (R31)."""

from datetime import datetime, timedelta

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import Delivery, InboxItem
from service.models import Event, Outbox
from service.platform import queue

FORGET_TASK = "notifications.forget"
INBOX_KEPT = timedelta(days=90)
KEYS_KEPT = timedelta(days=400)
"""What is owed by the clock is known for so long by its key, so that it is owed once."""

CHUNK = 5_000


def forget_items(session: Session, now: datetime) -> int:
    """Delete up to CHUNK items that are older, with their pushes; returns how many."""
    old = sa.select(InboxItem.id).where(InboxItem.created_at < now - INBOX_KEPT).limit(CHUNK)
    ids = session.scalars(old.with_for_update(skip_locked=True)).all()
    session.execute(
        sa.delete(Delivery)
        .where(Delivery.inbox_item_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.delete(InboxItem).where(InboxItem.id.in_(ids)).execution_options(synchronize_session=False)
    )
    return len(ids)


def forget_entries(session: Session, now: datetime) -> int:
    """Delete up to CHUNK entries that are in nobody's inbox and about no event to come; returns how many."""
    is_held = sa.exists().where(InboxItem.outbox_id == Outbox.id)
    is_about_what_comes = sa.exists().where(Event.id == Outbox.event_id, Event.ends_at > now)
    old = (
        sa.select(Outbox.id)
        .where(
            Outbox.created_at < now - INBOX_KEPT,
            sa.or_(Outbox.dedupe_key.is_(None), Outbox.created_at < now - KEYS_KEPT),
            ~is_held,
            ~is_about_what_comes,
        )
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    )
    deleted = sa.delete(Outbox).where(Outbox.id.in_(old)).returning(Outbox.id)
    return len(session.execute(deleted.execution_options(synchronize_session=False)).all())


@queue.app.periodic(cron="55 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=FORGET_TASK, queueing_lock=FORGET_TASK, pass_context=True)
def forget_all(context: procrastinate.JobContext, timestamp: int) -> None:
    """All that is old, a chunk a transaction; items before the entries that they are of."""
    runtime = queue.runtime(context)
    for step in (forget_items, forget_entries):
        deleted = CHUNK
        while deleted == CHUNK:
            with runtime.sessions.begin() as session:
                deleted = step(session, runtime.clock.now())
