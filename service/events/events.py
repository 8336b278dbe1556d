"""Events: creating, changing, publishing, cancelling, finding."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from math import cos, radians
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import h3
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require
from service.geography import areas, places, regions
from service.geography.geodesy import EARTH_RADIUS_M
from service.ledger import ledger
from service.models import Attendance, Event, EventStatus
from service.models.base import LocalizedText, new_id
from service.organizations import organizations
from service.platform import outbox
from service.platform.idempotency import content_hash

CELL_RESOLUTION = 11
MAX_DURATION = timedelta(hours=24)
FROZEN_ONCE_STARTED = ("day", "latitude", "longitude", "area", "region_code", "starts_at")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an organizer says of an event. Times are aware; `region_code` None: that of the meeting point."""

    title: LocalizedText
    description: LocalizedText
    kind: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    latitude: float
    longitude: float
    address: str
    area: Mapping[str, Any]
    region_code: str | None = None
    district_code: str | None = None
    capacity: int | None = None
    min_age: int | None = None
    hazard: bool = False
    accessible: bool = False
    walk_ins: bool = True
    bring: tuple[str, ...] = ()


def create(
    session: Session,
    actor: Actor,
    organization_id: UUID,
    plan: Plan,
    now: datetime,
    event_id: UUID | None = None,
) -> Event:
    """Make a draft. The same id with the same plan gives the stored one.

    Raises:
        NotFound, Forbidden: not an organizer there. NotVerified: the organization is not verified.
        Invalid, OutsideKazakhstan: the plan breaks a rule. IdReused: another event has this id.
    """
    organization = organizations.get_visible(session, actor, organization_id)
    require(actor, Permission.CREATE_EVENT, organizations.target_of(organization))
    digest = content_hash({"by": actor.volunteer_id, "organization": organization_id} | asdict(plan))
    stored = session.get(Event, event_id) if event_id else None
    if stored is None:
        if not organization.is_verified:
            raise errors.NotVerified()
        event = Event(
            id=event_id or new_id(),
            organization_id=organization_id,
            status=EventStatus.DRAFT,
            going=0,
            waitlisted=0,
            version=1,
            created_by=actor.volunteer_id,
            created_at=now,
            content_hash=digest,
        )
        _apply(event, plan, now)
        try:
            with session.begin_nested():
                session.add(event)
        except IntegrityError:
            stored = session.get(Event, event.id)
        else:
            return event
    if stored is None or stored.content_hash != digest:
        raise errors.IdReused()
    return stored


def _apply(event: Event, plan: Plan, now: datetime) -> None:
    """Check the plan against the rules and put it into the row."""
    if plan.ends_at <= plan.starts_at:
        raise errors.Invalid("ends_at", "ends-before-start")
    if plan.ends_at - plan.starts_at > MAX_DURATION:
        raise errors.Invalid("ends_at", "too-long")
    region = regions.region_at(plan.latitude, plan.longitude)
    if region is None:
        raise errors.OutsideKazakhstan("meeting_point", "outside-kazakhstan")
    if plan.region_code is not None and plan.region_code != region.code:
        raise errors.Invalid("region", "region-mismatch", region=region.code)
    areas.check(plan.area, plan.latitude, plan.longitude)
    for name, value in asdict(plan).items():
        setattr(event, name, value)
    event.bring = list(plan.bring)
    event.region_code = region.code
    event.day = plan.starts_at.astimezone(ZoneInfo(plan.zone)).date()
    event.cell = h3.str_to_int(h3.latlng_to_cell(plan.latitude, plan.longitude, CELL_RESOLUTION))
    event.search = places.fold(" ".join([*plan.title.values(), plan.address]))


def plan_of(event: Event) -> Plan:
    """The plan that an event was made from, to change parts of it."""
    values = {name: getattr(event, name) for name in Plan.__dataclass_fields__}
    return Plan(**values | {"bring": tuple(event.bring), "region_code": None})


def target_of(event: Event) -> Target:
    """What permissions about this event are judged by."""
    return Target(organization_id=event.organization_id, region_code=event.region_code)


def get(session: Session, event_id: UUID) -> Event:
    """Raises NotFound."""
    event = session.get(Event, event_id)
    if event is None:
        raise errors.NotFound()
    return event


def get_visible(session: Session, actor: Actor | None, event_id: UUID) -> Event:
    """An event; a draft only for its organizers and its region's coordinators. Raises NotFound."""
    event = get(session, event_id)
    if event.is_draft and not may(actor, Permission.SEE_DRAFT, target_of(event)):
        raise errors.NotFound()
    return event


