"""Finding events: by day, place, kind and words, soonest or nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import cos, radians, sqrt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.events import words
from service.events.plans import MAX_DURATION
from service.geography import geodesy, regions
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


@dataclass(frozen=True, slots=True)
class Window:
    """When the events start that are looked through: from `since` on, before `until`."""

    since: datetime
    until: datetime

    def starts(self) -> sa.ColumnElement[bool]:
        return sa.and_(Event.starts_at >= self.since, Event.starts_at < self.until)


def _whole(search: Search) -> Window:
    """Within it all events of a search start: no event is longer than 24 hours."""
    since = datetime.combine(search.first_day, time(), UTC) - FARTHEST_EAST - MAX_DURATION
    if search.not_over_at is not None:
        since = max(since, search.not_over_at - MAX_DURATION)
    return Window(since, datetime.combine(search.last_day, time(), UTC) + DAY + FARTHEST_WEST)


def _days(search: Search, window: Window) -> sa.ColumnElement[bool]:
    """Events that touch the days of a search, start in the window, and are not over.

    As one condition that the planner knows nothing of: all of it follows, nearly, from when an event starts,
    and would be counted as if it left out ever more.
    """
    conditions = [
        window.starts(),
        Event.day.between(search.first_day - DAY, search.last_day),
        sa.or_(Event.day >= search.first_day, search.first_day <= LAST_LOCAL_DAY),
    ]
    if search.not_over_at is not None:
        conditions.append(Event.ends_at > search.not_over_at)
    return sa.case((sa.and_(*conditions), sa.true()), else_=sa.false())


def _status(status: EventStatus) -> sa.ColumnElement[bool]:
    """Written out, so that PostgreSQL sees at once which partial index serves."""
    return Event.status == sa.literal(str(status), literal_execute=True)


IN_SIGHT = (_status(EventStatus.PUBLISHED), Event.hidden_by.is_(None))
"""Published ones that everybody may see, as the partial indexes say it."""


def _conditions(search: Search, window: Window) -> list[sa.ColumnElement[bool]]:
    conditions = [_days(search, window)]
    if search.status is not None:
        conditions.append(_status(search.status))
    if not search.drafts:
        conditions.append(Event.hidden_by.is_(None))
        if search.status is None:
            conditions.append(_status(EventStatus.PUBLISHED))
        else:
            conditions += [Event.status != EventStatus.DRAFT, ~Event.never_published]
    if search.region_code is not None:
        in_region = Event.region_code == search.region_code
        # Words know the region: by its own index all its past would be read besides.
        conditions.append(
            in_region if search.text is None else sa.case((in_region, sa.true()), else_=sa.false())
        )
    for column, value in (
        (Event.kind, search.kind),
        (Event.series_id, search.series_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if search.district_code is not None:
        is_without = search.district_code == WITHOUT_DISTRICT
        conditions.append(Event.district_code == (None if is_without else search.district_code))
    if search.organization_ids is not None:
        # By the index of an organization's days.
        conditions.append(Event.organization_id.in_(search.organization_ids))
        conditions.append(Event.day.between(search.first_day - DAY, search.last_day))
    if search.text is not None:
        conditions.append(_has_words(search, window))
    return conditions


def _has_words(search: Search, window: Window) -> sa.ColumnElement[bool]:
    wanted = words.words_of(search.text or "")
    if not wanted:
        return sa.false()
    codes = [] if search.region_code is None else [words.in_region(search.region_code)]
    if search.district_code not in (None, WITHOUT_DISTRICT):
        codes.append(words.in_district(str(search.district_code)))
    return words.have(wanted, window.since, window.until, codes)


def find(
    session: Session, search: Search, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Event]:
    """Events by start, soonest first; `after` is the (starts_at, id) of the last one seen."""
    whole = _whole(search)
    rest = whole if after is None else Window(max(whole.since, after[0]), whole.until)
    if search.text is None:
        return session.scalars(_in_order(search, rest, after, limit)).all()
    found, window = _among_the_next(session, search, rest, after, limit)
    while len(found) < limit:
        # Of a part, what starts in it: the index of words knows whole weeks.
        part = [window.starts()] if window.until < rest.until else []
        found = _collected(session, search, window, after, limit, *part)
        if window.until >= rest.until:
            break
        window = _longer(window, rest, len(found), limit)
    return found


def _in_order(
    search: Search,
    window: Window,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *more: sa.ColumnElement[bool],
) -> sa.Select[Event]:
    """Those of a window, read off an index of their starts."""
    query = sa.select(Event).where(window.starts(), *more, *_conditions(search, window), _behind(after))
    return query.order_by(Event.starts_at, Event.id).limit(limit)


def _behind(after: tuple[datetime, UUID] | None) -> sa.ColumnElement[bool]:
    return keyset.behind(after, Event.starts_at, Event.id)


ROOM = 1.5
"""So many times the days, and the ground, on which a page should be found are looked through for it."""

_PLANNED_ANEW = sa.text("SET LOCAL plan_cache_mode = force_custom_plan")
"""So that it is seen whether place or words leave less."""

LOOKED_THROUGH, FEW = 1_000, 5
"""So many events are looked through for words that many have; of so few all are collected at once."""

WEEKS_OF_A_REGION = 8
"""Within which its next thousand are looked for; the country's within one."""


