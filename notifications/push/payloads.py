"""From a delivery that is leased to the push that may go now, or to the reason why none does."""

from collections import ChainMap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import broken, policy
from notifications.messages import KINDS, UnknownWordsError, button_words, push_words
from notifications.models import Delivery, InboxItem
from notifications.policy import Action, PushDecision
from notifications.push.circuit import PAUSE
from notifications.push.gateway import Push
from service.models import Device, Outbox, Volunteer
from service.platform import logs

logger = logs.get(__name__)

Words = Callable[[Any], tuple[str, str]]
"""A delivery's row → title and body."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """No push: how the delivery stands from now on, why, and when it ended or is due again."""

    status: str
    detail: str
    at: datetime


def make(session: Session, delivery_ids: Sequence[UUID], now: datetime) -> list[tuple[Any, Push | KeptBack]]:
    """Each delivery's row with its push, by the person's device, language and wishes at this moment.

    Urgent ones first, then those that have been due for longest.
    """
    rows = session.execute(_ROWS, {"ids": delivery_ids}).all()
    known = [row.id for row in rows if row.kind in KINDS]
    parts, failed = broken.each_alone(session, known, lambda some: policy.decide(session, some, now))
    decisions = dict(ChainMap(*map(dict, parts)))
    decisions |= {id_: PushDecision(Action.REJECT, type(error).__name__) for id_, error in failed.items()}
    words_of = _words_of(session, {row.outbox_id for row in rows})
    return [(row, _kept_back(row, decisions.get(row.id), now) or _make(row, words_of, now)) for row in rows]


_ROWS = (
    sa.select(
        Delivery.id,
        Delivery.inbox_item_id,
        Delivery.volunteer_id,
        Delivery.installation_id,
        Delivery.attempts,
        Delivery.expires_at,
        InboxItem.facts.label("own_facts"),
        Outbox.id.label("outbox_id"),
        Outbox.kind,
        Outbox.event_id,
        Outbox.organization_id,
        Volunteer.locale,
        Device.kind.label("target_kind"),
        Device.value.label("target"),
        Device.platform,
    )
    .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
    .join(Outbox, Outbox.id == InboxItem.outbox_id)
    .outerjoin(Volunteer, Volunteer.id == Delivery.volunteer_id)
    .outerjoin(
        Device,
        # The person's own installation, as it is now: a value that has moved to somebody else is not theirs.
        sa.and_(
            Device.volunteer_id == Delivery.volunteer_id,
            Device.installation_id == Delivery.installation_id,
            Device.off_since.is_(None),
        ),
    )
    .where(Delivery.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))))
    .order_by(Delivery.urgent.desc(), Delivery.next_attempt_at, Delivery.id)
)


def _words_of(session: Session, outbox_ids: set[UUID]) -> Words:
    entries = session.execute(
        sa.select(Outbox.id, Outbox.kind, Outbox.facts).where(Outbox.id.in_(sorted(outbox_ids)))
    )
    facts = {entry.id: (entry.kind, entry.facts) for entry in entries}
    # Once for each entry and language, not for each phone.
    shared = cache(lambda outbox_id, locale: push_words(*facts[outbox_id], locale))

    def words_of(row: Any) -> tuple[str, str]:
        if row.own_facts:
            kind, common = facts[row.outbox_id]
            return push_words(kind, common | row.own_facts, row.locale)
        return shared(row.outbox_id, row.locale)

    return words_of


def _kept_back(row: Any, decision: PushDecision | None, now: datetime) -> KeptBack | None:
    """Why this is not to be sent now; None: it may go."""
    if decision is None:
        return _of_newer(row.kind, now)
    if decision.action == Action.REJECT:
        return KeptBack("rejected", decision.reason, now)
    if row.expires_at <= now:
        return KeptBack("expired", "too late", now)
    if row.target is None:
        return KeptBack("gone", "device left", now)
    if decision.action == Action.WAIT and decision.until is not None and decision.until < row.expires_at:
        return KeptBack("due", decision.reason, decision.until)
    if decision.action != Action.SEND:
        return KeptBack("expired", decision.reason, now)
    return None


def _of_newer(what: str, now: datetime) -> KeptBack:
    """A newer release owes it: its own workers will send it."""
    return KeptBack("due", f"{what} of a newer release", now + PAUSE)


def _make(row: Any, words_of: Words, now: datetime) -> Push | KeptBack:
    """The push; one that cannot be made is rejected, and holds up no other."""
    try:
        return _push(row, now, *words_of(row))
    except UnknownWordsError as error:
        return _of_newer(f"the words {error}", now)
    except Exception as error:
        logger.exception("a push cannot be made", kind=row.kind)
        return KeptBack("rejected", f"cannot be made: {error!r}", now)


def _push(row: Any, now: datetime, title: str, body: str) -> Push:
    kind = KINDS[row.kind]
    ids = {"event_id": row.event_id, "organization_id": row.organization_id}
    return Push(
        notification_id=str(row.inbox_item_id),
        kind=row.kind,
        target_kind=row.target_kind,
        target=row.target,
        platform=row.platform,
        title=title,
        body=body,
        data={name: str(value) for name, value in ids.items() if value is not None},
        collapse_key=kind.collapse_key(row.inbox_item_id, row.event_id),
        ttl_s=max(60, int((row.expires_at - now).total_seconds())),
        urgent=kind.urgent,
        channel=kind.channel,
        button=button_words(row.kind, row.locale),
    )
