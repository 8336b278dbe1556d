"""Figures summed event by event: of any days, whatever they are grouped by."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from service.figures.count_requests import NOW, CountKind
from service.figures.figure_columns import is_coming, open_appeals, sums_of_results
from service.ledger.ledger import FIGURES
from service.ledger.sightings import PRESENT
from service.models import CountPending, CountTotal, Event, EventResult, EventStatus
from service.platform.written import Written

CELL = ("event_id", "day", "region_code")


def select(question: CountKind) -> sa.Select[Any]:
    """The figures of each group: (key, *SUMMED, *RESULTS, waste_converted)."""
    cells, result, appeals = cells_of(question), EventResult.__table__, open_appeals()
    key = question.key(cells).label("key")
    # An event that was moved has left a row of zeros where it was.
    is_here = sa.and_(cells.c.day == Event.day, cells.c.region_code == Event.region_code)
    return (
        sa.select(
            key,
            *(sa.func.sum(cells.c[name]).label(name) for name in FIGURES),
            sa.func.count().filter(is_held(cells)).label("events_held"),
            sa.func.count().filter(is_coming(), is_here).label("events_coming"),
            sa.func.coalesce(sa.func.sum(appeals.c.appeals), 0).label("appeals"),
            *sums_of_results(),
        )
        .select_from(
            cells.join(Event, Event.id == cells.c.event_id)
            .outerjoin(result, sa.and_(result.c.event_id == cells.c.event_id, is_here))
            .outerjoin(appeals, sa.and_(appeals.c.event_id == cells.c.event_id, is_here))
        )
        .where(*question.of_event())
        .group_by(key)
    )


@cache
def took_part(question: CountKind) -> Written:
    """(key, participations, declared) of each group: who counted, each time, and who were declared."""
    cells = cells_of(question)
    key, declared = question.key(cells).label("key"), sa.func.sum(cells.c.headcount + cells.c.companions)
    return Written(
        sa.select(
            key,
            sa.cast(sa.func.sum(cells.c.participations), sa.BigInteger).label("participations"),
            sa.cast(declared, sa.BigInteger).label("declared"),
        )
        .select_from(cells.join(Event, Event.id == cells.c.event_id))
        .where(*question.of_event())
        .group_by(key)
    )


def is_held(cells: sa.FromClause) -> sa.ColumnElement[bool]:
    """An event was held when it is over, or called off, and somebody was counted or declared there."""
    return sa.and_(is_over(), sa.or_(*(cells.c[name] > 0 for name in PRESENT)))


def is_over() -> sa.ColumnElement[bool]:
    """Whether an event is over, or called off."""
    return sa.or_(Event.ends_at <= NOW, Event.status == EventStatus.CANCELLED)


def cells_of(question: CountKind) -> sa.Subquery:
    """The figures of each event where it counts, folded and pending taken together: (*CELL, *FIGURES)."""
    total, pending = CountTotal.__table__, CountPending.__table__
    folded = sa.select(*total.c[CELL], *total.c[FIGURES]).where(*question.in_cell(total)).subquery("folded")
    sums = (sa.cast(sa.func.sum(pending.c[name]), sa.BigInteger).label(name) for name in FIGURES)
    late = (
        sa.select(*pending.c[CELL], *sums)
        .where(*question.in_cell(pending))
        .group_by(*pending.c[CELL])
        .subquery("late")
    )
    same = sa.and_(*(folded.c[name] == late.c[name] for name in CELL))
    cell = (sa.func.coalesce(folded.c[name], late.c[name]).label(name) for name in CELL)
    figures = (
        (sa.func.coalesce(folded.c[name], 0) + sa.func.coalesce(late.c[name], 0)).label(name)
        for name in FIGURES
    )
    return sa.select(*cell, *figures).select_from(folded.join(late, same, full=True)).subquery("cells")
