"""Events: making, finding and publishing them; `changing` and `calling_off` have what comes after."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from service import errors
from service.access import Actor, Permission, Target, may, require
from service.audit import audit
from service.events import districts, plans
from service.events.plans import Plan
from service.events.told import Told
from service.happenings import EventChanged, tell
from service.ledger import ledger
from service.models import (
    Attendance,
    AuditAction,
    Event,
    EventStatus,
    Organization,
    Signup,
    SignupStatus,
)
from service.models.base import new_id
from service.organizations import contacts, organizations
from service.organizations.contacts import ContactSaid
from service.platform import outbox
from service.platform.idempotency import content_hash, store_once
from service.platform.written import Written


def create(
    session: Session,
    actor: Actor,
    organization_id: UUID,
    plan: Plan,
    now: datetime,
    event_id: UUID | None = None,
    contact: ContactSaid | None = None,
) -> Event:
    """Make a draft with its own contact. The same id with the same content gives the stored one as it is.

    Raises:
        NotFound, Forbidden: not an organizer there. NotVerified: the organization is not verified.
        Invalid, OutsideKazakhstan: the plan breaks a rule. IdReused: another event has this id.
        Invalid, TooManyRequests: as `contacts.put`.
    """
    require_creation(session, actor, organization_id)
    digest = content_hash(
        {"by": actor.volunteer_id, "organization": organization_id}
        | plans.content_of(plan)
        | contacts.content_of(contact)
    )
    event = draft(actor, organization_id, plan, now, event_id, digest)
    districts.settle(session, event, plan.district_code)
    stored, is_new = store_once(session, event)
    if is_new:
        record(session, actor, AuditAction.EVENT_CREATED, stored, now)
        if contact is not None:
            contacts.put(session, actor, contacts.of_event(stored), contact, now)
    return stored


def require_creation(session: Session, actor: Actor, organization_id: UUID) -> None:
    """Let whoever may make an organization's events go on. Raises NotFound, Forbidden, NotVerified."""
    organization = organizations.get_visible(session, actor, organization_id)
    require(actor, Permission.CREATE_EVENT, organizations.target_of(organization))


def draft(
    actor: Actor, organization_id: UUID, plan: Plan, now: datetime, event_id: UUID | None, digest: str
) -> Event:
    """A new draft of an organization, not stored yet and without its district; `digest`: of what was sent.

    Raises:
        Invalid, OutsideKazakhstan: the plan breaks a rule.
    """
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
    plans.apply(event, plan)
    return event


