"""The statement behind a count: totals and pending rows, the events, what came of them, the different people.

One statement, so that all figures are of one moment.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.figures.count_requests import CountRequest
from service.figures.different_people import DifferentPeople
from service.ledger.ledger import FIGURES
from service.models import (
    Attendance,
    CountPending,
    CountTotal,
    Event,
    EventResult,
    EventStatus,
    Organization,
    RefusalAppeal,
    WasteUnit,
    results,
)
from service.rulings import waiting

CELL = ("event_id", "day", "region_code")
SUMMED = (*FIGURES, "events_held", "events_coming", "appeals")
"""What is 0 where there is nothing."""

RESULTS = ("waste_t", *results.FIGURES)
"""Sums of what came of the events: NULL where nobody said anything."""

PRESENT = ("participations", "headcount", "companions")
"""Who was at an event, as phones, codes and staff say, or as organizers declare."""


def statement(question: CountRequest, now: datetime, *, by_sightings: bool) -> sa.Select[Any]:
    """The totals, then a row a group by its key.

    (is_total, key, name, *SUMMED, *RESULTS, waste_converted, volunteers)
    """
    figures = _figures(question, now).cte("figures")
    people = DifferentPeople(question, figures, by_sightings)
    named = {"organization": Organization.__table__.c.name, "event": Event.__table__.c.title}
    name, key = named.get(question.group_by), figures.c.key
    rows = sa.select(
        sa.literal(value=False).label("is_total"),
        sa.cast(key, sa.Text).label("key"),
        (sa.cast(sa.null(), JSONB) if name is None else name).label("name"),
        *figures.c[(*SUMMED, *RESULTS)],
        figures.c.waste_converted,
        people.of_rows().label("volunteers"),
    ).select_from(people.joined())
    if name is not None:
        rows = rows.join(name.table, name.table.c.id == key)
    total = sa.select(
        sa.literal(value=True),
        sa.null(),
        sa.null(),
        *(sa.func.coalesce(sa.func.sum(figures.c[column]), 0) for column in SUMMED),
        *(sa.func.sum(figures.c[column]) for column in RESULTS),
        sa.func.bool_or(figures.c.waste_converted),
        people.of_all(),
    )
    both = sa.union_all(rows, total).subquery()
    return sa.select(both).order_by(both.c.is_total.desc(), both.c.key)


def _figures(question: CountRequest, now: datetime) -> sa.Select[Any]:
    """The figures of each group: (key, *SUMMED, *RESULTS, waste_converted)."""
    cells, result, appeals = _cells(question), EventResult.__table__, _appeals()
    key = question.key(cells).label("key")
    is_over = sa.or_(Event.ends_at <= now, Event.status == EventStatus.CANCELLED)
    is_coming = sa.and_(Event.ends_at > now, Event.status == EventStatus.PUBLISHED)
    was_anybody_there = sa.or_(*(cells.c[name] > 0 for name in PRESENT))
    return (
        sa.select(
            key,
            *(sa.func.sum(cells.c[name]).label(name) for name in FIGURES),
            sa.func.count().filter(is_over, was_anybody_there).label("events_held"),
            sa.func.count().filter(is_coming, cells.c.events > 0).label("events_coming"),
            sa.func.coalesce(sa.func.sum(appeals.c.appeals), 0).label("appeals"),
            *(sa.func.sum(result.c[name]).label(name) for name in RESULTS),
            sa.func.bool_or(result.c.waste_unit != WasteUnit.TONNES).label("waste_converted"),
        )
        .select_from(
            cells.join(Event, Event.id == cells.c.event_id)
            .outerjoin(result, result.c.event_id == cells.c.event_id)
            .outerjoin(appeals, appeals.c.event_id == cells.c.event_id)
        )
        .where(*question.of_event())
        .group_by(key)
    )


def _cells(question: CountRequest) -> sa.Subquery:
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


def _appeals() -> sa.Subquery:
    """How many appeals wait for a ruling at each event where any does: (event_id, appeals)."""
    waits = sa.union_all(
        waiting.APPEALED.with_only_columns(Attendance.event_id),
        waiting.REFUSALS_APPEALED.with_only_columns(RefusalAppeal.event_id),
    ).subquery()
    counted = sa.select(waits.c.event_id, sa.func.count().label("appeals"))
    return counted.group_by(waits.c.event_id).subquery("appeals")
