"""Finding events: by day, place, kind and words, soonest or nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, radians
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.geography import places
from service.geography.geodesy import EARTH_RADIUS_M
from service.models import Event, EventStatus


@dataclass(frozen=True, slots=True)
class Search:
    """Which events to find. Days are inclusive; `organization_ids` with drafts and hidden ones for `mine`."""

    first_day: date
    last_day: date
    region_code: str | None = None
    district_code: str | None = None
    kind: str | None = None
    organization_ids: Sequence[UUID] | None = None
    status: str | None = None
    drafts: bool = False
    text: str | None = None


def _conditions(search: Search) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Event.day.between(search.first_day, search.last_day)]
    if search.status:
        conditions.append(Event.status == search.status)
    if not search.drafts:
        conditions += [Event.status != EventStatus.DRAFT, Event.hidden_by.is_(None)]
        if not search.status:
            conditions.append(Event.status == EventStatus.PUBLISHED)
    for column, value in (
        (Event.region_code, search.region_code),
        (Event.district_code, search.district_code),
        (Event.kind, search.kind),
    ):
        if value is not None:
            conditions.append(column == value)
    if search.organization_ids is not None:
        conditions.append(Event.organization_id.in_(search.organization_ids))
    if search.text:
        conditions.append(Event.search.contains(places.fold(search.text), autoescape=True))
    return conditions


def find(
    session: Session, search: Search, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Event]:
    """Events by start, soonest first; `after` is the (starts_at, id) of the last one seen."""
    query = sa.select(Event).where(*_conditions(search)).order_by(Event.starts_at, Event.id).limit(limit)
    if after:
        query = query.where(sa.tuple_(Event.starts_at, Event.id) > sa.tuple_(*map(sa.literal, after)))
    return session.scalars(query).all()


METRES_PER_DEGREE = 111_000
"""A little less than anywhere in Kazakhstan, so that the box is never too small."""


def find_near(
    session: Session,
    search: Search,
    centre: tuple[float, float],
    within_m: float,
    after: tuple[float, UUID] | None,
    limit: int,
) -> Sequence[tuple[Event, float]]:
    """Events with their distance in metres (great circle), nearest first, within `within_m`.

    A range of the index a day, then the exact distance. `after` is the (distance, id) of the last one seen.
    """
    latitude, longitude = centre
    half = within_m / METRES_PER_DEGREE
    half_width = half / max(0.01, cos(radians(latitude)))
    half_angle = sa.func.sind((Event.latitude - latitude) / 2)
    other = sa.func.sind((Event.longitude - longitude) / 2)
    haversine = (
        half_angle * half_angle + cos(radians(latitude)) * sa.func.cosd(Event.latitude) * other * other
    )
    distance = (2 * EARTH_RADIUS_M * sa.func.asin(sa.func.sqrt(sa.func.least(1.0, haversine)))).label("d")
    days = [
        search.first_day + timedelta(days=n) for n in range((search.last_day - search.first_day).days + 1)
    ]
    inner = (
        sa.select(Event.id.label("id"), distance)
        .where(
            *_conditions(search),
            Event.day.in_(days),
            Event.latitude.between(latitude - half, latitude + half),
            Event.longitude.between(longitude - half_width, longitude + half_width),
        )
        .subquery()
    )
    query = (
        sa.select(Event, inner.c.d)
        .join(inner, inner.c.id == Event.id)
        .where(inner.c.d <= within_m)
        .order_by(inner.c.d, inner.c.id)
        .limit(limit)
    )
    if after:
        query = query.where(sa.tuple_(inner.c.d, inner.c.id) > sa.tuple_(*map(sa.literal, after)))
    return [(event, distance_m) for event, distance_m in session.execute(query)]
