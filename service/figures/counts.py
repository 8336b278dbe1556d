"""Counts, read: exact at every moment, by whoever may count them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor, Permission, Target, may, require, require_coordinator
from service.figures import count_queries, count_scopes, figures_by_event
from service.figures.count_requests import GROUPINGS, WITHOUT_DISTRICT, CountRequest
from service.figures.figure_columns import RESULTS, SUMMED
from service.figures.periods import before
from service.geography import districts, regions
from service.ledger import checks

__all__ = [
    "GROUPINGS",
    "CountRequest",
    "count",
    "in_scope",
    "is_counted_ahead",
    "plan_for",
    "previous",
    "took_part",
]

_NUMBERS = (*SUMMED, "volunteers")
_PLANNED_ANEW = sa.text("SET LOCAL plan_cache_mode = force_custom_plan")


def in_scope(actor: Actor, question: CountRequest) -> CountRequest:
    """The question, narrowed to what the actor may count where it does not say what.

    Coordinators count their regions, organizers their organizations, the national one everything.

    Raises:
        Forbidden: it names something else, or the actor counts nothing.
    """
    question = _in_regions(question)
    own = [id_ for id_ in actor.organizations if actor.organizes(id_)]
    if question.organization_ids is not None:
        targets = (Target(organization_id=id_) for id_ in question.organization_ids)
        if all(may(actor, Permission.COUNT_ORGANIZATION, target) for target in targets):
            return question
    elif own and not actor.regions:
        return replace(question, organization_ids=own)
    if question.region_codes is not None:
        for region_code in question.region_codes:
            require(actor, Permission.COUNT_REGION, Target(region_code=region_code))
        return question
    require_coordinator(actor)
    return question if actor.is_national else replace(question, region_codes=actor.regions)


def _in_regions(question: CountRequest) -> CountRequest:
    """With the regions of its districts, where it names none."""
    if question.district_codes is None or question.region_codes is not None:
        return question
    found = (regions.of_kato(code) for code in question.district_codes)
    return replace(question, region_codes=sorted({region.code for region in found if region is not None}))


def previous(question: CountRequest) -> CountRequest:
    """The same of the days before: as many, or where these are whole months, as many months."""
    first_day, last_day = before(question.first_day, question.last_day)
    return replace(question, first_day=first_day, last_day=last_day)


def count(
    session: Session, question: CountRequest, now: datetime, *, with_names: bool = True
) -> dict[str, Any]:
    """Count exactly, in one statement: {totals, rows, as_of}; rows without any figure are left out.

    What came of events is None where nobody said anything; a row's `key` is, for those without a district.
    `with_names`: for who knows a region or a district by its key, its `name` may be None.
    """
    plan_for(session, question)
    query, values = count_queries.statement(question, now, by_scopes=is_counted_ahead(session, question))
    totals, *rows = query.rows(session, values)
    names = _names(session, question.group_by, [row.key for row in rows]) if with_names else {}
    return {
        "totals": _shown(totals),
        "rows": [
            {"key": row.key or None, "name": names.get(row.key, row.name), **_shown(row)}
            for row in rows
            if any(getattr(row, name) for name in _NUMBERS)
            or any(getattr(row, name) is not None for name in RESULTS)
        ],
        "as_of": now,
    }


def took_part(session: Session, question: CountRequest) -> dict[str | None, tuple[int, int]]:
    """(participations, declared) of each group by its key, as `count` says them; it costs a third of that."""
    plan_for(session, question)
    query = figures_by_event.took_part(question.kind)
    rows = query.rows(session, question.values)
    return {row.key or None: (row.participations, row.declared) for row in rows}


def plan_for(session: Session, question: CountRequest) -> None:
    """Let what is read of many days be planned for these very days."""
    if not question.of_few_days:
        session.execute(_PLANNED_ANEW)


def is_counted_ahead(session: Session, question: CountRequest) -> bool:
    """Whether sums and sightings of scopes and periods can be read for it, or for a part of it."""
    # Of most days nothing is counted ahead: whether that could be read need not be asked.
    is_ahead = count_scopes.in_all(question) is not None or count_scopes.by_row(question) is not None
    return is_ahead and checks.are_scopes_whole(session)


def _shown(row: Any) -> dict[str, Any]:
    """Its figures; people whom organizers declare are those of groups and those who came along."""
    shown = {name: int(getattr(row, name)) for name in _NUMBERS}
    shown |= {name: getattr(row, name) for name in RESULTS}
    shown["declared"] = shown["headcount"] + shown["companions"]
    return shown | {"waste_converted": bool(row.waste_converted)}


def _names(session: Session, group_by: str, keys: list[str]) -> dict[str, Any]:
    """The names of rows that the statement does not know."""
    if group_by == "region":
        return {key: region.names for key in keys if (region := regions.get(key)) is not None}
    if group_by == "district":
        named = districts.names_of(session, [key or None for key in keys])
        return {code or WITHOUT_DISTRICT: name for code, name in named.items()}
    return {}