def record(
    session: Session,
    actor: Actor,
    action: AuditAction,
    event: Event,
    now: datetime,
    subject_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down what staff did about an event, and to whom of its people."""
    audit.record(
        session,
        actor.volunteer_id,
        action,
        region_code=event.region_code,
        organization_id=event.organization_id,
        event_id=event.id,
        subject_id=subject_id,
        detail=detail,
        now=now,
    )


def record_read(session: Session, actor: Actor, action: AuditAction, event: Event, now: datetime) -> None:
    """Write down that staff read of an event's people."""
    audit.record_read(
        session,
        actor.volunteer_id,
        action,
        region_code=event.region_code,
        organization_id=event.organization_id,
        event_id=event.id,
        now=now,
    )


def target_of(event: Event) -> Target:
    """What permissions about this event are judged by."""
    return Target(
        organization_id=event.organization_id,
        region_code=event.region_code,
        organization_status=event.organization.status,
        event_id=event.id,
    )


def get(session: Session, event_id: UUID) -> Event:
    """Raises NotFound."""
    event = session.get(Event, event_id)
    if event is None:
        raise errors.NotFound(errors.Thing.EVENT)
    return event


def get_visible(session: Session, actor: Actor | None, event_id: UUID) -> Event:
    """An event; a draft only for its staff, a hidden one for its helpers and people, too. Raises NotFound.

    Staff: its organizers and its region's coordinators. Its people: who goes, waits or was there.
    """
    event = get(session, event_id)
    if not is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    return event


def get_to_read(session: Session, actor: Actor | None, event_id: UUID) -> Event:
    """The same with its organization, for who only reads: others read it locked. Raises NotFound."""
    event = session.scalars(_TO_READ, {"event_id": event_id}).one_or_none()
    if event is None or not is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    return event


_TO_READ = (
    sa.select(Event)
    .join(Event.organization)
    .options(contains_eager(Event.organization))
    .where(Event.id == sa.bindparam("event_id"))
)


def is_visible(session: Session, actor: Actor | None, event: Event) -> bool:
    """Whether somebody may know of an event."""
    if event.is_secret:
        return may(actor, Permission.SEE_DRAFT, target_of(event))
    staff = Permission.SEE_HIDDEN, Permission.SEE_LIST
    if not event.is_hidden or any(may(actor, one, target_of(event)) for one in staff):
        return True
    return actor is not None and is_one_of_its_people(session, event.id, actor.volunteer_id)


def is_one_of_its_people(session: Session, event_id: UUID, volunteer_id: UUID) -> bool:
    """Whether somebody has signed up and not withdrawn, or has an attendance, whatever its status."""
    (row,) = _ONE_OF_ITS_PEOPLE.rows(session, {"event_id": event_id, "volunteer_id": volunteer_id})
    return bool(row.is_one)


def is_one_of(
    event_id: sa.SQLColumnExpression[UUID], volunteer_id: sa.SQLColumnExpression[UUID]
) -> sa.ColumnElement[bool]:
    """The same as a column."""
    signed_up = sa.exists().where(
        Signup.event_id == event_id,
        Signup.volunteer_id == volunteer_id,
        Signup.status != SignupStatus.CANCELLED,
    )
    was_there = sa.exists().where(Attendance.event_id == event_id, Attendance.volunteer_id == volunteer_id)
    return sa.or_(signed_up, was_there)


_ONE_OF_ITS_PEOPLE = Written(
    sa.select(
        is_one_of(*(sa.bindparam(name, type_=sa.Uuid) for name in ("event_id", "volunteer_id"))).label(
            "is_one"
        )
    )
)


def lock_places(session: Session, event_id: UUID) -> Event:
    """The event, locked by whoever changes its places: one after another, while check-ins pass.

    Presence looks at the event's key alone, and this lock leaves it free. Raises NotFound.
    """
    event = session.get(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    if event is None:
        raise errors.NotFound(errors.Thing.EVENT)
    return event


def hold_organization(session: Session, event_id: UUID) -> None:
    """Let whoever decides about an event's organization wait until what comes out here has; before the event.

    They hold the organization first, too, and then look for what is out.
    """
    whose = sa.select(Event.organization_id).where(Event.id == event_id).scalar_subquery()
    held = sa.select(Organization).where(Organization.id == whose).with_for_update(read=True)
    session.scalars(held.execution_options(populate_existing=True)).all()


def get_to_copy(session: Session, event_id: UUID) -> Event:
    """The event as it stands until this transaction ends; presence passes. Raises NotFound."""
    event = session.get(Event, event_id, with_for_update={"read": True}, populate_existing=True)
    if event is None:
        raise errors.NotFound(errors.Thing.EVENT)
    return event


def get_to_change(
    session: Session, actor: Actor, event_id: UUID, permission: Permission = Permission.CHANGE_EVENT
) -> Event:
    """The event for whom the table gives the permission, locked against presence as well.

    Presence is derived from what may change. Raises NotFound, Forbidden, NotVerified.
    """
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is None or not is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    require(actor, permission, target_of(event))
    return event


def tell_changed(session: Session, event: Event, changed: Iterable[str], now: datetime) -> None:
    """Write the event, and let other rooms hear of it."""
    session.flush()
    tell(session, EventChanged(at=now, event_id=event.id, changed=frozenset(changed)))


def owe(
    session: Session,
    event: Event,
    kind: str,
    facts: dict[str, Any],
    by: UUID,
    now: datetime,
    told: Told | None,
) -> None:
    """Let an event's people hear what somebody did; `told`: as `put` has it."""
    if told is not None:
        facts = facts | {"series": True, "told_at": [str(id_) for id_ in told.events]}
        told.events.append(event.id)
    outbox.enqueue(session, kind, now, facts, event_id=event.id, created_by=by)


def publish(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """Let everybody see the event.

    Raises:
        NotFound, Forbidden, NotADraft, AlreadyOver. NotVerified: the organization is not (any more).
    """
    hold_organization(session, event_id)
    event = get_to_change(session, actor, event_id)
    if not event.is_draft:
        raise errors.NotADraft(event_status=event.status)
    if event.is_over(now):
        raise errors.AlreadyOver()
    let_out(session, actor, event, now)
    outbox.enqueue(session, "nearby_event", now, plans.facts_of(event), event_id=event.id)
    return event


def let_out(session: Session, actor: Actor, event: Event, now: datetime) -> None:
    """Publish a draft that is held; who lives near is told by whoever calls."""
    event.status = EventStatus.PUBLISHED
    event.is_changed(now)
    ledger.add(session, event, events=1)
    record(session, actor, AuditAction.EVENT_PUBLISHED, event, now)
    tell_changed(session, event, ["status"], now)


def cancelled(event: Event) -> errors.Cancelled:
    """The refusal that says since when, and why, an event is off."""
    refusal = errors.Cancelled.of(event.cancelled_at, event.cancel_reason)
    return refusal.in_zone(event.zone)
