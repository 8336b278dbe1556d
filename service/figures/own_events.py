"""Events as their organizers look at them: all of their organizations', and one as it goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.access import Actor, Permission, Target, may, require
from service.attendance.evidence import Status
from service.events.events import target_of
from service.events.plans import MAX_DURATION
from service.figures import event_lists
from service.figures.event_lists import EventLine
from service.models import Attendance, Event, EventStatus, Headcount, MemberRole
from service.models.base import COUNTRY_ZONE
from service.models.events import presence_end
from service.platform.written import Written

AHEAD = 100
"""So many of each list but the past's are told at most."""

BESIDE = 12
"""So many other dates of a series are listed at most."""

LONGEST = MAX_DURATION.days + 2
"""What is not over has begun on one of so many days, wherever its clocks are: an index has them."""


class OwnList(StrEnum):
    """A list of an organizer's first page."""

    TODAY = "today"
    """Of this day, and what still runs."""

    COMING = "coming"
    DRAFTS = "drafts"
    """Never published, also those that were called off."""

    HELPED = "helped"
    """Published ones of today and later at whose door the actor helps."""

    PAST = "past"
    """Over since before this day."""


def of_actor(
    session: Session, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> Mapping[OwnList, Sequence[EventLine]]:
    """What the actor's organizations have, and where they help, in each list, soonest first.

    Of the past the newest come first, so many as `limit`, behind `after`: (start, id) of the last one seen;
    with it nothing else is told.
    """
    found: dict[OwnList, list[EventLine]] = {name: [] for name in OwnList}
    if not actor.organizations and not actor.helps:
        return found
    last_start, last_id = after or (None, None)
    values = event_lists.at(now) | {
        "day": now.astimezone(COUNTRY_ZONE).date(),
        "own": [id_ for id_ in actor.organizations if may(actor, Permission.SEE_BOARD, Target(id_))],
        "helps": list(actor.helps),
        "helping": [id_ for id_, role in actor.organizations.items() if role == MemberRole.HELPER],
        "last_start": last_start,
        "last_id": last_id,
        "limit": limit,
    }
    for name, *line in _of_actor(goes_on=after is not None).rows(session, values):
        found[OwnList(name)].append(EventLine(*line))
    found[OwnList.PAST].reverse()
    return found


@cache
def _of_actor(*, goes_on: bool) -> Written:
    """The name of its list and what makes an EventLine of each event; `goes_on`: of the past, behind the last
    one seen.
    """
    key = (Event.starts_at, Event.id)
    past = _past(goes_on=goes_on)
    ahead = [_listed(name).order_by(*key).limit(AHEAD) for name in OwnList if name != OwnList.PAST]
    chosen = sa.union_all(past, *(() if goes_on else ahead)).subquery("chosen")
    lines = event_lists.lines()
    shown = lines.with_only_columns(chosen.c.list, *lines.selected_columns)
    return Written(shown.join(chosen, chosen.c.id == Event.id).order_by(*key))


def _past(*, goes_on: bool) -> sa.Select[str, UUID]:
    """The newest of the past. Of each organization so many are read backwards from an index: of all of them
    at once, all that they ever did would be sorted.
    """
    own = sa.func.unnest(sa.bindparam("own", type_=ARRAY(sa.Uuid))).table_valued("id").render_derived("own")
    limit = sa.bindparam("limit", type_=sa.Integer)
    listed = _listed(OwnList.PAST).add_columns(Event.starts_at).where(Event.organization_id == own.c.id)
    if goes_on:
        last = (
            sa.bindparam("last_start", type_=Event.starts_at.type),
            sa.bindparam("last_id", type_=sa.Uuid),
        )
        listed = listed.where(sa.tuple_(Event.starts_at, Event.id) < sa.tuple_(*last))
    each = listed.order_by(Event.starts_at.desc(), Event.id.desc()).limit(limit).lateral("each")
    return (
        sa.select(each.c.list, each.c.id)
        .join_from(own, each, sa.true())
        .order_by(each.c.starts_at.desc(), each.c.id.desc())
        .limit(limit)
    )


def _listed(name: OwnList) -> sa.Select[str, UUID]:
    """The events of a list; asked with `now`, its `day`, and the `own` or else `helps` and `helping`."""
    now, day = sa.bindparam("now", type_=Event.ends_at.type), sa.bindparam("day", type_=sa.Date)
    own, helps, helping = (sa.bindparam(ids, type_=ARRAY(sa.Uuid)) for ids in ("own", "helps", "helping"))
    is_own = Event.organization_id == sa.any_(own)
    is_draft = Event.status == EventStatus.DRAFT
    is_today = sa.or_(Event.day == day, sa.and_(Event.starts_at <= now, presence_end(Event) > now))
    is_told = sa.and_(is_own, ~is_draft, ~Event.never_published, Event.day >= day - LONGEST)
    conditions: tuple[sa.ColumnElement[bool], ...]
    match name:
        case OwnList.TODAY:
            conditions = (is_told, is_today)
        case OwnList.COMING:
            conditions = (is_told, Event.ends_at > now, ~is_today)
        case OwnList.DRAFTS:
            conditions = (is_own, sa.or_(is_draft, sa.and_(Event.never_published, Event.ends_at > now)))
        case OwnList.HELPED:
            is_helped = sa.or_(Event.id == sa.any_(helps), Event.organization_id == sa.any_(helping))
            conditions = (is_helped, Event.status == EventStatus.PUBLISHED, Event.day >= day)
        case OwnList.PAST:
            # Asked of each of the own ones. What is over has begun: the index knows when that was.
            conditions = (~is_draft, Event.starts_at <= now, Event.day < day, Event.ends_at <= now)
    return sa.select(sa.literal(name, sa.Text).label("list"), Event.id).where(*conditions)


def beside(session: Session, actor: Actor, event: Event, now: datetime) -> list[EventLine]:
    """The other dates of one's own event's series that are not over, soonest first. Raises Forbidden."""
    require(actor, Permission.SEE_BOARD, target_of(event))
    if event.series_id is None:
        return []
    query = (
        event_lists.lines()
        .where(Event.series_id == event.series_id, Event.id != event.id, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
        .limit(BESIDE)
    )
    return [EventLine(**row) for row in session.execute(query, event_lists.at(now)).mappings()]


@dataclass(frozen=True, slots=True)
class Board:
    """How an event stands at this moment. `going`: people on the list, companions included; `came`: who
    counts as having been there, and of them `on_site`: who is there now, before it ends; `in_review`: who is
    doubted; `groups`: confirmed ones, with `declared` people; `announced`: others, with `expected` people.
    """

    going: int
    waitlisted: int
    on_site: int
    came: int
    in_review: int
    groups: int
    declared: int
    announced: int
    expected: int
    as_of: datetime


def board(session: Session, actor: Actor, event: Event, now: datetime) -> Board:
    """The figures of one's own event, none of its people. Raises Forbidden."""
    require(actor, Permission.SEE_BOARD, target_of(event))
    values = {"event_id": event.id, "now": now, "is_on": event.presence_ends_at > now}
    (counted,) = _counted().rows(session, values)
    return Board(going=event.going, waitlisted=event.waitlisted, as_of=now, **counted._asdict())


@cache
def _counted() -> Written:
    """What is counted for a Board of `event_id` at `now`; `is_on`: whether presence still counts then."""
    event_id, is_on = sa.bindparam("event_id", type_=sa.Uuid), sa.bindparam("is_on", type_=sa.Boolean)
    now = sa.bindparam("now", type_=Attendance.checked_in_at.type)
    counts = Attendance.status == Status.COUNTED
    is_there = sa.and_(
        counts,
        Attendance.checked_in_at <= now,
        sa.or_(Attendance.checked_out_at.is_(None), Attendance.checked_out_at > now),
        is_on,
    )
    people = sa.select(
        sa.func.count().filter(is_there).label("on_site"),
        sa.func.count().filter(counts).label("came"),
        sa.func.count().filter(Attendance.status == Status.REVIEW).label("in_review"),
    ).where(Attendance.event_id == event_id)
    is_confirmed = Headcount.people.is_not(None)
    groups = sa.select(
        sa.func.count().filter(is_confirmed).label("groups"),
        sa.func.coalesce(sa.func.sum(Headcount.people), 0).label("declared"),
        sa.func.count().filter(~is_confirmed).label("announced"),
        sa.func.coalesce(sa.func.sum(Headcount.expected).filter(~is_confirmed), 0).label("expected"),
    ).where(Headcount.event_id == event_id, ~Headcount.taken_back)
    return Written(sa.select(people.subquery(), groups.subquery()))
