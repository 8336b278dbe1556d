"""The volunteer's one answer to a rejection or a review: it brings the attendance before a coordinator."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor
from service.models import Appeal, Attendance
from service.models.base import new_id
from service.rulings import decisions
from service.rulings.history import APPEALABLE


def appeal(
    session: Session, actor: Actor, attendance_id: UUID, text: str, now: datetime, appeal_id: UUID | None
) -> tuple[Appeal, bool]:
    """Answer; True when this very answer, by the phone's own id, had been stored before.

    Raises:
        NotFound: no attendance of one's own. AlreadyAppealed. NothingToAppeal: it counts.
    """
    # Not at the same moment as a decision: it would close an appeal that nobody has read.
    decisions.lock_person(session, actor.volunteer_id)
    attended = session.get(Attendance, attendance_id, populate_existing=True)
    if attended is None or attended.volunteer_id != actor.volunteer_id:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    stored = session.get(Appeal, attendance_id, populate_existing=True)
    if stored is not None:
        if (stored.id, stored.text) == (appeal_id, text):
            return stored, True
        raise presence_errors.AlreadyAppealed()
    if attended.status not in APPEALABLE:
        raise presence_errors.NothingToAppeal(attendance_status=attended.status)
    made = Appeal(attendance_id=attendance_id, id=appeal_id or new_id(), text=text, created_at=now)
    session.add(made)
    session.flush()
    return made, False


def close(session: Session, attendance_id: UUID, now: datetime) -> None:
    """Note that a coordinator has decided on the appeal, if there is an open one."""
    session.execute(
        sa.update(Appeal)
        .where(Appeal.attendance_id == attendance_id, Appeal.decided_at.is_(None))
        .values(decided_at=now)
    )


def is_open(session: Session, attendance_id: UUID) -> bool:
    """Whether an appeal waits for a coordinator."""
    waiting = sa.exists().where(Appeal.attendance_id == attendance_id, Appeal.decided_at.is_(None))
    return bool(session.scalar(sa.select(waiting)))
