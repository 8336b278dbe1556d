"""What is asked of the counts: which days, which rows, in which regions, districts, organizations."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.models import Event

Column = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class CountRequest:
    """What to count: days inclusive, grouped by one of GROUPINGS; where, and of whose events.

    None: whatever the region, the district, the organization. Districts are those of these regions alone.
    """

    first_day: date
    last_day: date
    group_by: str
    region_codes: Collection[str] | None = None
    organization_ids: Collection[UUID] | None = None
    district_codes: Collection[str] | None = None

    def key(self, rows: sa.FromClause) -> Column:
        """What rows with a `day` and a `region_code`, joined with their `event`, are grouped by."""
        return _KEYS[self.group_by](rows)

    def in_cell(self, rows: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The conditions that rows with a `day` and a `region_code` can be held to by themselves."""
        conditions: list[sa.ColumnElement[bool]] = [rows.c.day.between(self.first_day, self.last_day)]
        if self.region_codes is not None:
            conditions.append(rows.c.region_code.in_(self.region_codes))
        return conditions

    def of_event(self) -> list[sa.ColumnElement[bool]]:
        """The conditions that the rows' `event` is held to."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.district_codes is not None:
            conditions.append(Event.district_code.in_(self.district_codes))
        if self.organization_ids is not None:
            conditions.append(Event.organization_id.in_(self.organization_ids))
        return conditions


def _of_day(pattern: str) -> Callable[[sa.FromClause], Column]:
    # Written out: as a parameter it would be another expression each time, which nothing can be grouped by.
    return lambda rows: sa.func.to_char(rows.c.day, sa.literal_column(f"'{pattern}'"))


WITHOUT_DISTRICT = ""
"""The key of events that have no district: NULL would equal nothing."""

_KEYS: Mapping[str, Callable[[sa.FromClause], Column]] = {
    "region": lambda rows: rows.c.region_code,
    "district": lambda _: sa.func.coalesce(Event.district_code, sa.literal_column("''")),
    "organization": lambda _: Event.__table__.c.organization_id,
    "event": lambda _: Event.__table__.c.id,
    "kind": lambda _: Event.__table__.c.kind,
    "day": _of_day("YYYY-MM-DD"),
    "week": _of_day('IYYY-"W"IW'),
    "month": _of_day("YYYY-MM"),
}
GROUPINGS = tuple(_KEYS)
