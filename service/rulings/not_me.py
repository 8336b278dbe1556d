"""The person's own word against the list: that was not me (R10)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor
from service.attendance.evidence import Status
from service.events import events
from service.platform import outbox
from service.platform.thresholds import Thresholds
from service.rulings import decisions
from service.rulings.corrections import Corrected
from service.rulings.decisions import Ruling
from service.rulings.standing import RuledBy

DENIED = "attendance_denied"
"""The notification to the region's coordinators."""


def deny(session: Session, actor: Actor, event_id: UUID, now: datetime, thresholds: Thresholds) -> Corrected:
    """Say that one was not where an organizer has ticked one: rejected, and the coordinators are told.

    It binds organizers; a coordinator may decide otherwise. Repeated, it changes nothing.

    Raises:
        NotFound: no such event, or nobody says that one was there. NothingToDeny: one's own phone was there.
        CoordinatorDecided: a coordinator has looked at it. Busy.
    """

    def act() -> Corrected:
        file = decisions.lock_and_read(session, event_id, actor.volunteer_id)
        zone = file.facts.event.zone
        if file.held is None or not file.decisions:
            raise errors.NotFound(errors.Thing.ATTENDANCE)
        if file.has_check_in:
            raise presence_errors.NothingToDeny(attendance_status=file.held.state.status)
        bound = file.binding
        if bound is not None and bound.role == RuledBy.COORDINATOR:
            raise presence_errors.CoordinatorDecided(attendance_status=bound.status)
        if bound is not None:
            return Corrected(decisions.shown(file), zone)
        if file.held.state.status is Status.REJECTED:
            raise errors.NotFound(errors.Thing.ATTENDANCE)
        ruling = Ruling(RuledBy.VOLUNTEER, actor.volunteer_id, Status.REJECTED, None, "")
        shown = decisions.put(session, file, ruling, now, thresholds)
        event = events.get(session, event_id)
        outbox.enqueue(session, DENIED, now, {"title": event.title}, event_id=event_id)
        return Corrected(shown, zone)

    return decisions.retrying(session, act)
