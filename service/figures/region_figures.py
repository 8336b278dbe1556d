"""What a region's report is made of, in one statement: all of it is of one moment.

A row an event, with its figures as `counts` says them. They are added up by whatever the events are grouped
by; only different people cannot be, and stand beside each event: of its district, its day and in all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import photos
from service.figures import count_queries, counts, different_people, figures_by_event
from service.figures.count_requests import CountKind, CountRequest
from service.figures.count_scopes import Scopes
from service.figures.figure_columns import RESULTS, SUMMED
from service.models import Event, EventResult, Headcount, Organization
from service.platform.written import Written

COUNTED = ("events_held", "participations", "minutes", "headcount", "companions", "collectives", "in_review")
"""What a report tells of what is counted."""

Counted = Mapping[str, Any]
"""Figures of some events, as a count of them says them."""

NOTHING: Counted = {}
_KINDS_KEPT = 16


def of_events(session: Session, question: CountRequest, now: datetime, *, in_full: bool) -> list[Any]:
    """The events of which anything was counted, by day and start; `question`: of one region, by district.

    (id, day, area, district_code, people, has_photos, *COUNTED, *RESULTS, waste_converted, in_district,
    in_all) and in full (title, starts_at, organization, note, on_day); `people`: {category: people} or None,
    what nobody gave a category under "".
    """
    counts.plan_for(session, question)
    scopes, values = count_queries.scopes_of(question, by_scopes=counts.is_counted_ahead(session, question))
    query = _built(question.kind, *scopes, in_full=in_full)
    return query.rows(session, {**question.values, **values, "now": now})


def summed(events: Iterable[Any], volunteers: int) -> Counted:
    """What a count says of these events, where there were so many different people."""
    found: dict[str, Any] = {name: sum(getattr(one, name) for one in events) for name in COUNTED}
    for name in RESULTS:
        said = [value for one in events if (value := getattr(one, name)) is not None]
        found[name] = sum(said) if said else None
    found["waste_converted"] = any(one.waste_converted for one in events)
    return found | {"declared": found["headcount"] + found["companions"], "volunteers": volunteers}


@lru_cache(maxsize=_KINDS_KEPT)
def _built(question: CountKind, in_all: Scopes | None, by_row: Scopes | None, *, in_full: bool) -> Written:
    figures = figures_by_event.select(replace(question, group_by="event")).cte("figures")
    wanted = [one for one in (in_all, by_row) if one is not None]
    seen = different_people.seen(question, wanted) if wanted else None
    attended = different_people.attended(question)
    if seen is None or by_row is None:
        there = different_people.attended_by_key(attended)
    else:
        there = different_people.seen_by_key(seen, by_row)
    event = Event.__table__
    source = figures.join(event, event.c.id == figures.c.key).outerjoin(
        there, there.c.key == question.key(event)
    )
    columns = [
        *event.c["id", "day", "area", "district_code"],
        _people_by_category().label("people"),
        photos.is_in_sight_of_everybody(Event.id).label("has_photos"),
        *(sa.cast(figures.c[name], sa.BigInteger).label(name) for name in COUNTED),
        *figures.c[(*RESULTS, "waste_converted")],
        sa.func.coalesce(there.c.people, 0).label("in_district"),
        different_people.in_all(attended, seen, in_all).label("in_all"),
    ]
    if in_full:
        by_day = replace(question, group_by="day")
        that_day = different_people.attended_by_key(different_people.attended(by_day, "attended_on_day"))
        source = (
            source.join(Organization, Organization.id == event.c.organization_id)
            .outerjoin(EventResult, EventResult.event_id == event.c.id)
            .outerjoin(that_day, that_day.c.key == by_day.key(event))
        )
        columns += [
            *event.c["title", "starts_at"],
            Organization.name.label("organization"),
            EventResult.note,
            sa.func.coalesce(that_day.c.people, 0).label("on_day"),
        ]
    says_anything = sa.or_(
        *(figures.c[name] != 0 for name in SUMMED), *(figures.c[name].is_not(None) for name in RESULTS)
    )
    return Written(
        sa.select(*columns)
        .select_from(source)
        .where(says_anything)
        .order_by(event.c.day, event.c.starts_at, event.c.id)
    )


def _people_by_category() -> sa.ScalarSelect[Any]:
    """{category: people} of an `event`, what nobody gave a category under ""; NULL where there is nobody."""
    people = sa.func.sum(Headcount.people).label("people")
    groups = (
        sa.select(sa.func.coalesce(Headcount.category, "").label("category"), people)
        .where(Headcount.event_id == Event.id, ~Headcount.taken_back, Headcount.people.is_not(None))
        .group_by(Headcount.category)
        .correlate(Event)
        .lateral()
    )
    return sa.select(sa.func.jsonb_object_agg(groups.c.category, groups.c.people)).scalar_subquery()
