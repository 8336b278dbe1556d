"""Whether a push that is due may go now: judged at the moment of sending, however early it was made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.audience import AUDIENCES
from service.models import Delivery, InboxItem, Outbox


class Action(StrEnum):
    """What to do with a push that is due."""

    SEND = "send"
    # Nobody wants it any more: the inbox keeps it all the same.
    DROP = "drop"
    # Not at this hour: due again at `until`.
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason`: why it is dropped or waits, for the operator; `until`: when it is due again."""

    action: Action
    reason: str = ""
    until: datetime | None = None


SEND = Decision(Action.SEND)
UNWANTED = Decision(Action.DROP, "not in the audience any more")


def decide(session: Session, delivery_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, Decision]:
    """A decision for each of these deliveries: whoever has left the audience since is left out."""
    by_entry: dict[UUID, dict[UUID, UUID]] = defaultdict(dict)
    for delivery_id, volunteer_id, outbox_id in session.execute(
        sa.select(Delivery.id, Delivery.volunteer_id, InboxItem.outbox_id)
        .join(InboxItem, InboxItem.id == Delivery.inbox_item_id)
        .where(Delivery.id.in_(delivery_ids))
    ):
        by_entry[outbox_id][delivery_id] = volunteer_id
    decisions: dict[UUID, Decision] = {}
    for outbox_id, people in by_entry.items():
        entry = session.get_one(Outbox, outbox_id)
        audience = AUDIENCES[entry.kind](entry).subquery()
        wanted = set(
            session.scalars(
                sa.select(audience.c.volunteer_id).where(audience.c.volunteer_id.in_(people.values()))
            )
        )
        decisions |= {
            delivery_id: SEND if person in wanted else UNWANTED for delivery_id, person in people.items()
        }
    return decisions
