"""Presences that nobody has checked out of are closed once the event is over."""

from datetime import datetime, timedelta

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance import presence_facts, presence_store
from service.attendance.presence_store import Changes, RaceLostError
from service.models import Attendance, Event
from service.platform import queue
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds

CLOSE_TASK = "attendance.close_forgotten"
CLOSED_AT_ONCE = 500


def close_forgotten(session: Session, now: datetime, thresholds: Thresholds) -> int:
    """Close up to CLOSED_AT_ONCE presences that nobody has checked out of; returns how many were open.

    Raises:
        RaceLostError: one of them has changed meanwhile; the caller rolls back and comes again.
    """
    ended_before = now - timedelta(minutes=thresholds.leave_after_min)
    open_ = session.execute(
        sa.select(Attendance.event_id, Attendance.volunteer_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.checked_out_at.is_(None),
            sa.func.least(Event.ends_at, Event.cancelled_at) <= ended_before,
        )
        .limit(CLOSED_AT_ONCE)
    ).all()
    with driver_cursor(session.connection()) as cursor:
        pairs = presence_facts.read_pairs(cursor, [(str(event), str(person)) for event, person in open_])
        derived = [presence_store.derive_pair(pair, now, thresholds) for pair in pairs]
        closed = [one for one in derived if one is not None]
        presence_store.store(cursor, Changes({one.event.id: one.event for one in closed}.values(), closed))
    return len(open_)


@queue.app.periodic(cron="*/2 * * * *")
@queue.app.task(name=CLOSE_TASK, queueing_lock=CLOSE_TASK, pass_context=True)
def close_all_forgotten(context: procrastinate.JobContext, timestamp: int) -> None:
    """Close what was forgotten until nothing is; who has just checked out waits for the next time."""
    runtime = queue.runtime(context)
    try:
        while True:
            with runtime.sessions.begin() as session:
                closed = close_forgotten(session, runtime.clock.now(), runtime.thresholds)
            if closed < CLOSED_AT_ONCE:
                return
    except RaceLostError:
        return
