"""The nearest events to a place, in a circle around it that grows until it has enough of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import cos, radians, sqrt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.geography import geodesy
from service.geography.geodesy import EARTH_RADIUS_M
from service.models import Event
from service.platform import keyset

NEAREST_M, FARTHER = 1_000.0, 10
"""Within which distance is looked first, and how many times farther where nothing is there."""

ROOM = 1.5
"""So many times the ground on which a page should be found is looked through for it."""

Found = Sequence[tuple[UUID, float]]


def grow(
    ask: Callable[[Mapping[str, float]], Found],
    centre: tuple[float, float],
    within_m: float,
    limit: int,
    seen_m: float = 0.0,
) -> Found:
    """(id, metres) of what lies nearest to `centre` (latitude, longitude), up to `limit` of them.

    `ask`: what a query of `nearest` finds with these values. `seen_m`: how far off the last one seen lies.
    """
    radius_m = min(max(NEAREST_M, seen_m * ROOM), within_m)
    while True:
        found = ask(circle(centre, radius_m))
        if len(found) == limit or radius_m >= within_m:
            return found
        radius_m = min(_farther(seen_m, radius_m, len(found), limit), within_m)


def _farther(seen_m: float, radius_m: float, found: int, limit: int) -> float:
    """Within which distance is looked next, where too few were found between those two."""
    if not found:
        return radius_m * FARTHER
    ground = (radius_m**2 - seen_m**2) * limit / found * ROOM
    return min(radius_m * FARTHER, sqrt(seen_m**2 + ground))


def circle(centre: tuple[float, float], radius_m: float) -> dict[str, float]:
    """The values of `nearest` that its circle gives."""
    latitude, longitude = centre
    half, half_width = geodesy.box_of(latitude, radius_m)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "narrowed": cos(radians(latitude)),
        "radius_m": radius_m,
        "south": latitude - half,
        "north": latitude + half,
        "west": longitude - half_width,
        "east": longitude + half_width,
    }


def nearest(
    conditions: Sequence[sa.ColumnElement[bool]],
    days: sa.ColumnElement[Sequence[date]],
    after: tuple[float, UUID] | None,
    limit: int | sa.ColumnElement[int],
) -> sa.Select[UUID, float]:
    """(id, metres) of those in a circle: a range of the index a day, then the exact distance.

    Built once for all circles, which costs more than asking. `days`: all on which such events may begin.
    """
    half_angle = sa.func.sind((Event.latitude - _value("latitude")) / 2)
    other = sa.func.sind((Event.longitude - _value("longitude")) / 2)
    haversine = half_angle * half_angle + _value("narrowed") * sa.func.cosd(Event.latitude) * other * other
    distance = (2 * EARTH_RADIUS_M * sa.func.asin(sa.func.sqrt(sa.func.least(1.0, haversine)))).label("d")
    inner = (
        sa.select(Event.id.label("id"), distance)
        .where(
            *conditions,
            Event.day == sa.any_(days),
            Event.latitude.between(_value("south"), _value("north")),
            Event.longitude.between(_value("west"), _value("east")),
        )
        .subquery()
    )
    return (
        sa.select(inner.c.id, inner.c.d)
        .where(inner.c.d <= _value("radius_m"), keyset.behind(after, inner.c.d, inner.c.id))
        .order_by(inner.c.d, inner.c.id)
        .limit(limit)
    )


def _value(name: str) -> sa.BindParameter[float]:
    return sa.bindparam(name, type_=sa.Float)


def events_of(session: Session, ids: Sequence[UUID]) -> Sequence[Event]:
    """The events that were found, in no order."""
    return session.scalars(_OF_IDS, {"ids": ids}).all()


_OF_IDS = sa.select(Event).where(Event.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
