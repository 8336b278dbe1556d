"""Events out of sight: hidden by a coordinator, or with an organization that is verified no more.

Lists leave them out, and strangers find nothing; who goes, waits or was there, and staff, see them as hidden.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.events import calling_off, events, plans
from service.events.told import Told
from service.happenings import EventsFate, OrganizationStatusChanged
from service.models import AuditAction, CancelledBy, Event, EventStatus, HiddenBy, OrganizationStatus


def hide(session: Session, actor: Actor, event_id: UUID, reason: str, now: datetime) -> Event:
    """Take an event out of sight; its people are told. Again, it says the newer reason.

    Raises:
        NotFound, Forbidden: not a coordinator of its region. NotPublished.
    """
    event = events.get_to_change(session, actor, event_id, Permission.HIDE_EVENT)
    if event.is_draft:
        raise errors.NotPublished()
    take_out_of_sight(session, actor, event, reason, now)
    return event


def show(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """Bring an event back into sight; its people are told. Repeated, it changes nothing.

    Raises:
        NotFound, Forbidden: not a coordinator of its region.
    """
    event = events.get_to_change(session, actor, event_id, Permission.HIDE_EVENT)
    bring_into_sight(session, actor, event, now)
    return event


def take_out_of_sight(
    session: Session, actor: Actor, event: Event, reason: str, now: datetime, told: Told | None = None
) -> None:
    """Hide an event that is held and no draft; `told`: as `changing.put` has it."""
    event.hidden_reason = reason
    _set_hidden_by(session, event, HiddenBy.COORDINATOR, actor.volunteer_id, now, told)
    events.record(session, actor, AuditAction.EVENT_HIDDEN, event, now)


def bring_into_sight(
    session: Session, actor: Actor, event: Event, now: datetime, told: Told | None = None
) -> None:
    """Show an event that is held; `told`: as `changing.put` has it."""
    _set_hidden_by(session, event, None, actor.volunteer_id, now, told)
    events.record(session, actor, AuditAction.EVENT_SHOWN, event, now)


def _set_hidden_by(
    session: Session,
    event: Event,
    hidden_by: HiddenBy | None,
    by: UUID,
    now: datetime,
    told: Told | None = None,
) -> None:
    was_hidden = event.is_hidden
    event.hidden_by = hidden_by
    if hidden_by is None:
        event.hidden_reason = None
    if was_hidden != event.is_hidden:
        event.is_changed(now)
        kind = "event_hidden" if event.is_hidden else "event_shown"
        if event.status == EventStatus.PUBLISHED and not event.is_over(now):
            events.owe(session, event, kind, plans.facts_of(event), by, now, told)
    session.flush()


def follow_organization(session: Session, happening: OrganizationStatusChanged) -> None:
    """Do with an organization's published events that are not over what was decided about it; what had gone
    out of sight with it comes back, also what was called off or has ended meanwhile."""
    at, by = happening.at, happening.decided_by
    coming = Event.status == EventStatus.PUBLISHED, Event.ends_at > at
    if happening.status == OrganizationStatus.VERIFIED or happening.events is EventsFate.KEEP:
        went_with_it = Event.hidden_by == HiddenBy.ORGANIZATION
        for event in _held(session, happening.organization_id, went_with_it):
            _set_hidden_by(session, event, None, by, at)
    elif happening.events is EventsFate.HIDE:
        for event in _held(session, happening.organization_id, *coming):
            if not event.is_hidden:
                _set_hidden_by(session, event, HiddenBy.ORGANIZATION, by, at)
    elif happening.events is EventsFate.CANCEL:
        for event in _held(session, happening.organization_id, *coming):
            # Why the organization was stopped is its own business: its events' people are given no reason.
            calling_off.call_off(session, event, None, by, CancelledBy.COORDINATOR, at)


def _held(session: Session, organization_id: UUID, *which: sa.ColumnElement[bool]) -> Sequence[Event]:
    """Its events of which these hold, locked in the order in which everybody takes several."""
    return session.scalars(
        sa.select(Event)
        .where(Event.organization_id == organization_id, *which)
        .order_by(Event.id)
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    ).all()
