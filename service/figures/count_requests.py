"""What is asked of the counts: which days, which rows, in which regions, districts, organizations."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.models import Event

Column = sa.ColumnElement[Any]
Values = Mapping[str, Any]
"""The values of a statement's parameters, by name."""

FEW_DAYS = timedelta(days=31)
NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_FIRST_DAY = sa.bindparam("first_day", type_=sa.Date)
_LAST_DAY = sa.bindparam("last_day", type_=sa.Date)
_REGIONS = sa.bindparam("region_codes", type_=ARRAY(sa.Text))
_DISTRICTS = sa.bindparam("district_codes", type_=ARRAY(sa.Text))
_ORGANIZATIONS = sa.bindparam("organization_ids", type_=ARRAY(sa.Uuid))


class Planned(Enum):
    """For which days and places PostgreSQL shall plan a statement."""

    FOR_THESE = auto()
    """For those that are asked, anew each time."""
    FOR_FEW = auto()
    """Once, for any few of all that there are."""
    FOR_MANY = auto()
    """Once, for half of all that there are."""


@dataclass(frozen=True, slots=True)
class CountKind:
    """What questions have in common that one statement answers: all but their values."""

    group_by: str
    of_regions: bool
    of_organizations: bool
    of_districts: bool
    planned: Planned

    def key(self, rows: sa.FromClause) -> Column:
        """What rows with a `day` and a `region_code`, joined with their `event`, are grouped by."""
        return _KEYS[self.group_by](rows)

    def in_cell(self, rows: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The conditions that rows with a `day` and a `region_code` can be held to by themselves."""
        days: Column = rows.c.day.between(self._asked(_FIRST_DAY), self._asked(_LAST_DAY))
        if self.planned is Planned.FOR_MANY:
            # Of a CASE the planner knows nothing; days between any two it takes for half a percent of all.
            days = sa.case((days, sa.true()), else_=sa.false())
        return [days, rows.c.region_code == sa.any_(self._asked(_REGIONS))] if self.of_regions else [days]

    def of_event(self) -> list[sa.ColumnElement[bool]]:
        """The conditions that the rows' `event` is held to."""
        return [*self.in_districts(Event.__table__), *self.of_organization()]

    def in_districts(self, rows: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The condition on rows with a `district_code`."""
        return [rows.c.district_code == sa.any_(self._asked(_DISTRICTS))] if self.of_districts else []

    def of_organization(self) -> list[sa.ColumnElement[bool]]:
        """The condition on the rows' `event` that says whose it is."""
        asked = self._asked(_ORGANIZATIONS)
        return [Event.organization_id == sa.any_(asked)] if self.of_organizations else []

    def _asked(self, value: sa.BindParameter[Any]) -> Column:
        """The value as the planner shall take it: for any, or for this very one."""
        if self.planned is Planned.FOR_THESE:
            return value
        return sa.cast(sa.select(value).scalar_subquery(), value.type)


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

    @property
    def kind(self) -> CountKind:
        return CountKind(
            self.group_by,
            self.region_codes is not None,
            self.organization_ids is not None,
            self.district_codes is not None,
            Planned.FOR_FEW if self.of_few_days else Planned.FOR_THESE,
        )

    @property
    def of_few_days(self) -> bool:
        return self.last_day - self.first_day <= FEW_DAYS

    @property
    def values(self) -> Values:
        """What the statement of its kind is asked with."""
        named = {
            "region_codes": self.region_codes,
            "organization_ids": self.organization_ids,
            "district_codes": self.district_codes,
        }
        lists = {name: list(values) for name, values in named.items() if values is not None}
        return {"first_day": self.first_day, "last_day": self.last_day, **lists}


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
