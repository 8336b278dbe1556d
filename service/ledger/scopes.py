"""Scopes and periods: where and when is counted ahead, so that a month or a year is read in a few rows.

A scope is the country, a region, a region's district or an organization; a period is a month or a year.
`Sighting` says how both are written.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from service.models import Event

COUNTRY = "KZ"
SCOPE_AND_PERIOD = ("scope", "period")
Column = sa.ColumnElement[Any]


class ScopeKind(StrEnum):
    """What a scope is one of."""

    COUNTRY = "country"
    REGION = "region"
    DISTRICT = "district"
    ORGANIZATION = "organization"


class PeriodKind(StrEnum):
    """What a period is one of."""

    MONTH = "month"
    YEAR = "year"


SCOPES, PERIODS = tuple(ScopeKind), tuple(PeriodKind)


def district_scope(region_code: Column, district_code: Column) -> Column:
    """The scope of a region's district; of what has none where the code is NULL."""
    return region_code + "/" + sa.func.coalesce(district_code, "")


def each(
    rows: sa.FromClause,
    columns: Sequence[str],
    scopes: Collection[ScopeKind] = SCOPES,
    periods: Collection[PeriodKind] = PERIODS,
    prefix: str = "",
) -> sa.Select[Any]:
    """Each row in each of these scopes and periods: (scope, period, *columns).

    `rows`: (event_id, day, region_code, district_code, *columns); `prefix`: how the scopes begin.
    """
    year = sa.cast(sa.extract("year", rows.c.day), sa.Integer)
    kinds: dict[StrEnum, Column] = {
        ScopeKind.COUNTRY: sa.literal(COUNTRY),
        ScopeKind.REGION: rows.c.region_code,
        ScopeKind.DISTRICT: district_scope(rows.c.region_code, rows.c.district_code),
        ScopeKind.ORGANIZATION: sa.cast(Event.organization_id, sa.Text),
        PeriodKind.MONTH: year * 100 + sa.cast(sa.extract("month", rows.c.day), sa.Integer),
        PeriodKind.YEAR: year,
    }
    scope, period = (
        sa.func.unnest(array([kinds[kind] for kind in wanted]))
        .table_valued(sa.column(name, type_), name=f"each_{name}")
        .render_derived()
        .lateral()
        for name, type_, wanted in (("scope", sa.Text, scopes), ("period", sa.Integer, periods))
    )
    joined = rows.join(Event, Event.id == rows.c.event_id).join(scope, sa.true()).join(period, sa.true())
    named = sa.literal(prefix) + scope.c.scope if prefix else scope.c.scope
    return sa.select(named.label("scope"), period.c.period, *rows.c[tuple(columns)]).select_from(joined)
