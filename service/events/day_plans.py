"""A coordinator's plan of one day, copied to organizations as drafts that they complete and publish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require_coordinator
from service.events import districts, events, plans
from service.events.plans import Plan
from service.geography import places
from service.models import AuditAction, Event, EventStatus, Organization
from service.models.base import COUNTRY_ZONE, LocalizedText
from service.organizations import organizations
from service.platform import outbox
from service.platform.idempotency import content_hash, find_stored, store_once

MAX_ORGANIZATIONS = 100


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What a coordinator plans, under the client's own id."""

    id: UUID
    title: LocalizedText
    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of it for one organization: a draft, or why there is none."""

    organization_id: UUID
    event_id: UUID | None
    refusal: errors.ServiceError | None = None


def copy_to(
    session: Session, actor: Actor, plan: DayPlan, organization_ids: Sequence[UUID], now: datetime
) -> list[Planned]:
    """Make a draft for each verified organization of the actor's regions, and tell its organizers, once each.

    It stands where the organization's last event was, else in the largest place of its region. Sent again,
    also with more organizations, the plan leaves the drafts that it has made as they are by now.

    Raises:
        Forbidden, SecondFactorRequired: coordinates nothing. Invalid: the day breaks a rule, or is over.
        IdReused: another plan has this id.
    """
    require_coordinator(actor)
    if plan.ends_at <= now:
        raise errors.Invalid("ends_at", "in-the-past")
    found = {
        one.id: one
        for one in session.scalars(sa.select(Organization).where(Organization.id.in_(organization_ids)))
    }
    last = _last_events(session, list(found))
    made = []
    # In the order of the ids: two of the same plan at once wait for each other, and never in a circle.
    for id_ in sorted(set(organization_ids)):
        made.append(_copy(session, actor, plan, id_, found.get(id_), last.get(id_), now))
    return made


def _copy(
    session: Session,
    actor: Actor,
    plan: DayPlan,
    organization_id: UUID,
    organization: Organization | None,
    last: Event | None,
    now: datetime,
) -> Planned:
    if organization is None or not may(actor, Permission.PLAN_EVENTS, organizations.target_of(organization)):
        return Planned(organization_id, None, errors.NotFound(errors.Thing.ORGANIZATION))
    if not organization.is_verified:
        return Planned(organization_id, None, errors.NotVerified())
    event_id, digest = uuid5(plan.id, str(organization_id)), _digest(actor, plan, organization_id)
    stored = find_stored(session, Event, event_id, digest)
    if stored is not None:
        return Planned(organization_id, stored.id)
    event = _draft(plan, organization_id, last, organization.region_code)
    event.id, event.content_hash = event_id, digest
    event.created_by, event.created_at = actor.volunteer_id, now
    districts.settle(session, event, None)
    stored, is_new = store_once(session, event)
    if is_new:
        events.record(session, actor, AuditAction.EVENT_PLANNED, stored, now, detail={"plan": str(plan.id)})
        told = plans.facts_of(stored)
        outbox.enqueue(
            session,
            "event_planned",
            now,
            told,
            event_id=stored.id,
            organization_id=organization_id,
            created_by=actor.volunteer_id,
        )
    return Planned(organization_id, stored.id)


def _digest(actor: Actor, plan: DayPlan, organization_id: UUID) -> str:
    """What makes two plans the same: not where the draft stands, which its organizer moves."""
    said = {"by": actor.volunteer_id, "plan": plan.id, "title": plan.title, "kind": plan.kind}
    times = {"starts_at": plan.starts_at, "ends_at": plan.ends_at}
    return content_hash(said | times | {"organization": organization_id})


def _draft(plan: DayPlan, organization_id: UUID, last: Event | None, region_code: str) -> Event:
    """Raises Invalid: the day breaks a rule."""
    event = Event(organization_id=organization_id, status=EventStatus.DRAFT, going=0, waitlisted=0, version=1)
    said = Plan(
        title=plan.title,
        description={},
        kind=plan.kind,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        zone=COUNTRY_ZONE.key,
        **_place_of(last, region_code),
    )
    plans.apply(event, said)
    return event


def _place_of(last: Event | None, region_code: str) -> Mapping[str, Any]:
    """Where the organization was last, else the largest place of its region: its organizer moves it."""
    if last is None:
        place = next(one for one in places.all_places() if one.region_code == region_code)
        area = {"type": "circle", "radius_m": 150}
        return {"latitude": place.latitude, "longitude": place.longitude, "area": area}
    return {
        "latitude": last.latitude,
        "longitude": last.longitude,
        "area": last.area,
        "address": last.address,
        "address_names": last.current_address_names,
    }


def _last_events(session: Session, organization_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
    """The latest event of each in its own region, drafts aside."""
    query = (
        sa.select(Event)
        .join(Organization, Organization.id == Event.organization_id)
        .where(
            Event.organization_id.in_(organization_ids),
            Event.region_code == Organization.region_code,
            Event.status != EventStatus.DRAFT,
        )
        .order_by(Event.organization_id, Event.day.desc(), Event.id.desc())
        .ext(distinct_on(Event.organization_id))
    )
    return {event.organization_id: event for event in session.scalars(query)}
