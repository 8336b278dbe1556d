"""Who is in review at one event, for its organizers: the name, and why; they may vouch for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor, Permission, require
from service.attendance.evidence import Status
from service.events import events
from service.models import Attendance, AuditAction, Event, Volunteer
from service.people import consents
from service.rulings import beyond_organizers

AT_ONCE = 100
"""So many are shown; the others follow as these are settled."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody whose presence is doubted. `name`: as they let it be shown; `reasons`: the rules' names;
    `is_beyond`: a coordinator alone can say that they were there."""

    volunteer_id: UUID
    name: str
    checked_in_at: datetime
    reasons: Sequence[str]
    is_beyond: bool


def of_event(session: Session, actor: Actor, event: Event, now: datetime) -> list[Doubt]:
    """The doubts of an event, oldest first; that they were read is recorded.

    Raises:
        Forbidden, NotVerified.
    """
    require(actor, Permission.CORRECT_ATTENDANCE, events.target_of(event))
    events.record_read(session, actor, AuditAction.PARTICIPANTS_READ, event, now)
    rows = session.execute(
        sa.select(
            Attendance.volunteer_id, Volunteer.display_name, Attendance.checked_in_at, Attendance.reasons
        )
        .join(Volunteer, Volunteer.id == Attendance.volunteer_id)
        .where(Attendance.event_id == event.id, Attendance.status == Status.REVIEW)
        .order_by(Attendance.checked_in_at, Attendance.id)
        .limit(AT_ONCE)
    ).all()
    them = [row.volunteer_id for row in rows]
    held, beyond = consents.of_people(session, them, now), beyond_organizers.among(session, event.id, them)
    return [
        Doubt(id_, consents.shown_name(name, held[id_]), came_at, reasons, id_ in beyond)
        for id_, name, came_at, reasons in rows
    ]
