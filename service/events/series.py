"""Series: one plan on many dates, each an event of its own; and what is done to the later ones, too."""

from collections.abc import Mapping, Sequence, Set
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
from service.events import districts, events, plans, recurrence, restoring
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
        As `events.change`; of the later ones, too. SeriesStarted, Invalid: as `_following`.
    """
    if scope is Scope.THIS:
        return [events.change(session, actor, event_id, version, changes, now, reason)]
    event, later = _following(session, actor, event_id, Permission.CHANGE_EVENT, now)
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
        As `events.publish`; NotADraft: none of them is. SeriesStarted, Invalid: as `_following`.
    """
    if scope is Scope.THIS:
        return [events.publish(session, actor, event_id, now)]
    event, later = _following(session, actor, event_id, Permission.CHANGE_EVENT, now)
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
    """Call off this date, or this and the later ones; who goes to several hears once. Returns them.

    Raises:
        As `events.cancel`. SeriesStarted, Invalid: as `_following`.
    """
    if scope is Scope.THIS:
        return [events.cancel(session, actor, event_id, reason, now)]
    event, later = _following(session, actor, event_id, Permission.CANCEL_EVENT, now)
    told = Told() if later else None
    for one in (event, *later):
        if not one.is_cancelled:
            events.take_off(session, actor, one, reason, now, told)
    return [event, *later]


def restore(
    session: Session, actor: Actor, event_id: UUID, now: datetime, scope: Scope = Scope.THIS
) -> list[Event]:
    """Let this date take place after all, or those of the later ones, too, that were called off with it.

    A later date that was called off by itself stays off. Returns what is restored, or stands already.

    Raises:
        As `restoring.restore`. SeriesStarted, Invalid: as `_following`.
    """
    if scope is Scope.THIS:
        return [restoring.restore(session, actor, event_id, now)]
    event, later = _following(session, actor, event_id, Permission.RESTORE_EVENT, now)
    if not event.is_cancelled:
        return [event]
    together = [one for one in later if _is_off_with(event, one)]
    told = Told() if together else None
    for one in (event, *together):
        restoring.bring_back(session, actor, one, now, told)
    return [event, *together]


def off_with(session: Session, event: Event, now: datetime) -> int:
    """How many later dates of a series were called off together with one that has not begun yet."""
    if event.series_id is None or event.starts_at <= now:
        return 0
    return sum(_is_off_with(event, one) for one in _dates(session, event.series_id) if _is_later(one, event))


def _is_off_with(event: Event, one: Event) -> bool:
    """Whether two dates were called off by one act, of which there is one at a moment."""
    return one.is_cancelled and one.cancelled_at == event.cancelled_at


def _is_later(one: Event, than: Event) -> bool:
    return (one.starts_at, one.id) > (than.starts_at, than.id)


def _following(
    session: Session, actor: Actor, event_id: UUID, permission: Permission, now: datetime
) -> tuple[Event, list[Event]]:
    """A date of a series and the later ones that have not begun, soonest first, all held.

    Held in the order of their ids, as everybody holds several events: two who change a series wait for each
    other, and never in a circle.

    Raises:
        NotFound, Forbidden, NotVerified: as `events.get_to_change`, of each. Invalid: it is of no series.
        SeriesStarted: it has begun itself.
    """
    series_id = events.get_visible(session, actor, event_id).series_id
    if series_id is None:
        raise errors.Invalid("scope", "no-series")
    query = sa.select(Event.id).where(
        Event.series_id == series_id, sa.or_(Event.id == event_id, Event.starts_at > now)
    )
    held = [
        events.get_to_change(session, actor, id_, permission)
        for id_ in session.scalars(query.order_by(Event.id)).all()
    ]
    event = next(one for one in held if one.id == event_id)
    if event.starts_at <= now:
        raise errors.SeriesStarted(starts_at=event.local(event.starts_at))
    later = [one for one in held if _is_later(one, event) and one.starts_at > now]
    return event, sorted(later, key=lambda one: (one.starts_at, one.id))
