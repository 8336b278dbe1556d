"""Counts: each change inserts one pending row, one job folds them, a read is totals plus pending: exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, queue
from service.access import Actor, Permission, Target, require
from service.models import CountPending, Event

FIGURES = ("events", "signups", "participations", "minutes", "minutes_assumed", "headcount", "in_review")
GROUPINGS = ("region", "organization", "event", "day", "week", "month", "kind")
FOLD_LOCK = 7_201
"""Key of the advisory lock that lets one fold run at a time."""

FOLD_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an event counts."""

    day: date
    region_code: str


def add(session: Session, event: Event, **deltas: int) -> None:
    """Record a change of an event's figures, in the transaction that makes it."""
    session.execute(
        sa.insert(CountPending).values(
            event_id=event.id, day=event.day, region_code=event.region_code, **deltas
        )
    )


def move_event(session: Session, event_id: UUID, before: Cell, after: Cell) -> None:
    """Let all that counts for an event count in another place or on another day."""
    if before == after:
        return
    figures = dict(session.execute(_SUMS_OF_EVENT, {"event_id": event_id}).mappings().one())
    for cell, sign in ((before, -1), (after, 1)):
        session.execute(
            sa.insert(CountPending).values(
                event_id=event_id,
                day=cell.day,
                region_code=cell.region_code,
                **{name: sign * (value or 0) for name, value in figures.items()},
            )
        )


_COLUMNS = ", ".join(FIGURES)
_ALL_ROWS = f"""
    (SELECT event_id, day, region_code, {_COLUMNS} FROM count_total
     UNION ALL
     SELECT event_id, day, region_code, {_COLUMNS} FROM count_pending) AS counted
"""  # noqa: S608 - names of our own columns
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in FIGURES)
_SUMS_OF_EVENT = sa.text(f"SELECT {_SUMS} FROM {_ALL_ROWS} WHERE event_id = :event_id")  # noqa: S608 - our own names

_FOLD = sa.text(
    f"""
    WITH taken AS (
        DELETE FROM count_pending
        WHERE id IN (SELECT id FROM count_pending ORDER BY id LIMIT :at_once)
        RETURNING *
    ), changes AS (
        SELECT day, region_code, event_id, {_SUMS}
        FROM taken GROUP BY day, region_code, event_id ORDER BY day, region_code, event_id
    ), folded AS (
        INSERT INTO count_total (day, region_code, event_id, {_COLUMNS})
        SELECT day, region_code, event_id, {_COLUMNS} FROM changes
        ON CONFLICT (day, region_code, event_id) DO UPDATE
        SET {", ".join(f"{name} = count_total.{name} + excluded.{name}" for name in FIGURES)}
    )
    SELECT count(*) FROM taken
    """  # noqa: S608 - names of our own columns
)


def fold(session: Session) -> int:
    """Take pending rows into the totals and return how many; 0 as well when another fold is at work."""
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(FOLD_LOCK))):
        return 0
    return int(session.execute(_FOLD, {"at_once": FOLD_AT_ONCE}).scalar_one())


@queue.app.periodic(cron="*/10 * * * * *")
@queue.app.task(name="counts.fold", queueing_lock="counts.fold", pass_context=True)
def fold_all(context: procrastinate.JobContext, timestamp: int) -> None:
    """Fold until nothing is pending."""
    while True:
        with queue.runtime(context).sessions.begin() as session:
            if fold(session) < FOLD_AT_ONCE:
                return


@dataclass(frozen=True, slots=True)
class Question:
    """What to count: days inclusive, grouped by one of GROUPINGS."""

    first_day: date
    last_day: date
    group_by: str
    region_code: str | None = None
    organization_id: UUID | None = None


def check_access(actor: Actor, question: Question) -> None:
    """Coordinators count their region, organizers their organization, the national one everything.

    Raises:
        Forbidden.
    """
    if question.organization_id is not None and actor.organizes(question.organization_id):
        return
    region_code = question.region_code
    if region_code is None and not actor.is_national:
        raise errors.Forbidden()
    require(actor, Permission.COUNT_REGION, Target(region_code=region_code or "*"))


_KEYS = {
    "region": ("counted.region_code", "NULL::jsonb"),
    "organization": ("event.organization_id::text", "min(organization.name::text)::jsonb"),
    "event": ("event.id::text", "min(event.title::text)::jsonb"),
    "kind": ("event.kind", "NULL::jsonb"),
    "day": ("to_char(counted.day, 'YYYY-MM-DD')", "NULL::jsonb"),
    "week": ("to_char(counted.day, 'IYYY-\"W\"IW')", "NULL::jsonb"),
    "month": ("to_char(counted.day, 'YYYY-MM')", "NULL::jsonb"),
}
_JOINS = """
    JOIN event ON event.id = counted.event_id
    JOIN organization ON organization.id = event.organization_id
"""
_FILTER = """
    counted.day BETWEEN :first_day AND :last_day
    AND (CAST(:region_code AS text) IS NULL OR counted.region_code = :region_code)
    AND (CAST(:organization_id AS uuid) IS NULL OR event.organization_id = :organization_id)
"""
_PEOPLE = """
    (SELECT attendance.volunteer_id, attendance.event_id, event.day, event.region_code
     FROM attendance JOIN event ON event.id = attendance.event_id
     WHERE attendance.status = 'counted' AND event.day BETWEEN :first_day AND :last_day) AS counted
"""


def _grouped(group_by: str) -> sa.TextClause:
    key, name = _KEYS[group_by]
    sums = ", ".join(f"sum(counted.{figure})::bigint AS {figure}" for figure in FIGURES)
    return sa.text(
        f"""
        WITH sums AS (
            SELECT GROUPING({key}) AS is_total, {key} AS key, {name} AS name, {sums}
            FROM {_ALL_ROWS} {_JOINS} WHERE {_FILTER} GROUP BY GROUPING SETS ({key}, ())
        ), people AS (
            SELECT GROUPING({key}) AS is_total, {key} AS key,
                count(DISTINCT counted.volunteer_id) AS volunteers
            FROM {_PEOPLE} {_JOINS} WHERE {_FILTER} GROUP BY GROUPING SETS ({key}, ())
        )
        SELECT sums.*, coalesce(people.volunteers, 0) AS volunteers
        FROM sums LEFT JOIN people
            ON people.is_total = sums.is_total AND people.key IS NOT DISTINCT FROM sums.key
        ORDER BY sums.is_total DESC, sums.key
        """  # noqa: S608 - expressions of our own table, chosen by a checked name
    )


_QUERIES = {group_by: _grouped(group_by) for group_by in GROUPINGS}


def report(session: Session, question: Question, now: datetime) -> dict[str, Any]:
    """Count exactly, in one statement: {totals, rows, as_of}; rows without any figure are left out."""
    found: Sequence[sa.RowMapping] = (
        session.execute(
            _QUERIES[question.group_by],
            {
                "first_day": question.first_day,
                "last_day": question.last_day,
                "region_code": question.region_code,
                "organization_id": question.organization_id,
            },
        )
        .mappings()
        .all()
    )
    totals, *rows = ({**row} for row in found)
    shown = (*FIGURES, "volunteers")
    return {
        "totals": {name: totals[name] or 0 for name in shown},
        "rows": [
            {"key": row["key"], "name": row["name"]} | {name: row[name] for name in shown}
            for row in rows
            if any(row[name] for name in shown)
        ],
        "as_of": now,
    }