def _get_to_change(session: Session, actor: Actor, event_id: UUID) -> Event:
    """The event, locked, for its organizer. Raises NotFound, Forbidden."""
    event = session.get(Event, event_id, with_for_update=True)
    if event is None or (event.is_draft and not may(actor, Permission.SEE_DRAFT, target_of(event))):
        raise errors.NotFound()
    require(actor, Permission.CHANGE_EVENT, target_of(event))
    return event


def has_presence(session: Session, event_id: UUID) -> bool:
    """Whether somebody has checked in."""
    return bool(session.scalar(sa.select(sa.exists().where(Attendance.event_id == event_id))))


def change(
    session: Session, actor: Actor, event_id: UUID, version: int, changes: Mapping[str, Any], now: datetime
) -> Event:
    """Change parts of the plan; a change of time or place tells the participants.

    Raises:
        NotFound, Forbidden. Stale: made from an older version. Cancelled, AlreadyOver.
        AlreadyStarted: somebody is there, and place, area or day would change.
        Invalid, OutsideKazakhstan: the new plan breaks a rule.
    """
    event = _get_to_change(session, actor, event_id)
    if event.version != version:
        raise errors.Stale(version=event.version)
    if event.is_cancelled:
        raise cancelled(event)
    before = {name: getattr(event, name) for name in (*FROZEN_ONCE_STARTED, "ends_at", "address")}
    place_and_day = ledger.Cell(event.day, event.region_code)
    _apply(event, replace(plan_of(event), **changes), now)
    changed = {name for name, value in before.items() if getattr(event, name) != value}
    if changed & set(FROZEN_ONCE_STARTED) and has_presence(session, event.id):
        raise errors.AlreadyStarted()
    event.version += 1
    if event.status == "published":
        ledger.move_event(session, event.id, place_and_day, ledger.Cell(event.day, event.region_code))
        _tell_changed(session, actor, event, changed, now)
    session.flush()
    return event


def _tell_changed(session: Session, actor: Actor, event: Event, changed: set[str], now: datetime) -> None:
    what = [
        name
        for name, fields in (
            ("time", {"starts_at", "ends_at", "day"}),
            ("place", {"latitude", "longitude", "address", "area"}),
        )
        if changed & fields
    ]
    if what:
        facts = facts_of(event) | {"changed": what}
        outbox.enqueue(session, "event_changed", now, facts, event_id=event.id, created_by=actor.volunteer_id)


def facts_of(event: Event) -> dict[str, Any]:
    """What words about this event need, as it is now."""
    return {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "zone": event.zone,
        "address": event.address,
    }


