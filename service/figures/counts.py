"""Counts, read: one statement over the ledger's totals and pending rows, and the attendances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require
from service.ledger.ledger import ALL_ROWS, FIGURES

GROUPINGS = ("region", "organization", "event", "day", "week", "month", "kind")


@dataclass(frozen=True, slots=True)
class CountRequest:
    """What to count: days inclusive, grouped by one of GROUPINGS."""

    first_day: date
    last_day: date
    group_by: str
    region_code: str | None = None
    organization_id: UUID | None = None


def check_access(actor: Actor, question: CountRequest) -> None:
    """Coordinators count their region, organizers their organization, the national one everything.

    Raises:
        Forbidden.
    """
    if may(actor, Permission.COUNT_ORGANIZATION, Target(organization_id=question.organization_id)):
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
            FROM {ALL_ROWS} {_JOINS} WHERE {_FILTER} GROUP BY GROUPING SETS ({key}, ())
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


def count(session: Session, question: CountRequest, now: datetime) -> dict[str, Any]:
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
