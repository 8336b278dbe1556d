"""The figures of a count, and what they are read from whichever way they are summed."""

from typing import Any

import sqlalchemy as sa

from service.figures.count_requests import NOW
from service.ledger.ledger import FIGURES
from service.models import Attendance, Event, EventResult, EventStatus, RefusalAppeal, WasteUnit, results
from service.rulings import waiting

Column = sa.ColumnElement[Any]

SUMMED = (*FIGURES, "events_held", "events_coming", "appeals")
"""What is 0 where there is nothing."""

RESULTS = ("waste_t", *results.FIGURES)
"""Sums of what came of the events: NULL where nobody said anything."""


def is_coming() -> sa.ColumnElement[bool]:
    """Whether an `event` is published and not over."""
    return sa.and_(Event.ends_at > NOW, Event.status == EventStatus.PUBLISHED)


def sums_of_results() -> list[sa.Label[Any]]:
    """(*RESULTS, waste_converted) of rows of `event_result`."""
    result = EventResult.__table__
    sums = [sa.func.sum(result.c[name]).label(name) for name in RESULTS]
    is_converted = sa.func.bool_or(result.c.waste_unit != WasteUnit.TONNES)
    return [*sums, is_converted.label("waste_converted")]


def open_appeals() -> sa.Subquery:
    """How many appeals wait for a ruling at each event where any does: (event_id, appeals)."""
    waits = sa.union_all(
        waiting.APPEALED.with_only_columns(Attendance.event_id),
        waiting.REFUSALS_APPEALED.with_only_columns(RefusalAppeal.event_id),
    ).subquery()
    counted = sa.select(waits.c.event_id, sa.func.count().label("appeals"))
    return counted.group_by(waits.c.event_id).subquery("appeals")
