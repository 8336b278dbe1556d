"""Finding events: by day, place, kind and words, soonest or nearest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, load_only

from service.events import around, words
from service.events.plans import MAX_DURATION
from service.models import Event, EventStatus
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import ADULT_AGE
from service.platform import keyset

WITHOUT_DISTRICT = "none"


@dataclass(frozen=True, slots=True)
class Search:
    """Which events to find: those that touch the days, both inclusive, in their own zones.

    `district_code` WITHOUT_DISTRICT: in none. `not_over_at`: and are not over at that moment.
    `organization_ids` with drafts and hidden ones for `mine`. `age`: which somebody so old may join today.
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
    age: int | None = None


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


def _days(search: Search) -> sa.ColumnElement[bool]:
    """Events that touch the days of a search, and are not over.

    As one condition that the planner knows nothing of: all of it follows, nearly, from when an event starts,
    and would be counted as if it left out ever more.
    """
    conditions = [] if search.not_over_at is None else [Event.ends_at > search.not_over_at]
    conditions += [
        Event.day.between(search.first_day - DAY, search.last_day),
        sa.or_(Event.day >= search.first_day, search.first_day <= LAST_LOCAL_DAY),
    ]
    return _opaque(*conditions)


def _status(status: EventStatus) -> sa.ColumnElement[bool]:
    """Written out, so that PostgreSQL sees at once which partial index serves."""
    return Event.status == sa.literal_column(f"'{status}'")


IN_SIGHT = (_status(EventStatus.PUBLISHED), Event.hidden_by.is_(None))
"""Published ones that everybody may see, as the partial indexes say it."""


def _conditions(search: Search) -> list[sa.ColumnElement[bool]]:
    """All but the words."""
    conditions = [_days(search), *_of_organizations(search), *_takes_all_or(search.age)]
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
    return conditions


def _of_organizations(search: Search) -> list[sa.ColumnElement[bool]]:
    """By the index of an organization's days."""
    if search.organization_ids is None:
        return []
    days = Event.day.between(search.first_day - DAY, search.last_day)
    return [Event.organization_id.in_(search.organization_ids), days]


