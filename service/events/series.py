"""Series: one plan on many dates, each an event of its own; and what is done to the later ones, too."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.events import districts, events, plans, recurrence, restoring, visibility
from service.events.plans import Plan
from service.events.recurrence import Repeat
from service.events.told import Told
from service.models import AuditAction, Event, EventSeries
from service.platform import outbox
from service.platform.idempotency import content_hash, store_once

WHEN = frozenset({"starts_at", "ends_at", "zone"})
WHERE = frozenset({"latitude", "longitude", "area", "address", "address_names"})
FOUND = frozenset({"day", "region_code", "district_code"})
"""What follows from when and where; a district is said where no outlines of districts are known."""


class Scope(StrEnum):
    """Which dates of a series something is done to."""

    THIS = "this"
    FOLLOWING = "following"
    """This one and the later ones, of which none may have begun."""
    ALL = "all"
    """This one, which may not have begun, and every other that has not begun yet."""


CHANGES = (Scope.THIS, Scope.FOLLOWING)
"""What is changed or published has no earlier dates: they would follow what comes after them."""


def create(
    session: Session,
    actor: Actor,
    organization_id: UUID,
    plan: Plan,
    repeat: Repeat,
    now: datetime,
    event_id: UUID | None = None,
) -> list[Event]:
    """Make a draft for each date, the first under the client's id; returns them, soonest first.

    The same id with the same content gives what is stored of them by now.

    Raises:
        NotFound, Forbidden, NotVerified, Invalid, OutsideKazakhstan, IdReused: as `events.create`. Invalid,
        too: the rule, or its end (`recurrence.dates`).
    """
    events.require_creation(session, actor, organization_id)
    times = recurrence.dates(repeat, plan.starts_at, plan.ends_at, plan.zone)
    said = {"by": actor.volunteer_id, "organization": organization_id, "repeat": asdict(repeat)}
    digest = content_hash(said | plans.content_of(plan))
    first = events.draft(actor, organization_id, plan, now, event_id, digest)
    districts.settle(session, first, plan.district_code)
    stored, is_new = store_once(session, first)
    if not is_new:
        return [stored, *(one for one in _dates(session, stored.series_id) if one.id != stored.id)]
    series = EventSeries(rrule=repeat.text, created_at=now)
    session.add(series)
    session.flush()
    stored.series_id = series.id
    made = [
        stored,
        *(
            _later(actor, stored, replace(plan, starts_at=starts_at, ends_at=ends_at), now)
            for starts_at, ends_at in times[1:]
        ),
    ]
    session.add_all(made)
    session.flush()
    for one in made:
        events.record(session, actor, AuditAction.EVENT_CREATED, one, now)
    return made


def _later(actor: Actor, first: Event, plan: Plan, now: datetime) -> Event:
    """The draft of another date; its place, and so its district, is that of the first."""
    made = events.draft(actor, first.organization_id, plan, now, None, first.content_hash)
    made.series_id = first.series_id
    made.district_code, made.districts_version = first.district_code, first.districts_version
    return made


def dates(session: Session, actor: Actor | None, series_id: UUID) -> list[Event]:
    """The events of a series that the actor may know of, soonest first; those called off, too."""
    return [one for one in _dates(session, series_id) if events.is_visible(session, actor, one)]


def _dates(session: Session, series_id: UUID | None) -> Sequence[Event]:
    query = sa.select(Event).where(Event.series_id == series_id).order_by(Event.starts_at, Event.id)
    return session.scalars(query).all()


def change(
    session: Session,
    actor: Actor,
    event_id: UUID,
    version: int,
    changes: Mapping[str, Any],
    now: datetime,
    scope: Scope = Scope.THIS,
    reason: str | None = None,
) -> list[Event]:
    """Change parts of the plan, of this date or of the later ones, too; returns them, this one first.

    The later ones follow in what becomes another for this one: its new hours by the clock and as many days
    later or earlier, its new place, its new texts. What was changed on one of them alone stays as it is, and
    who goes to several hears of it once, with the reason if given.

    Raises:
        As `events.change`; of the later ones, too. SeriesStarted, Invalid: as `with_others`.
    """
    if scope is Scope.THIS:
        return [events.change(session, actor, event_id, version, changes, now, reason)]
    event, later = with_others(session, actor, event_id, Permission.CHANGE_EVENT, now)
    events.check_version(event, version)
    before, told = _Hours.of(event), Told() if later else None
    changed = events.put(session, actor, event, changes, now, told, reason)
    event.series_own = sorted(set(event.series_own) - changed)
    open_ones = [one for one in later if not one.is_cancelled]
    for one in open_ones:
        follows = _changes_for(one, event, before, changed, changes)
        if follows:
            _put(session, actor, one, follows, now, told, reason)
    return [event, *open_ones]


def _put(
    session: Session,
    actor: Actor,
    event: Event,
    changes: Mapping[str, Any],
    now: datetime,
    told: Told | None,
    reason: str | None,
) -> None:
    try:
        events.put(session, actor, event, changes, now, told, reason)
    except errors.CapacityBelowGoing as refusal:
        # Which of the dates it is, nobody could guess.
        day = event.local(event.starts_at)
        raise errors.CapacityBelowGoing(
            "capacity", "capacity-below-going-then", going=refusal.data["going"], starts_at=day
        ) from refusal


@dataclass(frozen=True, slots=True)
class _Hours:
    """When an event is, by the clocks on its wall."""

    start: datetime
    length: timedelta

    @classmethod
    def of(cls, event: Event) -> "_Hours":
        zone = ZoneInfo(event.zone)
        return cls(
            event.local(event.starts_at).replace(tzinfo=None),
            recurrence.wall_length(event.starts_at, event.ends_at, zone),
        )


def _changes_for(
    one: Event, changed: Event, before: _Hours, names: Set[str], said: Mapping[str, Any]
) -> dict[str, Any]:
    """What becomes another for a later date, given that `names` have for the one that was changed."""
    own = frozenset(one.series_own)
    follows = {name: getattr(changed, name) for name in names - own - WHEN - WHERE - FOUND}
    if "bring" in follows:
        follows["bring"] = tuple(changed.bring)
    if names & WHERE and not own & WHERE:
        follows |= {name: getattr(changed, name) for name in WHERE}
        follows["address_names"] = changed.current_address_names
    if "district_code" in said and not own & (WHERE | FOUND):
        follows["district_code"] = said["district_code"]
    if names & WHEN and not own & WHEN:
        after, was = _Hours.of(changed), _Hours.of(one)
        moved = was.start + timedelta(days=(after.start.date() - before.start.date()).days)
        local = datetime.combine(moved, after.start.time())
        starts_at, ends_at = recurrence.local_times(local, after.length, ZoneInfo(changed.zone))
        follows |= {"starts_at": starts_at, "ends_at": ends_at, "zone": changed.zone}
    return follows


def publish(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Let everybody see this date, or the drafts among this and the later ones; returns them.

    Who lives near is told of the first that comes out.

    Raises:
        As `events.publish`; NotADraft: none of them is. SeriesStarted, Invalid: as `with_others`.
    """
    if scope is Scope.THIS:
        return [events.publish(session, actor, event_id, now)]
    event, later = with_others(session, actor, event_id, Permission.CHANGE_EVENT, now)
    drafts = [one for one in (event, *later) if one.is_draft]
    if not drafts:
        raise errors.NotADraft(event_status=event.status)
    for one in drafts:
        events.let_out(session, actor, one, now)
    outbox.enqueue(session, "nearby_event", now, plans.facts_of(drafts[0]), event_id=drafts[0].id)
    return drafts


