"""The statement behind a count: one, so that all figures are of one moment.

Its parts are figures by group: of each event where days or kinds are asked for, of what was summed ahead
where scopes and whole periods are. Both add what waits to be folded.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.figures import count_scopes, different_people, figures_by_event, figures_by_scope
from service.figures.count_requests import CountKind, CountRequest
from service.figures.count_scopes import Scopes
from service.figures.figure_columns import RESULTS, SUMMED
from service.models import Event, Organization
from service.platform.written import Written

KINDS_KEPT = 256


def statement(question: CountRequest, now: datetime, *, by_scopes: bool) -> tuple[Written, dict[str, Any]]:
    """What answers a question: the totals, then a row a group by its key; and the values to ask it with.

    `by_scopes`: what is counted ahead may be read.

    (is_total, key, name, *SUMMED, *RESULTS, waste_converted, volunteers)
    """
    (in_all, by_row), values = scopes_of(question, by_scopes=by_scopes)
    return _built(question.kind, in_all, by_row), {**question.values, **values, "now": now}


def scopes_of(
    question: CountRequest, *, by_scopes: bool
) -> tuple[tuple[Scopes | None, Scopes | None], dict[str, Any]]:
    """Where what is counted ahead answers it, in all and by row; and the values to ask that with."""
    asked = [count_scopes.in_all(question), count_scopes.by_row(question)] if by_scopes else [None, None]
    values = {name: value for one in asked if one is not None for name, value in one[1].items()}
    in_all, by_row = (None if one is None else one[0] for one in asked)
    return (in_all, by_row), values


@lru_cache(maxsize=KINDS_KEPT)
def _built(question: CountKind, in_all: Scopes | None, by_row: Scopes | None) -> Written:
    """The statement of all questions of a kind. It costs several times what PostgreSQL needs to answer it."""
    wanted = [one for one in (in_all, by_row) if one is not None]
    seen = different_people.seen(question, wanted) if wanted else None
    attended = different_people.attended(question)
    if by_row is not None and seen is not None:
        figures = figures_by_scope.select(question, by_row, seen).cte("figures")
        rows = _rows(question, figures, figures.c.volunteers)
    else:
        figures = figures_by_event.select(question).cte("figures")
        if question.group_by == "event":
            # Nobody has two attendances at one event.
            rows = _rows(question, figures, figures.c.participations)
        else:
            there = different_people.attended_by_key(attended)
            rows = _rows(question, figures, sa.func.coalesce(there.c.people, 0), there)
    everybody = different_people.in_all(attended, seen, in_all)
    both = sa.union_all(rows, _total(figures, everybody)).subquery()
    return Written(sa.select(both).order_by(both.c.is_total.desc(), both.c.key))


def _rows(
    question: CountKind,
    figures: sa.CTE,
    volunteers: sa.ColumnElement[Any],
    there: sa.CTE | None = None,
) -> sa.Select[Any]:
    """A row a group; `there`: what `volunteers` is read from, by key, where that are not the figures."""
    source: sa.FromClause = figures
    if there is not None:
        source = source.outerjoin(there, there.c.key == figures.c.key)
    named = {"organization": Organization.__table__.c.name, "event": Event.__table__.c.title}
    name, key = named.get(question.group_by), figures.c.key
    if name is not None:
        source = source.join(name.table, name.table.c.id == key)
    return sa.select(
        sa.literal(value=False).label("is_total"),
        sa.cast(key, sa.Text).label("key"),
        (sa.cast(sa.null(), JSONB) if name is None else name).label("name"),
        *figures.c[(*SUMMED, *RESULTS)],
        figures.c.waste_converted,
        volunteers.label("volunteers"),
    ).select_from(source)


def _total(figures: sa.CTE, everybody: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Each event is in one group, people may be in several."""
    return sa.select(
        sa.literal(value=True),
        sa.null(),
        sa.null(),
        *(sa.func.coalesce(sa.func.sum(figures.c[column]), 0) for column in SUMMED),
        *(sa.func.sum(figures.c[column]) for column in RESULTS),
        sa.func.bool_or(figures.c.waste_converted),
        everybody,
    )
