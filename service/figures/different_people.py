"""How many were seen: different people, and events where anybody was.

From the sightings where they say it, else from the attendances. What was changed since the last fold is
added: whoever was seen nowhere there before, or is no more.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from service.figures.count_requests import CountKind
from service.figures.count_scopes import Scopes
from service.ledger import sightings
from service.ledger.scopes import SCOPE_AND_PERIOD
from service.models import Attendance, CountPending, Event, SightingTotal


def seen(question: CountKind, wanted: Sequence[Scopes]) -> sa.CTE:
    """How many were seen in these scopes, and in those that say so of events: (scope, period, people)."""
    total, pending = SightingTotal.__table__, CountPending.__table__
    named = sa.func.replace(total.c.scope, sightings.HELD, "")
    folded = sa.select(*total.c[SCOPE_AND_PERIOD], total.c.people).where(
        sa.or_(*(one.here(named, total.c.period) for one in wanted))
    )
    changes = sightings.changes(
        pending,
        list(dict.fromkeys(one.kind for one in wanted)),
        list(dict.fromkeys(one.span for one in wanted)),
        *question.in_cell(pending),
    )
    late = sightings.known(changes.cte("changed")).cte("changed_sightings")
    newcomers = sa.select(*late.c[SCOPE_AND_PERIOD], sightings.newcomers(late)).group_by(
        *late.c[SCOPE_AND_PERIOD]
    )
    both = sa.union_all(folded, newcomers).subquery()
    key = both.c[SCOPE_AND_PERIOD]
    return sa.select(*key, sa.func.sum(both.c.people).label("people")).group_by(*key).cte("seen")


def attended(question: CountKind, name: str = "attended") -> sa.CTE:
    """Who counted as there, in each group once: (key, volunteer_id); `name`: of the statement's part."""
    event = Event.__table__
    return (
        sa.select(question.key(event).label("key"), Attendance.volunteer_id)
        .join_from(Attendance, event, event.c.id == Attendance.event_id)
        .where(Attendance.status == "counted", *question.in_cell(event), *question.of_event())
        .distinct()
        .cte(name)
    )


def attended_by_key(people: sa.CTE) -> sa.CTE:
    """How many of these people there are in each group: (key, people)."""
    counted = sa.select(people.c.key, sa.func.count().label("people")).group_by(people.c.key)
    return counted.cte(f"{people.name}_by_key")


def seen_by_key(seen: sa.CTE, rows: Scopes) -> sa.CTE:
    """How many were seen in each of these scopes: (key, people)."""
    scope_and_period = seen.c[SCOPE_AND_PERIOD]
    key = rows.key(*scope_and_period).label("key")
    return sa.select(key, seen.c.people).where(rows.here(*scope_and_period)).cte("seen_by_key")


def in_all(attended: sa.CTE, seen: sa.CTE | None, scopes: Scopes | None) -> sa.ColumnElement[Any]:
    """How many different people there were: as was seen in the one scope, else of those who attended."""
    if seen is None or scopes is None:
        once = sa.select(attended.c.volunteer_id).distinct().subquery()
        return sa.select(sa.func.count()).select_from(once).scalar_subquery()
    people = sa.select(seen.c.people).where(scopes.here(*seen.c[SCOPE_AND_PERIOD])).scalar_subquery()
    return sa.func.coalesce(people, 0)
