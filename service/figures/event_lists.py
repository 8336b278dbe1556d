"""Events as coordinators look through them: where each stands, who is expected, who came, what is missing."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor, Permission, Target, require, require_coordinator
from service.attendance.evidence import Status
from service.events import result_reminders
from service.events.search import WITHOUT_DISTRICT
from service.geography import asked_regions
from service.geography.asked_regions import Among
from service.models import (
    Attendance,
    Event,
    EventResult,
    EventStatus,
    Headcount,
    Organization,
    Outbox,
    TypedPerson,
)
from service.models.base import COUNTRY_ZONE, LocalizedText
from service.models.events import presence_end
from service.platform.written import Written


class EventState(StrEnum):
    """Where an event stands."""

    COMING = "coming"
    RUNNING = "running"
    """It has begun and is not over."""

    HELD = "held"
    NO_RESULT = "no-result"
    """It was held, and nobody has said yet what came of it."""

    CANCELLED = "cancelled"
    HIDDEN = "hidden"


class EventFilter(NamedTuple):
    """Which events: of these days, both inclusive, and of all that is not None.

    `region_code` None: of all regions of the actor. `district_code` WITHOUT_DISTRICT: in none.
    """

    first_day: date
    last_day: date
    region_code: str | None = None
    district_code: str | None = None
    kind: str | None = None
    organization_id: UUID | None = None
    state: EventState | None = None


class EventLine(NamedTuple):
    """An event with its figures. `going`: people on the list, companions included; `expected`: people of
    announced groups; `came`: people who count; `in_review`: people who are doubted; `declared`: people of
    confirmed groups, and companions of those who count; `reminded`: a coordinator asked for the result today.
    """

    id: UUID
    title: LocalizedText
    organization_id: UUID
    organization: LocalizedText
    kind: str
    region_code: str
    district_code: str | None
    day: date
    starts_at: datetime
    ends_at: datetime
    zone: str
    is_draft: bool
    is_cancelled: bool
    is_hidden: bool
    has_begun: bool
    is_over: bool
    is_held: bool
    going: int
    capacity: int | None
    expected: int
    came: int
    in_review: int
    declared: int
    result_at: datetime | None
    reminded: bool

    @property
    def lacks_result(self) -> bool:
        """Whether it was held, and nobody has said what came of it."""
        return self.is_held and self.result_at is None

    @property
    def state(self) -> EventState:
        """The one that a coordinator should know first; hidden is told beside it."""
        if self.is_cancelled:
            return EventState.CANCELLED
        if not self.is_over:
            return EventState.RUNNING if self.has_begun and not self.is_draft else EventState.COMING
        return EventState.NO_RESULT if self.lacks_result else EventState.HELD


def find(
    session: Session,
    actor: Actor,
    wanted: EventFilter,
    after: tuple[datetime, UUID] | None,
    limit: int,
    now: datetime,
) -> list[EventLine]:
    """Events of a coordinator, drafts aside, by their start; `after`: (start, id) of the last one seen.

    Raises:
        Forbidden, SecondFactorRequired: not a coordinator (there).
    """
    asked = regions_to_count(actor, wanted.region_code)
    last_start, last_id = after or (None, None)
    values = at(now) | wanted._asdict() | asked_regions.values(asked)
    values |= {"last_start": last_start, "last_id": last_id, "limit": limit}
    given = tuple(name for name in _NARROWING if values[name] is not None)
    is_without = wanted.district_code == WITHOUT_DISTRICT
    query = _found(Among.of(asked), given, wanted.state, is_without=is_without, goes_on=after is not None)
    return [EventLine(*row) for row in query.rows(session, values)]


_KEY = (Event.starts_at, Event.id)
_NARROWING = ("district_code", "kind", "organization_id")
"""What of a filter is a value that a column has."""


@cache
def _found(
    among: Among, given: Sequence[str], state: EventState | None, *, is_without: bool, goes_on: bool
) -> Written:
    """What makes an EventLine of each event that a filter leaves: of the columns `given`, `is_without` a
    district; `goes_on`: behind the last one seen.
    """
    columns = Event.__table__.c
    query = lines().where(*_listed(among)).order_by(*_KEY).limit(sa.bindparam("limit", type_=sa.Integer))
    for name in given:
        is_none = is_without and name == "district_code"
        asked = sa.null() if is_none else sa.bindparam(name, type_=columns[name].type)
        query = query.where(columns[name].is_(None) if is_none else columns[name] == asked)
    if state is not None:
        query = query.where(_in_state(state))
    if goes_on:
        seen = (
            sa.bindparam("last_start", type_=Event.starts_at.type),
            sa.bindparam("last_id", type_=sa.Uuid),
        )
        query = query.where(sa.tuple_(*_KEY) > sa.tuple_(*seen))
    return Written(query)


def _listed(among: Among) -> list[sa.ColumnElement[bool]]:
    """The conditions on events of days and regions that a coordinator's list shows."""
    first_day, last_day = (sa.bindparam(name, type_=sa.Date) for name in ("first_day", "last_day"))
    return [
        Event.day.between(first_day, last_day),
        Event.status != EventStatus.DRAFT,
        ~Event.never_published,
        *among.holding(Event.region_code),
    ]