def publish(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """Let everybody see the event.

    Raises:
        NotFound, Forbidden, NotADraft, AlreadyOver. NotVerified: the organization is suspended since.
    """
    event = _get_to_change(session, actor, event_id)
    if not event.is_draft:
        raise errors.NotADraft(status=event.status)
    if event.is_over(now):
        raise errors.AlreadyOver()
    if not organizations.get(session, event.organization_id).is_verified:
        raise errors.NotVerified()
    event.status = EventStatus.PUBLISHED
    event.version += 1
    ledger.add(session, event, events=1)
    session.flush()
    outbox.enqueue(session, "nearby_event", now, facts_of(event), event_id=event.id)
    return event


def cancel(session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime) -> Event:
    """Call the event off; who goes or waits is told. Repeated, it changes nothing.

    Raises:
        NotFound, Forbidden, AlreadyOver.
    """
    event = _get_to_change(session, actor, event_id)
    if event.is_cancelled:
        return event
    if event.is_over(now):
        raise errors.AlreadyOver()
    was_published = event.status == EventStatus.PUBLISHED
    event.status, event.cancel_reason, event.cancelled_at = EventStatus.CANCELLED, reason, now
    event.version += 1
    if was_published:
        ledger.add(session, event, events=-1)
        facts = facts_of(event) | {"reason": reason}
        outbox.enqueue(
            session, "event_cancelled", now, facts, event_id=event.id, created_by=actor.volunteer_id
        )
    session.flush()
    return event


def cancelled(event: Event) -> errors.Cancelled:
    """The refusal that says since when, and why, an event is off."""
    return errors.Cancelled(cancelled_at=event.cancelled_at, reason=event.cancel_reason or "")


def announce(
    session: Session, actor: Actor, event_id: UUID, text: str, now: datetime, announcement_id: UUID | None
) -> UUID:
    """Owe a message of the organizer to everyone going; returns the announcement's id.

    Raises:
        NotFound, Forbidden. NotPublished, Cancelled. IdReused: another announcement has this id.
    """
    event = get_visible(session, actor, event_id)
    require(actor, Permission.ANNOUNCE, target_of(event))
    if event.is_draft:
        raise errors.NotPublished()
    if event.is_cancelled:
        raise cancelled(event)
    facts = facts_of(event) | {"text": text}
    entry = outbox.enqueue(
        session,
        "announcement",
        now,
        facts,
        event_id=event.id,
        created_by=actor.volunteer_id,
        entry_id=announcement_id,
        digest=content_hash({"by": actor.volunteer_id, "event": event_id, "text": text}),
    )
    return entry.id


@dataclass(frozen=True, slots=True)
class Search:
    """Which events to find. Days are inclusive; `organization_ids` with drafts for `mine`."""

    first_day: date
    last_day: date
    region_code: str | None = None
    district_code: str | None = None
    kind: str | None = None
    organization_ids: Sequence[UUID] | None = None
    status: str | None = None
    drafts: bool = False
    text: str | None = None


def _conditions(search: Search) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Event.day.between(search.first_day, search.last_day)]
    if search.status:
        conditions.append(Event.status == search.status)
    if not search.drafts:
        conditions.append(Event.status != EventStatus.DRAFT)
        if not search.status:
            conditions.append(Event.status == EventStatus.PUBLISHED)
    for column, value in (
        (Event.region_code, search.region_code),
        (Event.district_code, search.district_code),
        (Event.kind, search.kind),
    ):
        if value is not None:
            conditions.append(column == value)
    if search.organization_ids is not None:
        conditions.append(Event.organization_id.in_(search.organization_ids))
    if search.text:
        conditions.append(Event.search.contains(places.fold(search.text), autoescape=True))
    return conditions


def find(
    session: Session, search: Search, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Event]:
    """Events by start, soonest first; `after` is the (starts_at, id) of the last one seen."""
    query = sa.select(Event).where(*_conditions(search)).order_by(Event.starts_at, Event.id).limit(limit)
    if after:
        query = query.where(sa.tuple_(Event.starts_at, Event.id) > sa.tuple_(*map(sa.literal, after)))
    return session.scalars(query).all()


METRES_PER_DEGREE = 111_000
"""A little less than anywhere in Kazakhstan, so that the box is never too small."""


def find_near(
    session: Session,
    search: Search,
    centre: tuple[float, float],
    within_m: float,
    after: tuple[float, UUID] | None,
    limit: int,
) -> Sequence[tuple[Event, float]]:
    """Events with their distance in metres (great circle), nearest first, within `within_m`.

    A range of the index a day, then the exact distance. `after` is the (distance, id) of the last one seen.
    """
    latitude, longitude = centre
    half = within_m / METRES_PER_DEGREE
    half_width = half / max(0.01, cos(radians(latitude)))
    half_angle = sa.func.sind((Event.latitude - latitude) / 2)
    other = sa.func.sind((Event.longitude - longitude) / 2)
    haversine = (
        half_angle * half_angle + cos(radians(latitude)) * sa.func.cosd(Event.latitude) * other * other
    )
    distance = (2 * EARTH_RADIUS_M * sa.func.asin(sa.func.sqrt(sa.func.least(1.0, haversine)))).label("d")
    days = [
        search.first_day + timedelta(days=n) for n in range((search.last_day - search.first_day).days + 1)
    ]
    inner = (
        sa.select(Event.id.label("id"), distance)
        .where(
            *_conditions(search),
            Event.day.in_(days),
            Event.latitude.between(latitude - half, latitude + half),
            Event.longitude.between(longitude - half_width, longitude + half_width),
        )
        .subquery()
    )
    query = (
        sa.select(Event, inner.c.d)
        .join(inner, inner.c.id == Event.id)
        .where(inner.c.d <= within_m)
        .order_by(inner.c.d, inner.c.id)
        .limit(limit)
    )
    if after:
        query = query.where(sa.tuple_(inner.c.d, inner.c.id) > sa.tuple_(*map(sa.literal, after)))
    return [(event, distance_m) for event, distance_m in session.execute(query)]
