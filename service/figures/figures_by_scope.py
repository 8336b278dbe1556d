"""Figures of scopes and whole periods: a few rows that were summed ahead, whatever the season's size."""

from typing import Any

import sqlalchemy as sa

from service.figures.count_requests import CountKind
from service.figures.count_scopes import Scopes
from service.figures.figure_columns import RESULTS, is_coming, open_appeals, sums_of_results
from service.ledger import scopes
from service.ledger.ledger import FIGURES, sums
from service.ledger.scopes import SCOPE_AND_PERIOD
from service.ledger.sightings import HELD, PRESENT
from service.models import CountPending, CountTotal, Event, EventResult, ScopeTotal

Column = sa.ColumnElement[Any]


def select(question: CountKind, rows: Scopes, seen: sa.CTE) -> sa.Select[Any]:
    """The figures of each group: (key, *SUMMED, *RESULTS, waste_converted, volunteers)."""
    summed = _summed(question, rows)
    people, held = seen.alias("people"), seen.alias("held")
    coming, result, appeals = _coming(question), _results(question), _appeals(question)
    attended = sa.func.coalesce(held.c.people, 0) - sa.func.coalesce(coming.c.attended, 0)
    key = summed.c.key
    return sa.select(
        key,
        *summed.c[FIGURES],
        attended.label("events_held"),
        sa.func.coalesce(coming.c.coming, 0).label("events_coming"),
        sa.func.coalesce(appeals.c.appeals, 0).label("appeals"),
        *result.c[(*RESULTS, "waste_converted")],
        sa.func.coalesce(people.c.people, 0).label("volunteers"),
    ).select_from(
        summed.outerjoin(people, _same(people, summed.c.scope, summed.c.period))
        .outerjoin(held, _same(held, HELD + summed.c.scope, summed.c.period))
        .outerjoin(coming, coming.c.key == key)
        .outerjoin(result, result.c.key == key)
        .outerjoin(appeals, appeals.c.key == key)
    )


def _same(seen: sa.FromClause, scope: Column, period: Column) -> sa.ColumnElement[bool]:
    return sa.and_(seen.c.scope == scope, seen.c.period == period)


def _summed(question: CountKind, rows: Scopes) -> sa.Subquery:
    """Folded and pending sums: (scope, period, key, *FIGURES)."""
    total, pending = ScopeTotal.__table__, CountPending.__table__
    waiting = pending.select().where(*question.in_cell(pending)).subquery()
    late = scopes.each(waiting, FIGURES, [rows.kind], [rows.span]).subquery()
    both = sa.union_all(
        sa.select(*total.c[SCOPE_AND_PERIOD], *total.c[FIGURES]).where(rows.here(*total.c[SCOPE_AND_PERIOD])),
        sa.select(*late.c[SCOPE_AND_PERIOD], *late.c[FIGURES]).where(rows.here(*late.c[SCOPE_AND_PERIOD])),
    ).subquery()
    scope, period = both.c[SCOPE_AND_PERIOD]
    return (
        sa.select(scope, period, rows.key(scope, period).label("key"), *sums(both))
        .group_by(scope, period)
        .subquery("summed")
    )


def _key(question: CountKind, rows: sa.FromClause) -> Column:
    """The key of rows that know their day, region and district, joined with `event` for its organization."""
    if question.group_by == "district":
        return sa.func.coalesce(rows.c.district_code, sa.literal_column("''"))
    return question.key(rows)


def _is_within(question: CountKind, rows: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """The conditions on such rows."""
    return [*question.in_cell(rows), *question.in_districts(rows), *question.of_organization()]


def _needs_organization(question: CountKind) -> bool:
    return question.group_by == "organization" or question.of_organizations


def _coming(question: CountKind) -> sa.Subquery:
    """Events that are not over, and those of them where somebody is already: (key, coming, attended)."""
    total, pending = CountTotal.__table__, CountPending.__table__
    # By itself: a plan for any days would take all events of a year for fewer than those that are not over.
    event = (
        sa.select(*Event.__table__.c["id", "day", "region_code", "district_code"])
        .where(is_coming())
        .cte("not_over")
        .prefix_with("MATERIALIZED")
    )
    source: sa.FromClause = event
    if _needs_organization(question):
        source = event.join(Event, Event.id == event.c.id)
    key = _key(question, event).label("key")
    folded = sa.select(_present(total)).where(_is_where_it_is(total, event))
    # An event that was moved waits in two cells: gone from one, come to the other.
    cell = pending.c["event_id", "day", "region_code"]
    late = sa.select(*cell, sa.func.sum(_present(pending)).label("present")).group_by(*cell).subquery()
    present = sa.func.coalesce(folded.scalar_subquery(), 0) + sa.func.coalesce(late.c.present, 0)
    return (
        sa.select(key, sa.func.count().label("coming"), sa.func.count().filter(present > 0).label("attended"))
        .select_from(source.outerjoin(late, _is_where_it_is(late, event)))
        .where(*_is_within(question, event))
        .group_by(key)
        .subquery("coming")
    )


def _is_where_it_is(rows: sa.FromClause, event: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether sums of an event are those of the day and the region that it has now."""
    return sa.and_(
        rows.c.event_id == event.c.id, rows.c.day == event.c.day, rows.c.region_code == event.c.region_code
    )


def _present(rows: sa.FromClause) -> Column:
    first, *others = (rows.c[name] for name in PRESENT)
    return sum(others, first)


def _results(question: CountKind) -> sa.Subquery:
    """What came of the events: (key, *RESULTS, waste_converted)."""
    result = EventResult.__table__
    key = _key(question, result).label("key")
    source: sa.FromClause = result
    if _needs_organization(question):
        source = result.join(Event, Event.id == result.c.event_id)
    return (
        sa.select(key, *sums_of_results())
        .select_from(source)
        .where(*_is_within(question, result))
        .group_by(key)
        .subquery("results")
    )


def _appeals(question: CountKind) -> sa.Subquery:
    """Appeals that wait: (key, appeals)."""
    appeals, event = open_appeals(), Event.__table__
    key = _key(question, event).label("key")
    return (
        sa.select(key, sa.func.sum(appeals.c.appeals).label("appeals"))
        .select_from(appeals.join(event, event.c.id == appeals.c.event_id))
        .where(*_is_within(question, event))
        .group_by(key)
        .subquery("appeals_by_key")
    )
