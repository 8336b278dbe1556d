"""Who was seen where and when, and where anybody was: written by the fold from the changes that it takes."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.ledger.scopes import PERIODS, SCOPE_AND_PERIOD, SCOPES, PeriodKind, ScopeKind, each
from service.models import Sighting, SightingTotal

KEY = ("scope", "period", "volunteer_id")
HELD = "held:"
"""How scopes begin in which not people are seen, but events where anybody was."""

PRESENT = ("participations", "headcount", "companions")
"""Who was at an event, as phones, codes and staff say, or as organizers declare."""

_PLACE = ("event_id", "day", "region_code", "district_code")
Column = sa.ColumnElement[Any]


def changes(
    rows: sa.FromClause,
    scopes: Collection[ScopeKind] = SCOPES,
    periods: Collection[PeriodKind] = PERIODS,
    *conditions: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    """By how much rows of `count_pending` change sightings: (scope, period, volunteer_id, change)."""
    people = (
        sa.select(*rows.c[(*_PLACE, "volunteer_id")], rows.c.participations.label("n"))
        .where(rows.c.volunteer_id.is_not(None), rows.c.participations != 0, *conditions)
        .subquery()
    )
    present = sum((rows.c[name] for name in PRESENT[1:]), rows.c[PRESENT[0]])
    events = (
        sa.select(*rows.c[_PLACE], rows.c.event_id.label("volunteer_id"), present.label("n"))
        .where(present != 0, *conditions)
        .subquery()
    )
    both = sa.union_all(
        each(people, ("volunteer_id", "n"), scopes, periods),
        each(events, ("volunteer_id", "n"), scopes, periods, HELD),
    )
    return summed(both.subquery())


def summed(rows: sa.FromClause) -> sa.Select[Any]:
    """The changes of sightings taken together: (scope, period, volunteer_id, change), but for zeros."""
    change = sa.func.sum(rows.c.n)
    named = sa.select(*rows.c[KEY], sa.cast(change, sa.Integer).label("change"))
    return named.group_by(*rows.c[KEY]).having(change != 0)


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
    """How many more are seen after these changes than before: those of whom it was 0, or is."""
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
