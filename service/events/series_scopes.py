"""Which dates of a series an act is about: this one alone, or others with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.events import events
from service.models import Event, EventSeries


class Scope(StrEnum):
    """Which dates of a series something is done to."""

    THIS = "this"
    FOLLOWING = "following"
    """This one and the later ones, of which none may have begun."""
    ALL = "all"
    """This one, which may not have begun, and every other that has not begun yet."""


CHANGES = (Scope.THIS, Scope.FOLLOWING)
"""What is changed or published has no earlier dates: they would follow what comes after them."""


def hold(session: Session, series_id: UUID) -> None:
    """Let whoever acts on dates of a series, or adds some, do it one after another; before any event."""
    session.get(EventSeries, series_id, with_for_update={"key_share": True}, populate_existing=True)


def dates(session: Session, series_id: UUID | None) -> Sequence[Event]:
    """The events of a series, soonest first, whoever may know of them."""
    query = sa.select(Event).where(Event.series_id == series_id).order_by(Event.starts_at, Event.id)
    return session.scalars(query).all()


def check_moved(session: Session, series_id: UUID, changed: Mapping[Event, Set[str]]) -> None:
    """Raise Invalid where a date of a series, of which these columns were changed, is onto another now."""
    moved = [one for one, columns in changed.items() if columns & {"starts_at", "ends_at"}]
    others = dates(session, series_id) if moved else ()
    for one in moved:
        check_apart(one, others)


def check_apart(date: Event, others: Iterable[Event]) -> None:
    """Raise Invalid where another date of the series, which is not called off, is at the time of this one."""
    for one in others:
        if (
            one is not date
            and not one.is_cancelled
            and date.starts_at < one.ends_at
            and one.starts_at < date.ends_at
        ):
            raise errors.Invalid("starts_at", "series-date-there", starts_at=one.local(one.starts_at))


def with_others(
    session: Session,
    actor: Actor,
    event_id: UUID,
    permission: Permission,
    now: datetime,
    scope: Scope = Scope.FOLLOWING,
) -> tuple[Event, list[Event]]:
    """A date of a series and the others of the scope, which have not begun, soonest first, all held.

    Held in the order of their ids, as everybody holds several events: nobody waits in a circle.

    Raises:
        NotFound, Forbidden, NotVerified: as `events.get_to_change`, of each. Invalid: it is of no series.
        SeriesStarted: it has begun itself.
    """
    asked = events.get_visible(session, actor, event_id)
    if asked.series_id is None:
        raise errors.Invalid("scope", "no-series")
    hold(session, asked.series_id)
    is_open = sa.and_(Event.starts_at > now, *_within_reach(actor, asked))
    query = sa.select(Event.id).where(
        Event.series_id == asked.series_id, sa.or_(Event.id == event_id, is_open)
    )
    held = [
        events.get_to_change(session, actor, id_, permission)
        for id_ in session.scalars(query.order_by(Event.id)).all()
    ]
    event = next(one for one in held if one.id == event_id)
    if event.starts_at <= now:
        raise errors.SeriesStarted(starts_at=event.local(event.starts_at))
    others = [
        one
        for one in held
        if one.id != event_id and one.starts_at > now and (scope is Scope.ALL or _is_later(one, event))
    ]
    return event, sorted(others, key=_start)


def beside(
    session: Session,
    actor: Actor,
    event: Event,
    now: datetime,
    is_meant: Callable[[Event, Event], bool],
) -> tuple[int, int]:
    """How many earlier and later dates of its series an act could take with an event; none of them has begun.

    `is_meant`: whether it is about the second date as it is about the first.
    """
    if event.series_id is None or event.starts_at <= now:
        return 0, 0
    query = sa.select(Event).where(
        Event.series_id == event.series_id,
        Event.id != event.id,
        Event.starts_at > now,
        *_within_reach(actor, event),
    )
    others = [one for one in session.scalars(query) if is_meant(event, one)]
    later = sum(_is_later(one, event) for one in others)
    return len(others) - later, later


def is_on(_event: Event, one: Event) -> bool:
    """Whether another date, too, can be called off."""
    return not one.is_cancelled


def is_seen(_event: Event, one: Event) -> bool:
    """Whether another date, too, can be hidden."""
    return not (one.is_draft or one.is_hidden)


def is_off_with(event: Event, one: Event) -> bool:
    """Whether two dates were called off by one act, of which there is one at a moment."""
    return one.is_cancelled and one.cancelled_at == event.cancelled_at


def is_hidden_as(event: Event, one: Event) -> bool:
    """Whether two dates are out of sight for one reason."""
    return one.is_hidden and (one.hidden_by, one.hidden_reason) == (event.hidden_by, event.hidden_reason)


def _within_reach(actor: Actor, event: Event) -> list[sa.ColumnElement[bool]]:
    """Of a series that stands in several regions a coordinator is asked about the event's own alone."""
    return [] if actor.organizes(event.organization_id) else [Event.region_code == event.region_code]


def _is_later(one: Event, than: Event) -> bool:
    return _start(one) > _start(than)


def _start(event: Event) -> tuple[datetime, UUID]:
    return event.starts_at, event.id


def soonest_first(event: Event, others: Sequence[Event]) -> list[Event]:
    """So that who goes to several hears of the first of them."""
    return sorted((event, *others), key=_start)
