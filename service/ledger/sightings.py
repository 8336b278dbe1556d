"""Who was seen where and when: written by the fold from the changes that it takes, and by a rebuild.

Each person who counts at an event is seen in four scopes, by month and by year; `Sighting` says how both are
written.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array, insert

from service.models import Event, Sighting, SightingTotal

COUNTRY = "KZ"
KEY = ("scope", "period", "volunteer_id")
SCOPE_AND_PERIOD = KEY[:2]


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


Column = sa.ColumnElement[Any]


def district_scope(region_code: Column, district_code: Column) -> Column:
    """The scope of a region's district; of what has none where the code is NULL."""
    return region_code + "/" + sa.func.coalesce(district_code, "")


def month_of(day: Column) -> Column:
    """The period of a day's month."""
    return year_of(day) * 100 + _part("month", day)


def year_of(day: Column) -> Column:
    """The period of a day's year."""
    return _part("year", day)


def _part(name: str, day: Column) -> Column:
    return sa.cast(sa.extract(name, day), sa.Integer)


def changes(
    rows: sa.FromClause,
    scopes: Collection[ScopeKind] = tuple(ScopeKind),
    periods: Collection[PeriodKind] = tuple(PeriodKind),
) -> sa.Select[Any]:
    """By how much rows change sightings: (scope, period, volunteer_id, change), but for zeros.

    `rows`: (event_id, day, region_code, district_code, volunteer_id, n).
    """
    return summed(one_by_one(rows, scopes, periods).subquery())


def summed(rows: sa.FromClause) -> sa.Select[Any]:
    """The changes of sightings taken together: (scope, period, volunteer_id, change), but for zeros."""
    change = sa.func.sum(rows.c.n)
    named = sa.select(*rows.c[KEY], sa.cast(change, sa.Integer).label("change"))
    return named.group_by(*rows.c[KEY]).having(change != 0)


def one_by_one(
    rows: sa.FromClause,
    scopes: Collection[ScopeKind] = tuple(ScopeKind),
    periods: Collection[PeriodKind] = tuple(PeriodKind),
) -> sa.Select[Any]:
    """Each row in each of these scopes and periods: (scope, period, volunteer_id, n)."""
    kinds: dict[StrEnum, Column] = {
        ScopeKind.COUNTRY: sa.literal(COUNTRY),
        ScopeKind.REGION: rows.c.region_code,
        ScopeKind.DISTRICT: district_scope(rows.c.region_code, rows.c.district_code),
        ScopeKind.ORGANIZATION: sa.cast(Event.organization_id, sa.Text),
        PeriodKind.MONTH: month_of(rows.c.day),
        PeriodKind.YEAR: year_of(rows.c.day),
    }
    scope, period = (
        sa.func.unnest(array([kinds[kind] for kind in wanted]))
        .table_valued(sa.column(name, type_), name=f"each_{name}")
        .render_derived()
        .lateral()
        for name, type_, wanted in (("scope", sa.Text, scopes), ("period", sa.Integer, periods))
    )
    joined = rows.join(Event, Event.id == rows.c.event_id).join(scope, sa.true()).join(period, sa.true())
    return sa.select(scope.c.scope, period.c.period, rows.c.volunteer_id, rows.c.n).select_from(joined)


def known(found: sa.FromClause) -> sa.Select[Any]:
    """How often each person of these changes was seen: (scope, period, volunteer_id, before, after).

    Looked up one by one: they are few beside the sightings that there are.
    """
    seen = Sighting.__table__
    before = sa.select(seen.c.n).where(*(seen.c[name] == found.c[name] for name in KEY)).scalar_subquery()
    looked_up = sa.select(
        *found.c[KEY], found.c.change, sa.func.coalesce(before, 0).label("before")
    ).subquery()
    return sa.select(
        *looked_up.c[KEY], looked_up.c.before, (looked_up.c.before + looked_up.c.change).label("after")
    )


def newcomers(rows: sa.FromClause) -> Column:
    """How many people more are seen after these changes than before: those of whom it was 0, or is."""
    more = sa.cast(rows.c.after > 0, sa.Integer) - sa.cast(rows.c.before > 0, sa.Integer)
    return sa.cast(sa.func.sum(more), sa.Integer)


def applied(found: sa.Select[Any]) -> list[sa.CTE]:
    """Changes of sightings, as parts of a statement that make them; nobody else may write sightings then."""
    seen, total = Sighting.__table__.c, SightingTotal.__table__.c
    here = known(found.cte("seen_otherwise")).cte("seen_before_and_after")
    gone = sa.tuple_(*seen[KEY]).in_(sa.select(*here.c[KEY]).where(here.c.after == 0))
    adding = insert(Sighting).from_select(
        [*KEY, "n"], sa.select(*here.c[KEY], here.c.after).where(here.c.after != 0)
    )
    people = newcomers(here)
    counting = insert(SightingTotal).from_select(
        [*SCOPE_AND_PERIOD, "people"],
        sa.select(*here.c[SCOPE_AND_PERIOD], people).group_by(*here.c[SCOPE_AND_PERIOD]).having(people != 0),
    )
    return [
        sa.delete(Sighting).where(gone).cte("seen_no_more"),
        adding.on_conflict_do_update(index_elements=KEY, set_={"n": adding.excluded.n}).cte("seen_now"),
        counting.on_conflict_do_update(
            index_elements=SCOPE_AND_PERIOD, set_={"people": total.people + counting.excluded.people}
        ).cte("people_seen"),
    ]