def _takes(age: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Which events somebody so old may join, as `waitlist.check_age` says."""
    return sa.and_(sa.func.coalesce(Event.min_age, 0) <= age, sa.or_(age >= ADULT_AGE, ~Event.hazard))


def _takes_all_or(age: int | None) -> list[sa.ColumnElement[bool]]:
    return [] if age is None else [_takes(sa.literal(age))]


def _has_words(search: Search, window: Window) -> sa.ColumnElement[bool]:
    return words.have(words.words_of(search.text or ""), window.since, window.until, _codes(search))


def _codes(search: Search) -> list[str]:
    """What the words know of the place: by an index of the region all its past would be read besides."""
    codes = [] if search.region_code is None else [words.in_region(search.region_code)]
    if search.district_code not in (None, WITHOUT_DISTRICT):
        codes.append(words.in_district(str(search.district_code)))
    return codes


def find(
    session: Session, search: Search, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Event]:
    """Events by start, soonest first; `after` is the (starts_at, id) of the last one seen."""
    whole = _whole(search)
    rest = whole if after is None else Window(max(whole.since, after[0]), whole.until)
    page = _in_order if search.text is None else _by_words
    return session.scalars(page(search, rest, after, limit)).all()


def _in_order(
    search: Search, window: Window, after: tuple[datetime, UUID] | None, limit: int
) -> sa.Select[Event]:
    """Those of a window, read off an index of their starts."""
    query = sa.select(Event).where(window.starts(), *_conditions(search), _behind(after))
    return query.order_by(Event.starts_at, Event.id).limit(limit)


def _behind(after: tuple[datetime, UUID] | None) -> sa.ColumnElement[bool]:
    return keyset.behind(after, Event.starts_at, Event.id)


TASTED, OFTEN = 50, 3
"""So many of the next events are looked at first: do so many of them have the words?"""

READ = 1_000
"""Then so many are read in their order, as a week may have thousands of such events."""

_NOT_BY_INDEX = Event.starts_at + timedelta()
"""The order of starts, as no index knows it: all are collected before the first is shown. Else PostgreSQL
would bet on reading few events in order, and read them all where none has the words."""

T = TypeVar("T")
Ids = list[UUID]


def _by_words(
    search: Search, rest: Window, after: tuple[datetime, UUID] | None, limit: int
) -> sa.Select[Event]:
    """A page of those with the words: week by week, each week's collected by the index, until it is full.

    What PostgreSQL can estimate of this is the same for all values, so that it plans once: planning takes
    longer than most questions.
    """
    wanted = _opaque(*_conditions(search), _behind(after))
    until, read = _often(search, rest, wanted, limit)
    steps = sa.select(
        (words.week_at(until) - 1).label("week"), sa.literal(0).label("before"), read.label("ids")
    ).cte("steps", recursive=True)
    found = steps.c.before + sa.func.cardinality(steps.c.ids)
    week = steps.c.week + _known(1)
    have = words.have_in_week(words.words_of(search.text or ""), week, _codes(search))
    of_week = sa.select(Event.id).where(have, *_of_organizations(search), Event.starts_at >= until, wanted)
    first = of_week.correlate(steps).order_by(_NOT_BY_INDEX, Event.id).limit(_known(limit))
    following = sa.select(week, found, _array(first))
    steps = steps.union_all(following.where(found < limit, steps.c.week < words.week_of(rest.until)))
    ids = sa.select(sa.func.unnest(steps.c.ids).label("id")).subquery()
    query = sa.select(Event).join(ids, ids.c.id == Event.id)
    return query.order_by(Event.starts_at, Event.id).limit(limit)


def _often(
    search: Search, rest: Window, wanted: sa.ColumnElement[bool], limit: int
) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[Ids]]:
    """Until when events have been read in their order, and the ids of those with the words among them.

    Where few have them, or others than those in sight are looked for: none have been.
    """
    since = _unseen(rest.since)
    if search.drafts or search.status not in (None, EventStatus.PUBLISHED):
        return since, sa.literal([], ARRAY(sa.Uuid))
    ahead = Window(rest.since, min(rest.until, rest.since + words.WEEK))
    has = _opaque(wanted, _has_words(search, ahead))
    in_region = [] if search.region_code is None else [Event.region_code == _unseen(search.region_code)]
    to_come = (*IN_SIGHT, *in_region, Event.starts_at < _unseen(ahead.until))
    # What has begun is over, nearly always.
    begin = Event.starts_at >= _unseen(max(rest.since, search.not_over_at or rest.since))
    of_next = sa.select(has.label("has")).where(*to_come, begin).order_by(Event.starts_at, Event.id)
    tasted = of_next.limit(_known(TASTED)).subquery()
    often = sa.select(sa.func.count()).where(tasted.c.has).scalar_subquery() >= OFTEN
    starts = sa.select(Event.starts_at).where(*to_come, begin).order_by(Event.starts_at, Event.id)
    last = starts.offset(_known(READ)).limit(_known(1)).scalar_subquery()
    seen = sa.select(sa.case((often, sa.func.coalesce(last, ahead.until)), else_=rest.since).label("until"))
    until = sa.select(seen.cte("seen").c.until).scalar_subquery()
    read = sa.select(Event.id).where(*to_come, Event.starts_at >= since, Event.starts_at < until, has)
    return until, _array(read.order_by(Event.starts_at, Event.id).limit(_known(limit)))


def _array(ids: sa.Select[UUID]) -> sa.ColumnElement[Ids]:
    return sa.func.array(ids.scalar_subquery(), type_=ARRAY(sa.Uuid))


def _known(value: int) -> sa.ColumnElement[int]:
    """Written out: PostgreSQL plans for this number."""
    return sa.literal_column(str(value))


def _unseen(value: T) -> sa.ColumnElement[T]:
    """From a subquery: PostgreSQL plans for any value."""
    return sa.select(sa.literal(value)).scalar_subquery()


def _opaque(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """As one condition that the planner knows nothing of."""
    return sa.case((sa.and_(*conditions), sa.true()), else_=sa.false())


def coming(session: Session, now: datetime, limit: int, age: int | None = None) -> Sequence[Event]:
    """Published events in everybody's sight that are not over, soonest first; `age`: as in `Search`."""
    found = sa.select(Event).where(*_coming(now), *_takes_all_or(age))
    return session.scalars(found.order_by(Event.starts_at, Event.id).limit(limit)).all()


def coming_by_region(session: Session, now: datetime) -> dict[str, int]:
    """How many of these there are, by the codes of the regions that have any."""
    counted = sa.select(Event.region_code, sa.func.count()).where(*_coming(now)).group_by(Event.region_code)
    return {row[0]: row[1] for row in session.execute(counted)}


def _coming(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (*IN_SIGHT, Event.starts_at > now - MAX_DURATION, Event.ends_at > now)


NEAR_M = 100_000
SOON = timedelta(days=14)


def coming_near(
    session: Session,
    centre: tuple[float, float] | None,
    now: datetime,
    limit: int,
    *,
    but: UUID | None = None,
    age: int | None = None,
) -> Sequence[Event]:
    """What to offer in place of an event: the nearest of the next two weeks within 100 km, soonest first.

    Where there are none, or `centre` (latitude, longitude) is unknown: the next ones of the country.
    `but`: of which event it is known that it will not do. `age`: of whom they are offered to.
    """
    found: Sequence[Event] = ()
    if centre is not None:
        today = now.astimezone(COUNTRY_ZONE).date()
        days = _may_begin(today, today + SOON)
        values = {"now": now, "today": today, "days": days, "limit": limit, "age": age, "but": but}
        for within_m in (around.NEAREST_M, NEAR_M):
            found = session.scalars(_coming_near(), values | around.circle(centre, within_m)).all()
            if len(found) == limit:
                break
    return found or [one for one in coming(session, now, limit + 1, age) if one.id != but][:limit]


@cache
def _coming_near() -> sa.Select[Event]:
    """Those of `days` that touch `today` or later ones and are not over `now`, soonest first; `age`: None for
    everybody; `but`: None for all. Of each what a row of a list tells.
    """
    today, now, age, but = (
        sa.bindparam("today", type_=sa.Date),
        sa.bindparam("now", type_=sa.DateTime(timezone=True)),
        sa.bindparam("age", type_=sa.Integer),
        sa.bindparam("but", type_=sa.Uuid),
    )
    conditions = [
        *IN_SIGHT,
        Event.ends_at > now,
        sa.or_(Event.day >= today, today <= LAST_LOCAL_DAY),
        sa.or_(age.is_(None), _takes(age)),
        Event.id.is_distinct_from(but),
    ]
    days, limit = sa.bindparam("days", type_=ARRAY(sa.Date)), sa.bindparam("limit", type_=sa.Integer)
    near = around.nearest(conditions, days, None, limit).subquery()
    told = (Event.title, Event.kind, Event.starts_at, Event.zone, Event.address, Event.address_names)
    places = (Event.capacity, Event.going, Event.offered)
    found = sa.select(Event).options(load_only(*told, *places))
    return found.join(near, near.c.id == Event.id).order_by(Event.starts_at, Event.id)


_PLANNED_ANEW = sa.text("SET LOCAL plan_cache_mode = force_custom_plan")
"""So that it is seen whether place or words leave less."""


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
    conditions = _conditions(search)
    if search.text is not None:
        session.execute(_PLANNED_ANEW)
        conditions = [_has_words(search, _whole(search)), *_of_organizations(search), _opaque(*conditions)]
    days = sa.literal(_may_begin(search.first_day, search.last_day), ARRAY(sa.Date))
    query = around.nearest(conditions, days, after, limit)
    seen_m = 0.0 if after is None else after[0]

    def ask(circle: Mapping[str, float]) -> around.Found:
        return [(id_, distance_m) for id_, distance_m in session.execute(query, circle)]

    found = around.grow(ask, centre, within_m, limit, seen_m)
    events = {one.id: one for one in around.events_of(session, [id_ for id_, _ in found])}
    return [(events[id_], distance_m) for id_, distance_m in found if id_ in events]


def _may_begin(first_day: date, last_day: date) -> list[date]:
    """On which days events begin that touch these."""
    first = first_day - DAY
    return [first + timedelta(days=n) for n in range((last_day - first).days + 1)]
