"""Events as their organizers look at them: all of their organizations', and one as it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.access import Actor, Permission, Target, may, require
from service.attendance.evidence import Status
from service.events.events import target_of
from service.figures import event_lists
from service.figures.event_lists import EventLine
from service.models import Attendance, Event, EventStatus, Headcount, MemberRole
from service.models.base import COUNTRY_ZONE
from service.models.events import presence_end
from service.platform import keyset

AHEAD = 100
"""So many of what is still to come, and so many drafts, are listed at most."""

BESIDE = 12
"""So many other dates of a series are listed at most."""

IS_DRAFT = Event.status == EventStatus.DRAFT


@dataclass(frozen=True, slots=True)
class OwnEvents:
    """`today`: of this day, and what still runs; `coming`: later; `drafts`: never published, also those that
    were called off. Soonest first each."""

    today: Sequence[EventLine]
    coming: Sequence[EventLine]
    drafts: Sequence[EventLine]


def ahead(session: Session, actor: Actor, now: datetime) -> OwnEvents:
    """What the actor's organizations have today and later, and their drafts."""
    values = event_lists.at(now) | {"day": now.astimezone(COUNTRY_ZONE).date(), "own": _own(actor)}
    today, coming, drafts = (
        [EventLine(**row) for row in session.execute(query, values).mappings()] for query in _ahead()
    )
    return OwnEvents(today, coming, drafts)


@cache
def _ahead() -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    """What is of a `day` and `now`, what comes later, and drafts, of `own` organizations; built once."""
    now = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    own = sa.bindparam("own", type_=ARRAY(sa.Uuid))
    runs = sa.and_(Event.starts_at <= now, presence_end(Event) > now)
    is_today = sa.or_(Event.day == sa.bindparam("day"), runs)
    is_coming = sa.and_(~IS_DRAFT, ~Event.never_published, Event.ends_at > now)
    kinds = (
        sa.and_(~IS_DRAFT, ~Event.never_published, is_today),
        sa.and_(is_coming, ~is_today),
        sa.or_(IS_DRAFT, sa.and_(Event.never_published, Event.ends_at > now)),
    )
    listed = event_lists.lines().where(Event.organization_id == sa.any_(own))
    return tuple(listed.where(kind).order_by(Event.starts_at, Event.id).limit(AHEAD) for kind in kinds)


def past(
    session: Session, actor: Actor, after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> list[EventLine]:
    """What is over since before this day, newest first; `after`: (start, id) of the last one seen."""
    day = now.astimezone(COUNTRY_ZONE).date()
    query = (
        event_lists.lines()
        .where(
            Event.organization_id.in_(_own(actor)),
            ~IS_DRAFT,
            Event.day < day,
            Event.ends_at <= now,
            keyset.before(after, Event.starts_at, Event.id),
        )
        .order_by(Event.starts_at.desc(), Event.id.desc())
        .limit(limit)
    )
    return [EventLine(**row) for row in session.execute(query, event_lists.at(now)).mappings()]


def helped(session: Session, actor: Actor, now: datetime) -> list[EventLine]:
    """Published events of today and later at whose door the actor helps, soonest first."""
    organizations = [id_ for id_, role in actor.organizations.items() if role == MemberRole.HELPER]
    if not actor.helps and not organizations:
        return []
    query = (
        event_lists.lines()
        .where(
            sa.or_(Event.id.in_(actor.helps), Event.organization_id.in_(organizations)),
            Event.status == EventStatus.PUBLISHED,
            Event.day >= now.astimezone(COUNTRY_ZONE).date(),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(AHEAD)
    )
    return [EventLine(**row) for row in session.execute(query, event_lists.at(now)).mappings()]


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


def _own(actor: Actor) -> list[UUID]:
    return [id_ for id_ in actor.organizations if may(actor, Permission.SEE_BOARD, Target(id_))]


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
    counts = Attendance.status == Status.COUNTED
    is_there = sa.and_(
        counts,
        Attendance.checked_in_at <= now,
        sa.or_(Attendance.checked_out_at.is_(None), Attendance.checked_out_at > now),
        sa.literal(event.presence_ends_at > now),
    )
    people = session.execute(
        sa.select(
            sa.func.count().filter(is_there).label("on_site"),
            sa.func.count().filter(counts).label("came"),
            sa.func.count().filter(Attendance.status == Status.REVIEW).label("in_review"),
        ).where(Attendance.event_id == event.id)
    ).one()
    is_confirmed = Headcount.people.is_not(None)
    groups = session.execute(
        sa.select(
            sa.func.count().filter(is_confirmed).label("groups"),
            sa.func.coalesce(sa.func.sum(Headcount.people), 0).label("declared"),
            sa.func.count().filter(~is_confirmed).label("announced"),
            sa.func.coalesce(sa.func.sum(Headcount.expected).filter(~is_confirmed), 0).label("expected"),
        ).where(Headcount.event_id == event.id, ~Headcount.taken_back)
    ).one()
    return Board(
        going=event.going,
        waitlisted=event.waitlisted,
        as_of=now,
        **people._mapping,
        **groups._mapping,
    )
