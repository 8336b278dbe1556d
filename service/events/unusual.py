"""What is said to have come of an event, where it is unusually much: a coordinator looks at it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.access import Actor
from service.models import Event, EventReport, EventResult, Headcount, TypedPerson
from service.models.base import new_id

DECLARED = "declared"
"""The people of an event's groups and who was typed on its list, together: as easily said as a result."""

UNUSUAL: Mapping[str, int] = {
    "waste_t": 500,
    "recycled_t": 500,
    "area_ha": 200,
    "banks_km": 50,
    "places": 200,
    "machines": 200,
    "trees": 10_000,
    "shrubs": 10_000,
    "yards": 500,
    "parks": 50,
    "water_bodies": 20,
    "social": 50,
    "monuments": 50,
    "containers": 500,
    "dumps": 50,
    "declared": 2_000,
}
"""Above these a coordinator looks at it: hardly any single clean-up reaches them, typing errors do."""


def look(session: Session, actor: Actor, event: Event, changed: Collection[str], now: datetime) -> None:
    """Put what is unusual of an event before its region's coordinators.

    `changed`: the names of what the actor has just said: what a coordinator has looked at stays closed while
    others change.
    """
    session.flush()
    figures = _figures(session, event.id)
    found = _outliers(figures)
    is_of_it = event.organization_id in actor.organizations or event.id in actor.helps
    if not found or not is_of_it:
        _forget_report(session, event.id)
    elif set(found) & set(changed) or ("recycled_t" in found and "waste_t" in changed):
        _report(session, actor, event, {name: figures[name] for name in found}, now)


def _figures(session: Session, event_id: UUID) -> dict[str, Decimal | int]:
    """All that is said of an event by now."""
    result = session.get(EventResult, event_id)
    of_groups = Headcount.event_id == event_id, ~Headcount.taken_back
    in_groups = session.scalar(sa.select(sa.func.sum(Headcount.people)).where(*of_groups)) or 0
    of_list = TypedPerson.event_id == event_id, TypedPerson.present, TypedPerson.volunteer_id.is_(None)
    typed = session.scalar(sa.select(sa.func.sum(1 + TypedPerson.companions)).where(*of_list)) or 0
    said = {**({} if result is None else result.figures()), DECLARED: in_groups + typed}
    return {name: value for name, value in said.items() if value is not None}


def _outliers(figures: Mapping[str, Decimal | int]) -> list[str]:
    """The figures that are unusually large, and more recycled than there was waste."""
    found = {name for name, value in figures.items() if value > UNUSUAL[name]}
    if figures.get("recycled_t", 0) > figures.get("waste_t", figures.get("recycled_t", 0)):
        found.add("recycled_t")
    return sorted(found)


def _report(
    session: Session, actor: Actor, event: Event, found: Mapping[str, Decimal | int], now: datetime
) -> None:
    """Put it among what people have reported; one an event and person."""
    told = {
        "reason": ", ".join(f"{name}: {float(value):.10g}" for name, value in found.items()),
        "outliers": list(found),
        "created_at": now,
        "closed_at": None,
        "closed_by": None,
        "resolution": None,
    }
    session.execute(
        insert(EventReport)
        .values(id=new_id(), event_id=event.id, volunteer_id=actor.volunteer_id, **told)
        .on_conflict_do_update(index_elements=["event_id", "volunteer_id"], set_=told)
    )


def _forget_report(session: Session, event_id: UUID) -> None:
    """There is nothing unusual any more, or a coordinator has set it right."""
    session.execute(
        sa.delete(EventReport).where(
            EventReport.event_id == event_id,
            EventReport.outliers.is_not(None),
            EventReport.closed_at.is_(None),
        )
    )
