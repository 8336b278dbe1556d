"""What an operator asks of pushes: how they stand, and to try again what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import Delivery, InboxItem
from service.models import Device, Outbox


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many are due (counted up to a limit), and for how many seconds the oldest has been."""

    count: int
    oldest_s: int


def counts(session: Session, since: datetime) -> Sequence[tuple[str, str, int]]:
    """(kind, status, how many) of the notifications owed since a moment."""
    rows = session.execute(
        sa.select(Outbox.kind, Delivery.status, sa.func.count())
        .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .where(Outbox.created_at >= since)
        .group_by(Outbox.kind, Delivery.status)
        .order_by(Outbox.kind, Delivery.status)
    )
    return [(kind, status, count) for kind, status, count in rows]


def due_pushes(session: Session, now: datetime, at_most: int) -> Backlog:
    """Pushes that could go at this moment."""
    return _backlog(
        session,
        now,
        sa.select(Delivery.next_attempt_at.label("since")).where(
            Delivery.status == "due", Delivery.next_attempt_at <= now
        ),
        at_most,
    )


def due_entries(session: Session, now: datetime, at_most: int) -> Backlog:
    """Notifications of whose people nobody has worked out the first or the next, though it is time."""
    unexpanded = sa.select(Outbox.created_at.label("since")).where(
        Outbox.expanded_at.is_(None), Outbox.set_aside_at.is_(None), Outbox.created_at <= now
    )
    unvisited = sa.select(Outbox.next_due_at).where(Outbox.next_due_at <= now)
    return _backlog(session, now, sa.select(sa.union_all(unexpanded, unvisited).subquery()), at_most)


def _backlog(session: Session, now: datetime, query: sa.Select[Any], at_most: int) -> Backlog:
    oldest_first = query.order_by("since").limit(at_most).subquery()
    count, oldest = session.execute(sa.select(sa.func.count(), sa.func.min(oldest_first.c.since))).one()
    return Backlog(count, int((now - oldest).total_seconds()) if oldest else 0)


def sending(session: Session) -> int:
    """How many pushes senders hold at this moment."""
    return session.scalar(sa.select(sa.func.count()).where(Delivery.status == "sending")) or 0


def set_aside(session: Session) -> int:
    """How many entries have failed so often that nobody tries them any more."""
    return session.scalar(sa.select(sa.func.count()).where(Outbox.set_aside_at.is_not(None))) or 0


def kinds_set_aside(session: Session) -> list[str]:
    """Of which kinds they are, in the order of their names."""
    kinds = sa.select(Outbox.kind).where(Outbox.set_aside_at.is_not(None)).distinct().order_by(Outbox.kind)
    return list(session.scalars(kinds))


def try_again(session: Session, kinds: Sequence[str], now: datetime) -> int:
    """Let workers try the entries of these kinds that were set aside; how many."""
    taken = session.execute(
        sa.update(Outbox)
        .where(Outbox.kind.in_(kinds), Outbox.set_aside_at.is_not(None))
        .values(
            set_aside_at=None,
            attempts=0,
            next_due_at=sa.case((Outbox.expanded_at.is_not(None), now), else_=None),
        )
        .returning(Outbox.id)
        .execution_options(synchronize_session=False)
    )
    return len(taken.all())


def retry(session: Session, kinds: Sequence[str], statuses: Sequence[str], now: datetime) -> int:
    """Make what failed due again unless its life is over; how many.

    A device that such a push had switched off is on again: Google answers anew whether it is gone. Whether
    the push is still wanted is judged when it is sent, as always.
    """
    failed = (
        sa.select(Delivery.id, Delivery.volunteer_id, Delivery.installation_id, Delivery.finished_at)
        .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .where(Outbox.kind.in_(kinds), Delivery.status.in_(statuses), Delivery.expires_at > now)
        .cte("failed")
    )
    session.execute(
        sa.update(Device)
        .where(
            Device.volunteer_id == failed.c.volunteer_id,
            Device.installation_id == failed.c.installation_id,
            Device.off_since == failed.c.finished_at,
        )
        .values(off_since=None)
        .execution_options(synchronize_session=False)
    )
    again = session.execute(
        sa.update(Delivery)
        .where(Delivery.id == failed.c.id)
        .values(status="due", attempts=0, next_attempt_at=now, finished_at=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(again.all())