def line_of(session: Session, event_id: UUID, now: datetime) -> EventLine:
    """One event's line, a draft's too; whether somebody may see it has been asked before."""
    (row,) = _one_line().rows(session, at(now) | {"event_id": event_id})
    return EventLine(*row)


@cache
def _one_line() -> Written:
    return Written(lines().where(Event.id == sa.bindparam("event_id", type_=sa.Uuid)))


class Organizing(NamedTuple):
    """An organization that has events; `missing`: how many of them were held and have no result yet."""

    id: UUID
    name: LocalizedText
    missing: int


def organizers(session: Session, actor: Actor, wanted: EventFilter, now: datetime) -> Sequence[Organizing]:
    """Who has events in the days and the region of the filter, whatever it says besides. Raises as `find`."""
    asked = regions_to_count(actor, wanted.region_code)
    values = at(now) | wanted._asdict() | asked_regions.values(asked)
    return [Organizing(*row) for row in _organizers(Among.of(asked)).rows(session, values)]


@cache
def _organizers(among: Among) -> Written:
    """What makes an Organizing of each organization with events of these days, by its id."""
    lacks_result = sa.and_(_is_held(), EventResult.event_id.is_(None))
    return Written(
        sa.select(Organization.id, Organization.name, sa.func.count().filter(lacks_result).label("missing"))
        .join(Event, Event.organization_id == Organization.id)
        .outerjoin(EventResult, EventResult.event_id == Event.id)
        .where(*_listed(among))
        .group_by(Organization.id)
        .order_by(Organization.id)
    )


_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_TODAY = sa.bindparam("today", type_=sa.Text)


def at(now: datetime) -> dict[str, Any]:
    """What `lines`, and all that is made of it, is asked with."""
    return {"now": now, "today": now.astimezone(COUNTRY_ZONE).date().isoformat()}


IS_CANCELLED = Event.status == EventStatus.CANCELLED


def _is_over() -> sa.ColumnElement[bool]:
    return presence_end(Event) <= _NOW


def _is_held() -> sa.ColumnElement[bool]:
    """It is over, and began: what was called off before was never held."""
    never_began = sa.and_(
        IS_CANCELLED, sa.or_(Event.cancelled_at.is_(None), Event.cancelled_at <= Event.starts_at)
    )
    return sa.and_(Event.status != EventStatus.DRAFT, ~never_began, _is_over())


def regions_to_count(actor: Actor, region_code: str | None) -> list[str] | None:
    """The regions of a coordinator's question: the one named, else all of the actor's; None for every one.

    Raises:
        Forbidden, SecondFactorRequired: not a coordinator (there).
    """
    if region_code is None:
        require_coordinator(actor)
        return actor.coordinated_regions
    require(actor, Permission.COUNT_REGION, Target(region_code=region_code))
    return [region_code]


def _in_state(state: EventState) -> sa.ColumnElement[bool]:
    match state:
        case EventState.COMING:
            return sa.and_(Event.status == EventStatus.PUBLISHED, Event.starts_at > _NOW)
        case EventState.RUNNING:
            return sa.and_(Event.status == EventStatus.PUBLISHED, Event.starts_at <= _NOW, ~_is_over())
        case EventState.HELD:
            return _is_held()
        case EventState.NO_RESULT:
            return sa.and_(_is_held(), ~sa.exists().where(EventResult.event_id == Event.id))
        case EventState.CANCELLED:
            return IS_CANCELLED
        case EventState.HIDDEN:
            return Event.hidden_by.is_not(None)


