"""Finding events: by day, place, kind and words, soonest or nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import cos, radians
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events.plans import MAX_DURATION
from service.geography import places
from service.geography.geodesy import EARTH_RADIUS_M
from service.models import Event, EventStatus
from service.models.base import COUNTRY_ZONE
from service.platform import keyset

WITHOUT_DISTRICT = "none"


@dataclass(frozen=True, slots=True)
class Search:
    """Which events to find: those that touch the days, both inclusive, in their own zones.

    `district_code` WITHOUT_DISTRICT: in none. `not_over_at`: and are not over at that moment.
    `organization_ids` with drafts and hidden ones for `mine`.
    """

    first_day: date
    last_day: date
    region_code: str | None = None
    district_code: str | None = None
    kind: str | None = None
    organization_ids: Sequence[UUID] | None = None
    series_id: UUID | None = None
    status: EventStatus | None = None
    drafts: bool = False
    text: str | None = None
    not_over_at: datetime | None = None


FARTHEST_WEST, FARTHEST_EAST = timedelta(hours=12), timedelta(hours=14)
"""How far a zone may be behind and ahead of UTC."""

DAY = timedelta(days=1)
LAST_LOCAL_DAY = sa.cast(sa.func.timezone(Event.zone, Event.ends_at - timedelta(microseconds=1)), sa.Date)
"""The last day that an event touches in its own zone; midnight is the end of the day before."""


def _days(search: Search) -> list[sa.ColumnElement[bool]]:
    """Events that touch the days of a search.

    No event is longer than 24 hours, so it began on the first day asked for or on the day before. The bounds
    of the start say nothing new: by them the list is read off its index.
    """
    earliest = datetime.combine(search.first_day, time(), UTC) - FARTHEST_EAST - MAX_DURATION
    latest = datetime.combine(search.last_day, time(), UTC) + DAY + FARTHEST_WEST
    conditions = [
        Event.day.between(search.first_day - DAY, search.last_day),
        sa.or_(Event.day >= search.first_day, search.first_day <= LAST_LOCAL_DAY),
    ]
    if search.not_over_at is not None:
        earliest = max(earliest, search.not_over_at - MAX_DURATION)
        conditions.append(Event.ends_at > search.not_over_at)
    return [Event.starts_at.between(earliest, latest), *conditions]


def _status(status: EventStatus) -> sa.ColumnElement[bool]:
    """Written out, so that PostgreSQL sees at once which partial index serves."""
    return Event.status == sa.literal(str(status), literal_execute=True)


def _conditions(search: Search) -> list[sa.ColumnElement[bool]]:
    conditions = _days(search)
    if search.status is not None:
        conditions.append(_status(search.status))
    if not search.drafts:
        conditions.append(Event.hidden_by.is_(None))
        if search.status is None:
            conditions.append(_status(EventStatus.PUBLISHED))
        else:
            conditions += [Event.status != EventStatus.DRAFT, ~Event.never_published]
    for column, value in (
        (Event.region_code, search.region_code),
        (Event.kind, search.kind),
        (Event.series_id, search.series_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if search.district_code is not None:
        is_without = search.district_code == WITHOUT_DISTRICT
        conditions.append(Event.district_code == (None if is_without else search.district_code))
    if search.organization_ids is not None:
        conditions.append(Event.organization_id.in_(search.organization_ids))
    if search.text:
        conditions.append(Event.search.contains(places.fold(search.text), autoescape=True))
    return conditions


def find(
    session: Session, search: Search, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Event]:
    """Events by start, soonest first; `after` is the (starts_at, id) of the last one seen."""
    query = (
        sa.select(Event)
        .where(*_conditions(search), keyset.behind(after, Event.starts_at, Event.id))
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def coming(session: Session, now: datetime, limit: int) -> Sequence[Event]:
    """Published events in everybody's sight that are not over, soonest first."""
    return session.scalars(
        sa.select(Event).where(*_coming(now)).order_by(Event.starts_at, Event.id).limit(limit)
    ).all()


def coming_by_region(session: Session, now: datetime) -> dict[str, int]:
    """How many of these there are, by the codes of the regions that have any."""
    counted = sa.select(Event.region_code, sa.func.count()).where(*_coming(now)).group_by(Event.region_code)
    return {row[0]: row[1] for row in session.execute(counted)}


def _coming(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _status(EventStatus.PUBLISHED),
        Event.hidden_by.is_(None),
        Event.starts_at > now - MAX_DURATION,
        Event.ends_at > now,
    )


NEAR_M = 100_000
SOON = timedelta(days=14)


def coming_near(
    session: Session, centre: tuple[float, float] | None, now: datetime, limit: int
) -> Sequence[Event]:
    """What to offer in place of an event: the nearest of the next two weeks within 100 km, soonest first.

    Where there are none, or `centre` (latitude, longitude) is unknown: the next ones of the country.
    """
    if centre is not None:
        today = now.astimezone(COUNTRY_ZONE).date()
        wanted = Search(today, today + SOON, not_over_at=now)
        found = [event for event, _ in find_near(session, wanted, centre, NEAR_M, None, limit)]
        if found:
            return sorted(found, key=lambda event: (event.starts_at, event.id))
    return coming(session, now, limit)


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
    first = search.first_day - DAY
    days = [first + timedelta(days=n) for n in range((search.last_day - first).days + 1)]
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
        .where(inner.c.d <= within_m, keyset.behind(after, inner.c.d, inner.c.id))
        .order_by(inner.c.d, inner.c.id)
        .limit(limit)
    )
    return [(event, distance_m) for event, distance_m in session.execute(query)]
