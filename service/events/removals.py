"""Taking somebody off an event's list, as its organizer, and letting them come back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.events import events, plans, waitlist
from service.models import AuditAction, Event, Signup, SignupStatus
from service.platform import outbox


def remove(
    session: Session, actor: Actor, event_id: UUID, volunteer_id: UUID, reason: str, now: datetime
) -> None:
    """Take somebody off the list, out of the line or off an offer: the place goes to the line, and the person
    reads why, and signs up again only when an organizer lets them. Repeated: no change.

    Who is there stays counted: presence is a fact, and its corrections have a way of their own.

    Raises:
        NotFound: no such event, or the person neither goes nor waits. Forbidden, NotVerified.
        Over: what was, stays.
    """
    event, signup = _locked(session, actor, event_id, volunteer_id)
    if signup is not None and signup.removed_at is not None:
        return
    if event.is_over(now):
        raise errors.Over()
    waitlist.end_expired(session, event, now)
    if signup is None or signup.status == SignupStatus.CANCELLED:
        raise errors.NotFound(errors.Thing.SIGNUP)
    waitlist.leave(session, event, signup, now)
    signup.removed_at = now
    waitlist.fill_from_waitlist(session, event, now)
    told = plans.facts_of(event) | {"why": "organizer", "reason": reason}
    outbox.enqueue(
        session,
        "removed",
        now,
        told,
        event_id=event_id,
        volunteer_id=volunteer_id,
        created_by=actor.volunteer_id,
    )
    events.record(session, actor, AuditAction.PARTICIPANT_REMOVED, event, now, subject_id=volunteer_id)


def readmit(session: Session, actor: Actor, event_id: UUID, volunteer_id: UUID, now: datetime) -> None:
    """Let somebody who was removed sign up again, which they do themselves. Repeated: no change.

    Raises:
        NotFound: no such event, or the person never signed up for it. Forbidden, NotVerified.
    """
    event, signup = _locked(session, actor, event_id, volunteer_id)
    if signup is None:
        raise errors.NotFound(errors.Thing.SIGNUP)
    if signup.removed_at is None:
        return
    signup.removed_at = None
    events.record(session, actor, AuditAction.PARTICIPANT_READMITTED, event, now, subject_id=volunteer_id)


def _locked(
    session: Session, actor: Actor, event_id: UUID, volunteer_id: UUID
) -> tuple[Event, Signup | None]:
    """The event, for whom its participants may be changed by, and the person's sign-up as it is by now."""
    event = events.lock_places(session, event_id)
    if not events.is_visible(session, actor, event):
        raise errors.NotFound(errors.Thing.EVENT)
    require(actor, Permission.REMOVE_PARTICIPANT, events.target_of(event))
    return event, session.get(Signup, (event_id, volunteer_id), populate_existing=True)
