"""Bringing back an event that was called off by mistake, or before the storm passed by."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may
from service.events import events, plans, waitlist
from service.events.told import Told
from service.ledger import ledger
from service.models import AuditAction, CancelledBy, Event, EventStatus

OPEN_FOR = timedelta(hours=24)
"""After the cancelling: later, who was going has made other plans."""


def is_open(event: Event, now: datetime) -> bool:
    """Whether its own organizers can still take back that it was called off."""
    return (
        event.is_cancelled
        and event.cancelled_by != CancelledBy.COORDINATOR
        and not event.is_over(now)
        and (event.cancelled_at is None or now <= event.cancelled_at + OPEN_FOR)
    )


def restore(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """Let an event take place after all; who goes or waits is told. Repeated, it changes nothing.

    What was called off as a draft is a draft again.

    Raises:
        NotFound, Forbidden. Otherwise as `bring_back`.
    """
    events.hold_organization(session, event_id)
    event = events.get_to_change(session, actor, event_id, Permission.RESTORE_EVENT)
    if event.is_cancelled:
        bring_back(session, actor, event, now)
    return event


def bring_back(session: Session, actor: Actor, event: Event, now: datetime, told: Told | None = None) -> None:
    """Restore an event that is held and off; `told`: as `changing.put` has it.

    Raises:
        NotVerified: its organization is not (any more), whoever asks. CancelledByCoordinator: a coordinator
        alone takes that back. AlreadyOver. RestoringClosed.
    """
    _check(actor, event, now)
    event.status = EventStatus.DRAFT if event.never_published else EventStatus.PUBLISHED
    event.cancelled_at = event.cancel_reason = event.cancelled_by = None
    event.never_published = False
    event.is_changed(now)
    events.record(session, actor, AuditAction.EVENT_RESTORED, event, now)
    if event.is_published:
        ledger.add(session, event, events=1)
        events.owe(session, event, "event_restored", plans.facts_of(event), actor.volunteer_id, now, told)
    events.tell_changed(session, event, ["status"], now)
    # While it was off nobody was taken off it for a birth date that was set right.
    waitlist.remove_too_young(session, event, now, told)
    waitlist.fill_from_waitlist(session, event, now)


def _check(actor: Actor, event: Event, now: datetime) -> None:
    if not event.organization.is_verified:
        raise errors.NotVerified()
    is_coordinator = may(actor, Permission.HIDE_EVENT, events.target_of(event))
    if event.cancelled_by == CancelledBy.COORDINATOR and not is_coordinator:
        raise errors.CancelledByCoordinator()
    if event.is_over(now):
        raise errors.AlreadyOver()
    if event.cancelled_at is not None and now > event.cancelled_at + OPEN_FOR:
        raise errors.RestoringClosed(closed_at=event.local(event.cancelled_at + OPEN_FOR))
