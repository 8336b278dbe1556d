"""The record of what staff has done and read: written by use cases, read by the national coordinator."""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from service.access import Actor, Permission, require
from service.models.audit import AuditAction, AuditEntry
from service.models.base import COUNTRY_ZONE, first_id_at, new_id
from service.platform.written import Written, columns

AT_ONCE = 1_000
"""So many entries are read in one piece where all are."""

ABOUT = ("region_code", "organization_id", "event_id", "subject_id")
"""What an entry can be about."""

READS = "reads"
"""Where a session keeps what was read in it, which no rollback takes away."""

READ_ONCE_IN_S = 10 * 60
"""Who turns the pages of a list, or keeps it open, has read it once."""


def record(
    session: Session,
    actor_id: UUID | None,
    action: AuditAction,
    *,
    region_code: str | None = None,
    organization_id: UUID | None = None,
    event_id: UUID | None = None,
    subject_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write down one thing in the session's transaction, with which it stands or falls.

    `actor_id`: None for the command line. `subject_id`: the volunteer whom it concerns. `detail`: plain JSON
    (ids, states, numbers of rows), never a name, a phone, or what somebody wrote.
    """
    session.add(
        AuditEntry(
            id=new_id(),
            at=now,
            actor_id=actor_id,
            action=action,
            region_code=region_code,
            organization_id=organization_id,
            event_id=event_id,
            subject_id=subject_id,
            detail=dict(detail or {}),
        )
    )


def record_read(
    session: Session,
    actor_id: UUID,
    action: AuditAction,
    *,
    region_code: str | None = None,
    organization_id: UUID | None = None,
    event_id: UUID | None = None,
    subject_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write down that somebody has read something, once in ten minutes; as `record`.

    The view commits, though it only reads; where it gives its transaction up and shows what was read all the
    same, it calls `record_reads_again`.
    """
    about: dict[str, Any] = {
        "region_code": region_code,
        "organization_id": organization_id,
        "event_id": event_id,
        "subject_id": subject_id,
    }
    again = partial(record_read, actor_id=actor_id, action=action, **about, detail=detail, now=now)
    session.info.setdefault(READS, []).append(again)
    same = {
        "actor_id": actor_id,
        "since": first_id_at(time.time() - READ_ONCE_IN_S),
        "action": str(action),
        "detail": Jsonb(dict(detail or {})),
    }
    if not _lately().rows(session, about | same):
        record(session, actor_id, action, **about, detail=detail, now=now)


def record_reads_again(session: Session) -> None:
    """Write down what was read in this session, though the transaction in which it was read is given up."""
    for again in session.info.pop(READS, []):
        again(session)


@cache
def _lately() -> Written:
    """A row where `actor_id` has done the same to the same `since` an id.

    Of that the planner knows nothing, and so it plans once: for the very id it planned each time anew.
    """
    columns = AuditEntry.__table__.c
    since = sa.select(sa.bindparam("since", type_=columns.id.type)).scalar_subquery()
    given = {name: sa.bindparam(name, type_=columns[name].type) for name in ("actor_id", "action", "detail")}
    about = {name: sa.bindparam(name, type_=columns[name].type) for name in ABOUT}
    return Written(
        sa.select(columns.id)
        .where(
            columns.id > since,
            *(columns[name] == value for name, value in given.items()),
            *(columns[name].is_not_distinct_from(value) for name, value in about.items()),
        )
        .limit(sa.literal_column("1"))
    )


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which entries; None: whichever. Days are the country's, inclusive."""

    actor_id: UUID | None = None
    action: str | None = None
    region_code: str | None = None
    organization_id: UUID | None = None
    event_id: UUID | None = None
    subject_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None


class Entry(NamedTuple):
    """An entry as it is read: the columns of `AuditEntry`."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    action: str
    region_code: str | None
    organization_id: UUID | None
    event_id: UUID | None
    subject_id: UUID | None
    detail: Mapping[str, Any]


EQUAL = ("actor_id", "action", "region_code", "organization_id", "event_id", "subject_id")


def entries(
    session: Session, actor: Actor, question: AuditQuestion, after: UUID | None, limit: int, now: datetime
) -> list[Entry]:
    """The entries, newest first, for the national coordinator; that they were read is one of them.

    `after`: the id of the last one seen. Raises Forbidden.
    """
    require(actor, Permission.SEE_AUDIT)
    record_read(session, actor.volunteer_id, AuditAction.AUDIT_READ, now=now)
    values = _values(question) | ({} if after is None else {"after": after})
    found = _page(frozenset(values)).rows(session, values | {"limit": limit})
    return [Entry(*row) for row in found]


@cache
def _page(named: frozenset[str]) -> Written:
    """So many entries at most, for values of these names."""
    return Written(
        sa.select(*columns(AuditEntry, Entry))
        .where(*_conditions(named))
        .order_by(AuditEntry.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def stream(session: Session, actor: Actor, question: AuditQuestion) -> Iterator[AuditEntry]:
    """All of them, newest first, read as they are taken; whoever exports records it. Raises Forbidden."""
    require(actor, Permission.SEE_AUDIT)
    values = _values(question)
    query = sa.select(AuditEntry).where(*_conditions(values)).order_by(AuditEntry.id.desc())
    yield from session.scalars(query, values, execution_options={"yield_per": AT_ONCE})


def number(session: Session, question: AuditQuestion) -> int:
    """How many entries there are."""
    values = _values(question)
    query = sa.select(sa.func.count()).select_from(AuditEntry).where(*_conditions(values))
    return session.scalar(query, values) or 0


def _values(question: AuditQuestion) -> dict[str, Any]:
    """What is asked for, by name; what is not has none."""
    asked = {name: getattr(question, name) for name in EQUAL}
    if question.first_day is not None:
        asked["begin"] = _begin(question.first_day)
    if question.last_day is not None:
        asked["end"] = _begin(question.last_day) + timedelta(days=1)
    return {name: value for name, value in asked.items() if value is not None}


def _conditions(named: Collection[str]) -> list[sa.ColumnElement[bool]]:
    """For values of these names."""
    id_, at = AuditEntry.__table__.c.id, AuditEntry.__table__.c.at
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "begin": at >= sa.bindparam("begin", type_=at.type),
        "end": at < sa.bindparam("end", type_=at.type),
        "after": id_ < sa.bindparam("after", type_=id_.type),
    }
    for name in EQUAL:
        column = AuditEntry.__table__.c[name]
        conditions[name] = column == sa.bindparam(name, type_=column.type)
    return [condition for name, condition in conditions.items() if name in named]


def _begin(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), COUNTRY_ZONE)
