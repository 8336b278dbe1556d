"""Changing a date of a series, and with it the later ones."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.events import changing, recurrence, series_scopes
from service.events.series_scopes import Scope
from service.events.told import Told
from service.models import Event

WHEN = frozenset({"starts_at", "ends_at", "zone"})
WHERE = frozenset({"latitude", "longitude", "area", "address", "address_names"})
FOUND = frozenset({"day", "region_code", "district_code"})
"""What follows from when and where; a district is said where no outlines of districts are known."""


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
        As `changing.change`; of the later ones, too. SeriesStarted, Invalid: as `series_scopes.with_others`.
    """
    if scope is Scope.THIS:
        return [changing.change(session, actor, event_id, version, changes, now, reason)]
    event, later = series_scopes.with_others(session, actor, event_id, Permission.CHANGE_EVENT, now)
    changing.check_version(event, version)
    before, told = _Hours.of(event), Told() if later else None
    changed = changing.put(session, actor, event, changes, now, told, reason)
    event.series_own = sorted(set(event.series_own) - changed)
    open_ones = [one for one in later if not one.is_cancelled]
    columns = {event: changed}
    for one in open_ones:
        follows = _changes_for(one, event, before, changed, changes)
        if follows:
            columns[one] = _put(session, actor, one, follows, now, told, reason)
    if event.series_id is not None:
        series_scopes.check_moved(session, event.series_id, columns)
    return [event, *open_ones]


def _put(
    session: Session,
    actor: Actor,
    event: Event,
    changes: Mapping[str, Any],
    now: datetime,
    told: Told | None,
    reason: str | None,
) -> frozenset[str]:
    try:
        return changing.put(session, actor, event, changes, now, told, reason)
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
    if names & WHERE and not own & WHERE:
        follows |= {name: getattr(changed, name) for name in WHERE}
    if "district_code" in said and not own & (WHERE | FOUND):
        follows["district_code"] = said["district_code"]
    if names & WHEN and not own & WHEN:
        after, was = _Hours.of(changed), _Hours.of(one)
        moved = was.start + timedelta(days=(after.start.date() - before.start.date()).days)
        local = datetime.combine(moved, after.start.time())
        starts_at, ends_at = recurrence.local_times(local, after.length, ZoneInfo(changed.zone))
        follows |= {"starts_at": starts_at, "ends_at": ends_at, "zone": changed.zone}
    return follows
