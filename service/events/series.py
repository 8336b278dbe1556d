"""Series: one plan on many dates, each an event of its own."""

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.access import Actor
from service.events import districts, events, plans, recurrence, series_scopes
from service.events.plans import Plan
from service.events.recurrence import Repeat
from service.models import AuditAction, Event, EventSeries
from service.organizations import contacts
from service.organizations.contacts import ContactSaid
from service.platform.idempotency import content_hash, store_once


def create(
    session: Session,
    actor: Actor,
    organization_id: UUID,
    plan: Plan,
    repeat: Repeat,
    now: datetime,
    event_id: UUID | None = None,
    contact: ContactSaid | None = None,
) -> Event:
    """Make a draft for each date, the first under the client's id, with this contact; returns the first.

    The same id with the same content gives the stored one as it is.

    Raises:
        NotFound, Forbidden, NotVerified, Invalid, OutsideKazakhstan, IdReused, TooManyRequests: as
        `events.create`. Invalid, too: the rule, or its end (`recurrence.dates`).
    """
    events.require_creation(session, actor, organization_id)
    times = recurrence.dates(repeat, plan.starts_at, plan.ends_at, plan.zone)
    said = {"by": actor.volunteer_id, "organization": organization_id, "repeat": asdict(repeat)}
    digest = content_hash(said | plans.content_of(plan) | contacts.content_of(contact))
    first = events.draft(actor, organization_id, plan, now, event_id, digest)
    districts.settle(session, first, plan.district_code)
    stored, is_new = store_once(session, first)
    if not is_new:
        return stored
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
    if contact is not None:
        contacts.put_all(session, actor, map(contacts.of_event, made), contact, now)
    return stored


def _later(actor: Actor, first: Event, plan: Plan, now: datetime) -> Event:
    """The draft of another date; its place, and so its district, is that of the first."""
    made = events.draft(actor, first.organization_id, plan, now, None, first.content_hash)
    made.series_id = first.series_id
    made.district_code, made.districts_version = first.district_code, first.districts_version
    return made


def dates(session: Session, actor: Actor | None, series_id: UUID) -> list[Event]:
    """The events of a series that the actor may know of, soonest first; those called off, too."""
    return [one for one in series_scopes.dates(session, series_id) if events.is_visible(session, actor, one)]