def cancel(
    session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Call off this date, or others with it that are on; who goes to several hears once. Returns all of them.

    Raises:
        As `events.cancel`. SeriesStarted, Invalid: as `with_others`.
    """
    if scope is Scope.THIS:
        return [events.cancel(session, actor, event_id, reason, now)]
    event, others = with_others(session, actor, event_id, Permission.CANCEL_EVENT, now, scope)
    others = [one for one in others if is_on(event, one)]
    told = Told() if others else None
    for one in _soonest_first(event, others):
        if not one.is_cancelled:
            events.take_off(session, actor, one, reason, now, told)
    return [event, *others]


def restore(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Let this date take place after all, or those of the others, too, that were called off with it.

    Another date that was called off by itself stays off. Returns what is restored, or stands already, this
    one first.

    Raises:
        As `restoring.restore`. SeriesStarted, Invalid: as `with_others`.
    """
    if scope is Scope.THIS:
        return [restoring.restore(session, actor, event_id, now)]
    event, others = with_others(session, actor, event_id, Permission.RESTORE_EVENT, now, scope)
    if not event.is_cancelled:
        return [event]
    together = [one for one in others if is_off_with(event, one)]
    told = Told() if together else None
    for one in _soonest_first(event, together):
        restoring.bring_back(session, actor, one, now, told)
    return [event, *together]


def hide(
    session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Take this date out of sight, or others with it; returns them, this one first.

    Drafts nobody sees, and what is hidden for a reason of its own keeps it.

    Raises:
        As `visibility.hide`. SeriesStarted, Invalid: as `with_others`.
    """
    if scope is Scope.THIS:
        return [visibility.hide(session, actor, event_id, reason, now)]
    event, others = with_others(session, actor, event_id, Permission.HIDE_EVENT, now, scope)
    if event.is_draft:
        raise errors.NotPublished()
    seen = [one for one in others if is_seen(event, one) or is_hidden_as(event, one)]
    told = Told() if seen else None
    for one in _soonest_first(event, seen):
        visibility.take_out_of_sight(session, actor, one, reason, now, told)
    return [event, *seen]


def show(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Bring this date back into sight, or those of the others, too, that are hidden as it is; this one first.

    Another date that was hidden for a reason of its own stays hidden.

    Raises:
        As `visibility.show`. SeriesStarted, Invalid: as `with_others`.
    """
    if scope is Scope.THIS:
        return [visibility.show(session, actor, event_id, now)]
    event, others = with_others(session, actor, event_id, Permission.HIDE_EVENT, now, scope)
    together = [one for one in others if is_hidden_as(event, one)]
    told = Told() if together else None
    for one in _soonest_first(event, together):
        visibility.bring_into_sight(session, actor, one, now, told)
    return [event, *together]


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


def _within_reach(actor: Actor, event: Event) -> list[sa.ColumnElement[bool]]:
    """Of a series that stands in several regions a coordinator is asked about the event's own alone."""
    return [] if actor.organizes(event.organization_id) else [Event.region_code == event.region_code]


def _is_later(one: Event, than: Event) -> bool:
    return _start(one) > _start(than)


def _start(event: Event) -> tuple[datetime, UUID]:
    return event.starts_at, event.id


def _soonest_first(event: Event, others: Sequence[Event]) -> list[Event]:
    """So that who goes to several hears of the first of them."""
    return sorted((event, *others), key=_start)


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
