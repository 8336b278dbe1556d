"""The state of each push: `due → sending → sent | gone | rejected | expired`.

A lease (by the database's clock, which nobody moves) says until when a sender is trusted to be alive; when it
has run out the delivery is taken again, with the same notification id: a repeat collapses on the phone.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.gateway import Outcome, Push, Result
from notifications.messages import KINDS, Facts, words
from service.models import Delivery, Device, InboxItem, Outbox, Volunteer

logger = logging.getLogger(__name__)

AT_ONCE = 500
PAUSE = timedelta(minutes=1)
LONGEST_WAIT_S = 3_600


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery that is ours for the length of the lease; `push` None: its device is gone."""

    delivery_id: UUID
    volunteer_id: UUID
    installation_id: str
    attempts: int
    expires_at: datetime
    push: Push | None


def claim(session: Session, now: datetime, lease_s: int, limit: int = AT_ONCE) -> list[Claim]:
    """Take up to `limit` deliveries that are due, or whose sender's lease has run out."""
    _expire(session, now)
    free = sa.or_(
        sa.and_(Delivery.status == "due", Delivery.next_attempt_at <= now),
        sa.and_(Delivery.status == "sending", Delivery.lease_until < sa.func.clock_timestamp()),
    )
    ids = session.scalars(
        sa.select(Delivery.id)
        .where(free)
        .order_by(Delivery.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return []
    lease = sa.func.clock_timestamp() + sa.cast(f"{lease_s} seconds", sa.Interval)
    session.execute(
        sa.update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(status="sending", lease_until=lease, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    rows = session.execute(
        sa.select(Delivery, Outbox, InboxItem.facts, Volunteer.locale, Device)
        .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .join(Volunteer, Volunteer.id == Delivery.volunteer_id)
        .outerjoin(
            Device,
            sa.and_(
                Device.volunteer_id == Delivery.volunteer_id,
                Device.installation_id == Delivery.installation_id,
                Device.off_since.is_(None),
            ),
        )
        .where(Delivery.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return [
        _claim(delivery, entry, entry.facts | (own or {}), locale, device, now)
        for delivery, entry, own, locale, device in rows
    ]


def _expire(session: Session, now: datetime) -> None:
    session.execute(
        sa.update(Delivery)
        .where(Delivery.status == "due", Delivery.expires_at <= now)
        .values(status="expired", finished_at=now)
    )


def _claim(
    delivery: Delivery, entry: Outbox, facts: Facts, locale: str, device: Device | None, now: datetime
) -> Claim:
    push = None if device is None else _push(delivery, entry, facts, locale, device, now)
    return Claim(
        delivery.id,
        delivery.volunteer_id,
        delivery.installation_id,
        delivery.attempts,
        delivery.expires_at,
        push,
    )


def _push(
    delivery: Delivery, entry: Outbox, facts: Facts, locale: str, device: Device, now: datetime
) -> Push:
    kind = KINDS[entry.kind]
    title, body = words(entry.kind, facts, locale)
    ids = {"event_id": entry.event_id, "organization_id": entry.organization_id}
    target: Any = device
    return Push(
        notification_id=str(delivery.inbox_item_id),
        kind=entry.kind,
        target_kind=target.kind,
        target=device.value,
        platform=target.platform,
        title=title,
        body=body,
        data={name: str(value) for name, value in ids.items() if value is not None},
        collapse_key=f"{entry.kind}:{entry.event_id or entry.organization_id}",
        ttl_s=max(60, int((delivery.expires_at - now).total_seconds())),
        urgent=kind.urgent,
        channel=kind.channel,
    )


def settle(session: Session, claims: Sequence[Claim], results: Sequence[Result], now: datetime) -> None:
    """Write what became of each claim: in bulk, sorted by key."""
    outcomes = sorted(zip(claims, results, strict=True), key=lambda pair: pair[0].delivery_id)
    session.execute(sa.update(Delivery), [_row(claim, result, now) for claim, result in outcomes])
    gone = [
        (claim.volunteer_id, claim.installation_id)
        for claim, result in outcomes
        if result.outcome in (Outcome.GONE, Outcome.QUARANTINED)
    ]
    if gone:
        session.execute(
            sa.update(Device)
            .where(sa.tuple_(Device.volunteer_id, Device.installation_id).in_(gone))
            .values(off_since=now)
        )
    if any(result.outcome == Outcome.PAUSED for result in results):
        logger.error("push is paused: the configuration is refused (%s)", results[0].detail)


FINAL = {
    Outcome.SENT: "sent",
    Outcome.GONE: "gone",
    Outcome.QUARANTINED: "gone",
    Outcome.REJECTED: "rejected",
}


def _row(claim: Claim, result: Result, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": claim.delivery_id,
        "lease_until": None,
        "last_result": f"{result.outcome} {result.detail}"[:200],
    }
    if result.outcome in FINAL:
        return row | {"status": FINAL[result.outcome], "finished_at": now, "next_attempt_at": now}
    wait = PAUSE if result.outcome == Outcome.PAUSED else retry_wait(claim.attempts, result.retry_after_s)
    if now + wait >= claim.expires_at:
        return row | {"status": "expired", "finished_at": now, "next_attempt_at": now}
    return row | {"status": "due", "finished_at": None, "next_attempt_at": now + wait}


def retry_wait(attempts: int, retry_after_s: int | None) -> timedelta:
    """Jittered exponential wait, never less than the server asked for."""
    least = retry_after_s or 10
    grown = least * 2 ** min(attempts - 1, 10) * random.uniform(1.0, 1.5)  # noqa: S311 - no secret
    return timedelta(seconds=max(least, min(grown, LONGEST_WAIT_S)))
