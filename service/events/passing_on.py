"""Places that were offered and not taken in time go to the next in line: by a job, which changes nothing that
readers do not know by the clock already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import events, offers, waitlist
from service.models import Signup
from service.platform import queue

TASK = "events.pass_places_on"


def due(session: Session, now: datetime) -> Sequence[UUID]:
    """Events with an offer that has expired."""
    return session.scalars(
        sa.select(Signup.event_id)
        .where(offers.has_expired(now))
        .group_by(Signup.event_id)
        .order_by(sa.func.min(Signup.confirm_by), Signup.event_id)
    ).all()


def pass_on(session: Session, event_id: UUID, now: datetime) -> None:
    """Give what was not taken in time to the line, and tell both. Repeated: no change."""
    waitlist.fill_from_waitlist(session, events.lock_places(session, event_id), now)


@queue.app.periodic(cron="* * * * *")
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def pass_places_on(context: procrastinate.JobContext, timestamp: int) -> None:
    """Do so wherever it is due, each event in a transaction of its own."""
    runtime = queue.runtime(context)
    now = runtime.clock.now()
    with runtime.sessions.begin() as session:
        event_ids = due(session, now)

    def pass_one_on(event_id: UUID) -> None:
        with runtime.sessions.begin() as session:
            pass_on(session, event_id, runtime.clock.now())

    queue.each_by_itself(event_ids, pass_one_on)
