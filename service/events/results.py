"""What came of an event: given by its organizer, corrected by its region's coordinator, for the report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.events import events, unusual
from service.models import AuditAction, Event, EventResult, WasteUnit
from service.models.results import FIGURES, MEASURED_FIGURES

ORGANIZER_HAS = timedelta(days=14)
"""So long after the end its organizer gives and mends a result: as long as kept records are taken."""

COORDINATOR_HAS = timedelta(days=90)

_GRAIN = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class WasteFactors:
    """Tonnes of a bag and of a cubic metre of waste."""

    bag_t: float
    m3_t: float

    def tonnes(self, amount: Decimal, unit: WasteUnit) -> Decimal:
        """To the kilogram."""
        factor = {WasteUnit.TONNES: 1, WasteUnit.BAGS: self.bag_t, WasteUnit.CUBIC_METRES: self.m3_t}[unit]
        return _to_grain(amount * Decimal(str(factor)))


@dataclass(frozen=True, slots=True)
class Waste:
    """How much was taken away, as it was measured."""

    amount: float
    unit: WasteUnit


@dataclass(frozen=True, slots=True)
class Result:
    """What somebody says of an event. `figures`: by name as in the model; None where nobody says anything."""

    waste: Waste | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    note: str | None = None

    def columns(self, factors: WasteFactors) -> dict[str, Any]:
        """All columns of `event_result` that are said."""
        measured = {name: self.figures.get(name) for name in MEASURED_FIGURES}
        said = {name: self.figures.get(name) for name in FIGURES} | {
            name: None if value is None else _to_grain(Decimal(str(value)))
            for name, value in measured.items()
        }
        if self.waste is None:
            waste: dict[str, Any] = {"waste_t": None, "waste_amount": None, "waste_unit": None}
        else:
            amount = _to_grain(Decimal(str(self.waste.amount)))
            tonnes = factors.tonnes(amount, self.waste.unit)
            waste = {"waste_t": tonnes, "waste_amount": amount, "waste_unit": self.waste.unit}
        return said | waste | {"note": self.note}


def _to_grain(value: Decimal) -> Decimal:
    return value.quantize(_GRAIN, ROUND_HALF_UP)


def put(
    session: Session,
    actor: Actor,
    event_id: UUID,
    version: int,
    result: Result,
    factors: WasteFactors,
    now: datetime,
) -> EventResult:
    """Say what came of an event, in place of what was said before; the same again changes nothing.

    `version`: of the result that the caller has seen; where there is none it is compared with nothing.

    Raises:
        NotFound, Forbidden, NotVerified. NotPublished, Cancelled: nothing took place. NotStarted.
        ResultClosed: too long after the end for this caller. Stale: made from an older version.
    """
    event = events.lock_places(session, event_id)
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    require(actor, Permission.GIVE_RESULT, events.target_of(event))
    _check_moment(event, actor, now)
    columns = result.columns(factors)
    stored = session.get(EventResult, event_id, populate_existing=True)
    if stored is None:
        stored = EventResult(
            event_id=event_id,
            version=1,
            created_by=actor.volunteer_id,
            created_at=now,
            updated_by=actor.volunteer_id,
            updated_at=now,
            **columns,
        )
        session.add(stored)
        changed = sorted(name for name, value in columns.items() if value is not None)
    else:
        changed = sorted(name for name, value in columns.items() if getattr(stored, name) != value)
        if not changed:
            return stored
        if stored.version != version:
            raise errors.Stale(version=stored.version)
        for name in changed:
            setattr(stored, name, columns[name])
        stored.version += 1
        stored.updated_by, stored.updated_at = actor.volunteer_id, now
    _note(session, actor, event, stored, changed, now)
    return stored


def _check_moment(event: Event, actor: Actor, now: datetime) -> None:
    check_open(event, actor, now)
    if now < event.starts_at:
        raise errors.NotStarted(starts_at=event.local(event.starts_at))


def check_open(event: Event, actor: Actor, now: datetime) -> None:
    """Do nothing while this actor can still say something of what comes of an event, also before its start.

    Raises:
        NotPublished, Cancelled: nothing takes place. ResultClosed.
    """
    if event.is_secret:
        raise errors.NotPublished()
    if event.never_began:
        raise events.cancelled(event)
    closed_at = closes_at(event, actor)
    if now > closed_at:
        is_own = actor.organizes(event.organization_id)
        raise (errors.ResultClosed if is_own else errors.ResultClosedForAll)(closed_at=closed_at)


def closes_at(event: Event, actor: Actor) -> datetime:
    """Until when this actor can say it, by the event's clock."""
    has = ORGANIZER_HAS if actor.organizes(event.organization_id) else COORDINATOR_HAS
    return event.local(event.presence_ends_at + has)


def _note(
    session: Session, actor: Actor, event: Event, stored: EventResult, changed: list[str], now: datetime
) -> None:
    """Who has said it when, and what a coordinator should look at."""
    detail = {"version": stored.version, "changed": changed}
    events.record(session, actor, AuditAction.RESULT_SET, event, now, detail=detail)
    unusual.look(session, actor, event, changed, now)


def by_event(session: Session, event_ids: Iterable[UUID]) -> dict[UUID, EventResult]:
    """The results of a whole list of events, of those that have one."""
    found = session.scalars(_OF_EVENTS, {"event_ids": list(event_ids)})
    return {one.event_id: one for one in found}


_OF_EVENTS = sa.select(EventResult).where(
    EventResult.event_id == sa.any_(sa.bindparam("event_ids", type_=ARRAY(sa.Uuid)))
)