def _of_event(query: sa.Select[Any]) -> sa.ScalarSelect[Any]:
    return query.correlate(Event).scalar_subquery()


def declared() -> sa.ColumnElement[int]:
    """Of an event that is selected: people of its groups, who came along, who was typed and has no record."""
    groups = sa.select(sa.func.coalesce(sa.func.sum(Headcount.people), 0)).where(
        Headcount.event_id == Event.id, ~Headcount.taken_back
    )
    along = sa.select(sa.func.coalesce(sa.func.sum(Attendance.companions), 0)).where(
        Attendance.event_id == Event.id, Attendance.status == Status.COUNTED
    )
    typed = sa.select(sa.func.coalesce(sa.func.sum(1 + TypedPerson.companions), 0)).where(
        TypedPerson.event_id == Event.id, TypedPerson.present, TypedPerson.volunteer_id.is_(None)
    )
    return _of_event(groups) + _of_event(along) + _of_event(typed)


@cache
def lines() -> sa.Select[*tuple[Any, ...]]:
    """What makes an EventLine of each event, asked with `at`.

    Which ones, and who may see them, is the caller's.
    """
    people = sa.select(sa.func.count()).where(Attendance.event_id == Event.id)
    expected = sa.select(sa.func.coalesce(sa.func.sum(Headcount.expected), 0)).where(
        Headcount.event_id == Event.id, ~Headcount.taken_back
    )
    # Looked up for those that are shown: joined, the results of the whole season would be read.
    result_at = sa.select(EventResult.updated_at).where(EventResult.event_id == Event.id)
    key = sa.cast(Event.id, sa.Text)
    asked = sa.literal(f"{result_reminders.KIND}:") + key + sa.literal(":asked:") + _TODAY

    found: sa.Select[*tuple[Any, ...]] = sa.select(
        Event.id,
        Event.title,
        Event.organization_id,
        Organization.name.label("organization"),
        *(Event.kind, Event.region_code, Event.district_code, Event.day),
        *(Event.starts_at, Event.ends_at, Event.zone),
        (Event.status == EventStatus.DRAFT).label("is_draft"),
        IS_CANCELLED.label("is_cancelled"),
        Event.hidden_by.is_not(None).label("is_hidden"),
        (Event.starts_at <= _NOW).label("has_begun"),
        _is_over().label("is_over"),
        _is_held().label("is_held"),
        *(Event.going, Event.capacity),
        _of_event(expected).label("expected"),
        _of_event(people.where(Attendance.status == Status.COUNTED)).label("came"),
        _of_event(people.where(Attendance.status == Status.REVIEW)).label("in_review"),
        declared().label("declared"),
        _of_event(result_at).label("result_at"),
        sa.exists().where(Outbox.dedupe_key == asked).label("reminded"),
    ).join(Organization, Organization.id == Event.organization_id)
    return found


class DayCell(NamedTuple):
    """What a place (a district, or a region where several are looked at) has on a day.

    `events`: published, also hidden ones; `drafts`: not published yet.
    """

    place: str | None
    day: date
    events: int
    drafts: int


def by_place_and_day(
    session: Session, actor: Actor, region_code: str | None, first_day: date, last_day: date
) -> list[DayCell]:
    """Where and when there are events: by district, or for all of the actor by region. Raises as `find`."""
    asked = regions_to_count(actor, region_code)
    values = {"first_day": first_day, "last_day": last_day} | asked_regions.values(asked)
    query = _by_place(Among.of(asked), of_districts=region_code is not None)
    return [DayCell(*row) for row in query.rows(session, values)]


@cache
def _by_place(among: Among, *, of_districts: bool) -> Written:
    """What makes a DayCell of each place, a district or a region, and day on which there is anything."""
    place = Event.district_code if of_districts else Event.region_code
    first_day, last_day = (sa.bindparam(name, type_=sa.Date) for name in ("first_day", "last_day"))
    is_published = Event.status == EventStatus.PUBLISHED
    return Written(
        sa.select(
            place.label("place"),
            Event.day,
            sa.func.count().filter(is_published).label("events"),
            sa.func.count().filter(~is_published).label("drafts"),
        )
        .where(Event.day.between(first_day, last_day), ~IS_CANCELLED, *among.holding(Event.region_code))
        .group_by(place, Event.day)
    )
