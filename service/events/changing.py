"""Changing an event: parts of its plan, and who is told of it."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import districts, events, frozen, plans, series_scopes, waitlist
from service.events.told import Told
from service.ledger import ledger
from service.models import AuditAction, Event, EventStatus

DECIDE_AGE = frozenset({"day", "min_age", "hazard"})


def change(
    session: Session,
    actor: Actor,
    event_id: UUID,
    version: int,
    changes: Mapping[str, Any],
    now: datetime,
    reason: str | None = None,
) -> Event:
    """Change parts of the plan; a change of time or place tells the participants, and the reason if given.

    Who is too young for what it is now is taken off the list and told; the line gets what is free. Of a
    series it is this date alone, which has these parts for itself from now on.

    Raises:
        NotFound, Forbidden. Stale: made from an older version. Cancelled.
        ChangesClosed, AlreadyStarted: what would change is frozen.
        Invalid, OutsideKazakhstan: the new plan breaks a rule. Invalid, too: another date of its series is
        at that time. CapacityBelowGoing.
    """
    event = events.get_to_change(session, actor, event_id)
    check_version(event, version)
    changed = put(session, actor, event, changes, now, reason=reason)
    if event.series_id is not None:
        event.series_own = sorted(changed.union(event.series_own))
        series_scopes.check_moved(session, event.series_id, {event: changed})
    return event


def check_version(event: Event, version: int) -> None:
    """Raise Stale for a change that was made from another version, Cancelled where it is too late for any."""
    if event.version != version:
        raise errors.Stale(version=event.version)
    if event.is_cancelled:
        raise events.cancelled(event)


def put(
    session: Session,
    actor: Actor,
    event: Event,
    changes: Mapping[str, Any],
    now: datetime,
    told: Told | None = None,
    reason: str | None = None,
) -> frozenset[str]:
    """Change parts of the plan of an event that is held; returns the columns that have another value now.

    `told`: who hears of this very change at another date of its series, and is not told again; this one's
    people are added. Raises what `change` does about the new plan.
    """
    before = {name: getattr(event, name) for name in plans.COLUMNS}
    plans.apply(event, plans.changed(event, changes))
    districts.follow(session, event, before, changes)
    changed = frozenset(name for name, value in before.items() if getattr(event, name) != value)
    frozen.check(session, event, before, changed, now)
    if changed & DECIDE_AGE:
        waitlist.remove_too_young(session, event, now, told)
    if "capacity" in changed:
        waitlist.check_capacity(session, event, now)
    event.is_changed(now)
    if event.status == EventStatus.PUBLISHED:
        was_in = ledger.Cell(before["day"], before["region_code"], before["district_code"])
        ledger.move_event(session, event.id, was_in, ledger.Cell.of(event))
        _owe_changed(session, actor, event, before, changed, now, told, reason)
    events.record(session, actor, AuditAction.EVENT_CHANGED, event, now, detail={"fields": sorted(changed)})
    events.tell_changed(session, event, changed, now)
    waitlist.fill_from_waitlist(session, event, now)
    return changed


def _owe_changed(
    session: Session,
    actor: Actor,
    event: Event,
    before: Mapping[str, Any],
    changed: Set[str],
    now: datetime,
    told: Told | None,
    reason: str | None,
) -> None:
    is_elsewhere = changed & {"latitude", "longitude", "area"} or plans.is_address_news(before, event)
    what = ["time"] if changed & {"starts_at", "ends_at", "day"} else []
    what += ["place"] if is_elsewhere else []
    if what:
        facts = plans.facts_of(event) | {"changed": what} | ({"reason": reason} if reason else {})
        events.owe(session, event, "event_changed", facts, actor.volunteer_id, now, told)
