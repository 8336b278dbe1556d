"""Whether a push that is due may go now: judged at the moment of sending, however early it was made."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.messages import KINDS, NotificationKind, Quiet
from notifications.models import Delivery, InboxItem
from service.models import ConsentName, NotificationSettings, Outbox
from service.models.notification_settings import default_settings, local_midnight
from service.people import consents

NEAR_START = timedelta(hours=12)


class Action(StrEnum):
    """What to do with a push that is due."""

    SEND = "send"
    # Nobody wants it any more: the inbox keeps it all the same.
    DROP = "drop"
    # It cannot be judged: its facts are broken.
    REJECT = "reject"
    # Not at this hour: due again at `until`.
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class PushDecision:
    """`reason`: why it is dropped or waits, for the operator; `until`: when it is due again."""

    action: Action
    reason: str = ""
    until: datetime | None = None


SEND = PushDecision(Action.SEND)
UNWANTED = PushDecision(Action.DROP, "not in the audience any more")
READ = PushDecision(Action.DROP, "read already")
NO_CONSENT = PushDecision(Action.DROP, "no consent to the transfer abroad: the inbox has it")
SWITCHED_OFF = PushDecision(Action.DROP, "switched off by the person")
ENOUGH = PushDecision(Action.DROP, "enough pushes today")
TOO_LATE = PushDecision(Action.DROP, "of no use after the quiet hours")


@dataclass(frozen=True, slots=True)
class _Due:
    """One push that is due, and what decides about it."""

    delivery_id: UUID
    item_id: UUID
    outbox_id: UUID
    volunteer_id: UUID
    kind: NotificationKind
    facts: Mapping[str, Any]
    expires_at: datetime
    is_read: bool
    settings: NotificationSettings


def decide(session: Session, delivery_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, PushDecision]:
    """A decision for each of these deliveries."""
    found = _load(session, delivery_ids)
    wanted = _wanted(session, found)
    decisions: dict[UUID, PushDecision] = dict.fromkeys(delivery_ids, UNWANTED)
    consented = consents.of_people(session, {due.volunteer_id for due in found}, now)
    decisions |= {due.delivery_id: _judge(due, wanted, consented[due.volunteer_id], now) for due in found}
    capped = [due for due in found if decisions[due.delivery_id] is SEND and not due.kind.urgent]
    return decisions | _over_the_cap(session, capped, now)


def _load(session: Session, delivery_ids: Sequence[UUID]) -> list[_Due]:
    rows = session.execute(
        sa.select(
            Delivery.id,
            Delivery.expires_at,
            InboxItem.id,
            InboxItem.volunteer_id,
            InboxItem.read_at,
            Outbox.id,
            Outbox.kind,
            Outbox.facts,
            NotificationSettings,
        )
        .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .outerjoin(NotificationSettings, NotificationSettings.volunteer_id == InboxItem.volunteer_id)
        .where(Delivery.id.in_(delivery_ids))
        .order_by(InboxItem.id)
        .execution_options(populate_existing=True)
    )
    return [
        _Due(
            delivery_id=delivery_id,
            item_id=item_id,
            outbox_id=outbox_id,
            volunteer_id=person,
            kind=KINDS[kind],
            facts=facts,
            expires_at=expires_at,
            is_read=read_at is not None,
            settings=settings or default_settings(person),
        )
        for (
            delivery_id,
            expires_at,
            item_id,
            person,
            read_at,
            outbox_id,
            kind,
            facts,
            settings,
        ) in rows
        if kind in KINDS
    ]


def _wanted(session: Session, found: Sequence[_Due]) -> set[UUID]:
    """The deliveries whose person still belongs to the audience: one query a kind."""
    by_kind: dict[str, list[_Due]] = defaultdict(list)
    for due in found:
        by_kind[due.kind.name].append(due)
    wanted: set[UUID] = set()
    for dues in by_kind.values():
        entries = {due.outbox_id for due in dues}
        audience = dues[0].kind.audience.where(Outbox.id.in_(entries)).subquery()
        query = (
            sa.select(Delivery.id)
            .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
            .join(
                audience,
                sa.and_(
                    audience.c.outbox_id == InboxItem.outbox_id,
                    audience.c.volunteer_id == InboxItem.volunteer_id,
                ),
            )
            .where(Delivery.id.in_([due.delivery_id for due in dues]))
        )
        wanted.update(session.scalars(query))
    return wanted


def _judge(due: _Due, wanted: set[UUID], consented: Collection[str], now: datetime) -> PushDecision:
    if due.delivery_id not in wanted:
        return UNWANTED
    if ConsentName.CROSS_BORDER not in consented:
        return NO_CONSENT
    if due.is_read:
        return READ
    if due.kind.group is not None and not getattr(due.settings, due.kind.group):
        return SWITCHED_OFF
    return _judge_hour(due, due.settings, now)


def _judge_hour(due: _Due, settings: NotificationSettings, now: datetime) -> PushDecision:
    quiet = settings.quiet_period(now)
    if quiet is None or (due.kind.quiet == Quiet.IGNORED_NEAR_START and _starts_soon(due.facts, now)):
        return SEND
    _, until = quiet
    return PushDecision(Action.WAIT, "quiet hours", until) if until < due.expires_at else TOO_LATE


def _starts_soon(facts: Mapping[str, Any], now: datetime) -> bool:
    return "starts_at" in facts and datetime.fromisoformat(facts["starts_at"]) <= now + NEAR_START


def _over_the_cap(session: Session, dues: Sequence[_Due], now: datetime) -> dict[UUID, PushDecision]:
    """Those that would be one too many for their person's local day; two phones of one person count once."""
    told = _told_today(session, {due.volunteer_id for due in dues}, now)
    decisions: dict[UUID, PushDecision] = {}
    for due in dues:
        items = told[due.volunteer_id]
        if due.item_id in items or len(items) < due.settings.daily_cap:
            items.add(due.item_id)
        else:
            decisions[due.delivery_id] = ENOUGH
    return decisions


def _told_today(session: Session, people: set[UUID], now: datetime) -> defaultdict[UUID, set[UUID]]:
    """The inbox items that were pushed to these people since their midnight, urgent ones aside."""
    told: defaultdict[UUID, set[UUID]] = defaultdict(set)
    rows = session.execute(
        sa.select(Delivery.volunteer_id, Delivery.inbox_item_id)
        .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .where(
            Delivery.volunteer_id.in_(people),
            Delivery.status == "sent",
            Delivery.finished_at >= local_midnight(now),
            Outbox.kind.not_in([name for name, kind in KINDS.items() if kind.urgent]),
        )
    )
    for person, item in rows:
        told[person].add(item)
    return told
