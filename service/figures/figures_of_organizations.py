"""Some figures of verified organizations: of any days, in one statement that is planned once."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.figures import figures_by_event
from service.figures.count_requests import CountKind, CountRequest, Planned
from service.models import Event, EventResult, Organization, OrganizationStatus, WasteUnit
from service.platform.written import Written


def held(session: Session, question: CountRequest, now: datetime) -> list[dict[str, Any]]:
    """Of those that held an event in these days and regions, as counts by organization have them.

    (key, name, events_held, participations, declared, waste_t, trees, waste_converted)
    """
    is_few = question.of_few_days or question.region_codes is not None
    kind = replace(question.kind, planned=Planned.FOR_FEW if is_few else Planned.FOR_MANY)
    rows = _built(kind).rows(session, {**question.values, "now": now})
    return [row._asdict() for row in rows]


@cache
def _built(question: CountKind) -> Written:
    """A year of a region is a small part of all events, a year of the country is not (decision 0235)."""
    cells, result = figures_by_event.cells_of(question), EventResult.__table__
    # An event that was moved has left a row of zeros where it was.
    is_here = sa.and_(cells.c.day == Event.day, cells.c.region_code == Event.region_code)
    held = sa.func.count().filter(figures_by_event.is_held(cells))
    declared = cells.c.headcount + cells.c.companions
    figures = (
        sa.select(
            Event.organization_id,
            held.label("events_held"),
            sa.cast(sa.func.sum(cells.c.participations), sa.BigInteger).label("participations"),
            sa.cast(sa.func.sum(declared), sa.BigInteger).label("declared"),
            sa.func.sum(result.c.waste_t).label("waste_t"),
            sa.func.sum(result.c.trees).label("trees"),
            sa.func.coalesce(sa.func.bool_or(result.c.waste_unit != WasteUnit.TONNES), sa.false()).label(
                "waste_converted"
            ),
        )
        .select_from(
            cells.join(Event, Event.id == cells.c.event_id).outerjoin(
                result, sa.and_(result.c.event_id == cells.c.event_id, is_here)
            )
        )
        .where(*question.of_event())
        .group_by(Event.organization_id)
        .having(held > 0)
        .subquery("figures")
    )
    return Written(
        sa.select(
            sa.cast(Organization.id, sa.Text).label("key"),
            Organization.name,
            *(column for column in figures.c if column.key != "organization_id"),
        )
        .join_from(figures, Organization.__table__, Organization.id == figures.c.organization_id)
        .where(Organization.status == OrganizationStatus.VERIFIED)
    )
