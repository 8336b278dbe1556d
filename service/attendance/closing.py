"""Presences that nobody has checked out of are closed once the event is over."""

from datetime import datetime, timedelta

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance import rederivation
from service.models import Attendance, Event
from service.models.events import presence_end
from service.platform import queue
from service.platform.thresholds import Thresholds

CLOSE_TASK = "attendance.close_forgotten"
CLOSED_AT_ONCE = 500


def close_forgotten(session: Session, now: datetime, thresholds: Thresholds) -> int:
    """Close up to CLOSED_AT_ONCE presences that nobody has checked out of; returns how many were open.

    Events whose attendances are being derived again are left alone until that is done; a presence that
    changes meanwhile is left for the next time.
    """
    ended_before = now - timedelta(minutes=thresholds.leave_after_min)
    open_ = session.execute(
        sa.select(Attendance.event_id, Attendance.volunteer_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.checked_out_at.is_(None),
            Event.rederiving_since.is_(None),
            presence_end(Event) <= ended_before,
        )
        .limit(CLOSED_AT_ONCE)
    ).all()
    pairs = [(str(event), str(person)) for event, person in open_]
    rederivation.derive_together(session, pairs, now, thresholds)
    return len(open_)


@queue.app.periodic(cron="*/2 * * * *")
@queue.app.task(name=CLOSE_TASK, queueing_lock=CLOSE_TASK, pass_context=True)
def close_all_forgotten(context: procrastinate.JobContext, timestamp: int) -> None:
    """Close what was forgotten until nothing is."""
    runtime = queue.runtime(context)
    while True:
        with runtime.sessions.begin() as session:
            closed = close_forgotten(session, runtime.clock.now(), runtime.thresholds)
        if closed < CLOSED_AT_ONCE:
            return