def _among_the_next(
    session: Session, search: Search, rest: Window, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[Sequence[Event], Window]:
    """What has the words among the next thousand, and in which window all that have them are collected."""
    region_code = search.region_code
    if region_code is None and search.district_code not in (None, WITHOUT_DISTRICT):
        region = regions.of_kato(str(search.district_code))
        region_code = None if region is None else region.code
    span = words.WEEK if region_code is None else WEEKS_OF_A_REGION * words.WEEK
    ahead = Window(rest.since, min(rest.since + span, rest.until))
    in_region = [] if region_code is None else [Event.region_code == region_code]
    there_are = sa.select(Event.starts_at).where(*IN_SIGHT, *in_region, ahead.starts(), _behind(after))
    last = there_are.order_by(Event.starts_at, Event.id).offset(LOOKED_THROUGH).limit(1).scalar_subquery()
    seen = sa.select(sa.func.coalesce(last, ahead.until).label("until")).cte("seen")
    until = sa.select(seen.c.until).scalar_subquery()
    query = _in_order(search, ahead, after, limit, *in_region, Event.starts_at < until)
    rows = session.execute(query.add_columns(until)).all()
    looked_at = Window(ahead.since, rows[0][1]) if rows else ahead
    return [row[0] for row in rows], _longer(looked_at, rest, len(rows), limit)


def _longer(window: Window, rest: Window, found: int, limit: int) -> Window:
    """Within it a page and a half should be found, by what was found."""
    if found <= FEW:
        return rest
    span = (window.until - window.since) * limit / found * ROOM
    return Window(rest.since, min(rest.since + span, rest.until))


def _collected(
    session: Session,
    search: Search,
    window: Window,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *more: sa.ColumnElement[bool],
) -> Sequence[Event]:
    """Those of a window with the words, all collected by these before the first is shown.

    Else PostgreSQL would bet on reading few of the events in the order of their starts, and lose where none
    of them has the words.
    """
    have = sa.select(Event.id, Event.starts_at).where(*more, *_conditions(search, window), _behind(after))
    collected = have.cte("collected").prefix_with("MATERIALIZED")
    first = sa.select(collected).order_by(collected.c.starts_at, collected.c.id).limit(limit).subquery()
    query = sa.select(Event).join(first, first.c.id == Event.id).order_by(Event.starts_at, Event.id)
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
        *IN_SIGHT,
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


NEAREST_M, FARTHER = 1_000.0, 4
"""Within which distance is looked first, and how many times farther where nothing is there."""


def find_near(
    session: Session,
    search: Search,
    centre: tuple[float, float],
    within_m: float,
    after: tuple[float, UUID] | None,
    limit: int,
) -> Sequence[tuple[Event, float]]:
    """Events with their distance in metres (great circle), nearest first, within `within_m`.

    `after` is the (distance, id) of the last one seen.
    """
    if search.text is not None:
        session.execute(_PLANNED_ANEW)
    seen_m = 0.0 if after is None else after[0]
    radius_m = min(max(NEAREST_M, seen_m * ROOM), within_m)
    query = _within(search, centre, after, limit)
    while True:
        found = session.execute(query, _box(centre, radius_m)).all()
        if len(found) == limit or radius_m >= within_m:
            break
        radius_m = min(_farther(seen_m, radius_m, len(found), limit), within_m)
    events = {one.id: one for one in session.scalars(_of_ids([id_ for id_, _ in found]))}
    return [(events[id_], distance_m) for id_, distance_m in found if id_ in events]


def _box(centre: tuple[float, float], radius_m: float) -> dict[str, float]:
    """The values of `_within`."""
    latitude, longitude = centre
    half, half_width = geodesy.box_of(latitude, radius_m)
    return {
        "radius_m": radius_m,
        "south": latitude - half,
        "north": latitude + half,
        "west": longitude - half_width,
        "east": longitude + half_width,
    }


def _farther(seen_m: float, radius_m: float, found: int, limit: int) -> float:
    """Within which distance is looked next, where too few were found between those two."""
    if not found:
        return radius_m * FARTHER
    ground = (radius_m**2 - seen_m**2) * limit / found * ROOM
    return min(radius_m * FARTHER, sqrt(seen_m**2 + ground))


def _of_ids(ids: Sequence[UUID]) -> sa.Select[Event]:
    return sa.select(Event).where(Event.id == sa.any_(sa.literal(ids, ARRAY(sa.Uuid))))


def _within(
    search: Search, centre: tuple[float, float], after: tuple[float, UUID] | None, limit: int
) -> sa.Select[UUID, float]:
    """(id, metres) of those within `radius_m`: a range of the index a day, then the exact distance.

    Built once for all distances, which costs more than asking.
    """
    latitude, longitude = centre
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
            *_conditions(search, _whole(search)),
            Event.day == sa.any_(sa.literal(days, ARRAY(sa.Date))),
            Event.latitude.between(sa.bindparam("south"), sa.bindparam("north")),
            Event.longitude.between(sa.bindparam("west"), sa.bindparam("east")),
        )
        .subquery()
    )
    return (
        sa.select(inner.c.id, inner.c.d)
        .where(inner.c.d <= sa.bindparam("radius_m"), keyset.behind(after, inner.c.d, inner.c.id))
        .order_by(inner.c.d, inner.c.id)
        .limit(limit)
    )
