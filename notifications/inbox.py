"""Inboxes: everything that was owed to a person, in their language, whatever became of the pushes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.messages import KINDS, UnknownWordsError, words
from notifications.models import InboxItem
from notifications.words import translate
from service import errors
from service.errors import Ask
from service.models import OrganizationStatus, Outbox
from service.organizations import contacts
from service.organizations.verification import DECIDED
from service.platform import logs
from service.platform.written import Written

DEAD_ENDS = (OrganizationStatus.REJECTED, OrganizationStatus.SUSPENDED)

logger = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One notification as its reader sees it."""

    id: UUID
    kind: str
    title: str
    body: str
    event_id: UUID | None
    invitation_id: UUID | None
    contact_id: UUID | None
    created_at: datetime
    read_at: datetime | None


def page(
    session: Session, volunteer_id: UUID, locale: str, before: UUID | None, limit: int
) -> Sequence[InboxEntry]:
    """The newest items, or those before one; what only a newer release knows is left to it."""
    query = (
        sa.select(InboxItem, Outbox)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .where(InboxItem.volunteer_id == volunteer_id, Outbox.kind.in_(list(KINDS)))
        .order_by(InboxItem.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(InboxItem.id < before)
    return [_item(session, item, entry, locale) for item, entry in session.execute(query)]


def get(session: Session, volunteer_id: UUID, item_id: UUID, locale: str) -> InboxEntry:
    """One item of a person's own inbox. Raises NotFound."""
    row = session.execute(
        sa.select(InboxItem, Outbox)
        .join(Outbox, Outbox.id == InboxItem.outbox_id)
        .where(
            InboxItem.id == item_id,
            InboxItem.volunteer_id == volunteer_id,
            Outbox.kind.in_(list(KINDS)),
        )
    ).first()
    if row is None:
        raise errors.NotFound(errors.Thing.INBOX_ITEM)
    return _item(session, row[0], row[1], locale)


def _id(entry: Outbox, name: str) -> UUID | None:
    named = entry.facts.get(name)
    return UUID(named) if named else None


def _to_ask(session: Session, entry: Outbox) -> dict[str, str]:
    """Of an organization that may not go on: whom to ask, as that stands today; never kept with the entry."""
    if entry.kind != DECIDED or entry.facts.get("status") not in DEAD_ENDS:
        return {}
    found = contacts.to_ask(session, Ask.COORDINATOR, organization_id=entry.organization_id)
    said = (found.name, found.phone, found.link) if found is not None else ()
    return {"contact": ", ".join(part for part in said if part)}


def _item(session: Session, item: InboxItem, entry: Outbox, locale: str) -> InboxEntry:
    whom = _to_ask(session, entry)
    title, body = (translate(f"push.unreadable.{part}", locale) for part in ("title", "body"))
    invitation_id = contact_id = None
    # One line that cannot be read is no reason to show nothing.
    try:
        said = words(entry.kind, entry.facts | (item.facts or {}) | whom, locale)
        invitation_id, contact_id = (_id(entry, name) for name in ("invitation_id", "contact_id"))
        title, body = said
    except UnknownWordsError as error:
        logger.warning("an item has words of a newer release", item_id=item.id, words=str(error))
    except Exception:
        logger.exception("an item cannot be worded", item_id=item.id, kind=entry.kind)
    return InboxEntry(
        id=item.id,
        kind=entry.kind,
        title=title,
        body=body,
        event_id=entry.event_id,
        invitation_id=invitation_id,
        contact_id=contact_id,
        created_at=item.created_at,
        read_at=item.read_at,
    )


@dataclass(frozen=True, slots=True)
class InboxState:
    """How many items an inbox has, how many of them wait to be read, and which came last.

    Together they change with all that an inbox tells: the newest comes, any is read once, the oldest goes by
    its age. Whom to ask about an organization may change without them (decision 102).
    """

    items: int
    unread: int
    newest: UUID | None


def state(session: Session, volunteer_id: UUID) -> InboxState:
    """One query over one index, so that phones may poll."""
    (row,) = _STATE.rows(session, {"volunteer_id": volunteer_id})
    return InboxState(row.items, row.unread, row.newest)


_THEIRS = InboxItem.volunteer_id == sa.bindparam("volunteer_id", type_=sa.Uuid)
_STATE = Written(
    sa.select(
        sa.func.count().label("items"),
        sa.func.count().filter(InboxItem.read_at.is_(None)).label("unread"),
        sa.select(InboxItem.id)
        .where(_THEIRS)
        .order_by(InboxItem.id.desc())
        .limit(1)
        .correlate(None)
        .scalar_subquery()
        .label("newest"),
    ).where(_THEIRS)
)


def mark_read(session: Session, volunteer_id: UUID, item_id: UUID, now: datetime) -> None:
    """Note that an item was read; the first time counts. Raises NotFound."""
    item = session.get(InboxItem, item_id)
    if item is None or item.volunteer_id != volunteer_id:
        raise errors.NotFound(errors.Thing.INBOX_ITEM)
    item.read_at = item.read_at or now
    session.flush()


def mark_all_read(session: Session, volunteer_id: UUID, up_to: UUID, now: datetime) -> None:
    """Note that a person has read what they were shown, up to the newest of it; what came since stays new."""
    session.execute(
        sa.update(InboxItem)
        .where(
            InboxItem.volunteer_id == volunteer_id,
            InboxItem.id <= up_to,
            InboxItem.read_at.is_(None),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
