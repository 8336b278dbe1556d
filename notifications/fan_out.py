"""From one entry of the outbox to everybody's inbox and the pushes that are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notifications import broken
from notifications.audience import recipients
from notifications.messages import KINDS
from notifications.models import Delivery, InboxItem
from service.models import Device, Outbox
from service.models.base import new_id
from service.models.notification_settings import waking_day

CHUNK = 1_000

STALE_AFTER, DEAD_AFTER = timedelta(days=30), timedelta(days=270)
"""A device not seen for so long: sent to last; not sent to at all (Google drops the registration then)."""

STALE_WAITS = timedelta(minutes=5)

FORGOTTEN_AFTER = timedelta(seconds=30)
"""An entry with which nobody has gone on for so long has lost its worker."""

NEWER_WAITS = timedelta(minutes=1)
"""What only a newer release knows is left to its workers, and looked at so seldom by older ones."""


class NobodyToldError(Exception):
    """Not one of a chunk's people could be told: it is the entry that is broken."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told; `facts` are the words' data for them alone, `due_at` when the push may go."""

    volunteer_id: UUID
    facts: Mapping[str, Any] | None
    due_at: datetime


def expand(session: Session, outbox_id: UUID, now: datetime) -> bool:
    """Tell the next chunk of the audience, one transaction each; True while more may follow.

    What another worker is at is left to it. A crash between two chunks loses nothing, and a repeat tells
    nobody twice.

    Raises:
        NobodyToldError: and whatever else a broken entry leads to.
    """
    entry = session.get(Outbox, outbox_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if entry is None or entry.expanded_at is not None or entry.set_aside_at is not None:
        return False
    if entry.kind not in KINDS:
        entry.next_attempt_at = now + NEWER_WAITS
        return False
    audience = recipients(session, entry).subquery()
    query = sa.select(audience.c.volunteer_id, audience.c.facts).order_by(audience.c.volunteer_id)
    if entry.expanded_to is not None:
        query = query.where(audience.c.volunteer_id > entry.expanded_to)
    rows = session.execute(query.limit(CHUNK)).all()
    people = [Recipient(volunteer_id, facts, now) for volunteer_id, facts in rows]
    if people and fill(session, entry, people, now, entry.created_at) == len(people):
        raise NobodyToldError
    if len(people) == CHUNK:
        entry.expanded_to = people[-1].volunteer_id
        # Until then nobody takes it for forgotten.
        entry.next_attempt_at = now + FORGOTTEN_AFTER
        return True
    entry.expanded_at = now
    return False


def fill(
    session: Session, entry: Outbox, people: Sequence[Recipient], now: datetime, owed_at: datetime
) -> int:
    """Put the entry into these inboxes, and make the pushes to their devices due; who has it is left out.

    Returns for how many of them that failed: one broken person holds up nobody else.
    """
    expires_at = KINDS[entry.kind].life(entry.facts, owed_at)
    _, failed = broken.each_alone(session, people, lambda some: _fill(session, entry, some, now, expires_at))
    return len(failed)


def _fill(
    session: Session, entry: Outbox, people: Sequence[Recipient], now: datetime, expires_at: datetime
) -> None:
    kind = KINDS[entry.kind]
    once_key = f"{kind.name}:{waking_day(now)}" if kind.once_a_day else None
    items = [
        {
            "id": new_id(),
            "outbox_id": entry.id,
            "volunteer_id": person.volunteer_id,
            "created_at": now,
            "facts": person.facts,
            "once_key": once_key,
        }
        for person in people
    ]
    # No target: a person may have this entry already, or another of a kind that comes once a day.
    statement = insert(InboxItem).on_conflict_do_nothing().returning(InboxItem.id, InboxItem.volunteer_id)
    item_of = {person: item for item, person in session.execute(statement, items)}
    due = {person.volunteer_id: person.due_at for person in people}
    _make_due(session, item_of, due, now, {"expires_at": expires_at, "urgent": kind.urgent})


def _make_due(
    session: Session,
    item_of: Mapping[UUID, UUID],
    due: Mapping[UUID, datetime],
    now: datetime,
    of_all: Mapping[str, Any],
) -> None:
    """One delivery for each device that is on and not dead; stale ones a little later."""
    devices = session.execute(
        sa.select(Device.volunteer_id, Device.installation_id, Device.seen_at).where(
            Device.volunteer_id.in_(list(item_of)),
            Device.off_since.is_(None),
            Device.seen_at > now - DEAD_AFTER,
        )
    )
    pushes = [
        {
            "id": new_id(),
            "inbox_item_id": item_of[person],
            "volunteer_id": person,
            "installation_id": installation,
            "next_attempt_at": due[person] + (STALE_WAITS if seen_at < now - STALE_AFTER else timedelta()),
            **of_all,
        }
        for person, installation, seen_at in devices
    ]
    if pushes:
        session.execute(insert(Delivery).on_conflict_do_nothing(), pushes)
