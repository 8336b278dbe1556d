"""The worker's part: expands what is owed. What is due is sent by the worker's `Sender`."""

from uuid import UUID

import procrastinate
import sqlalchemy as sa

from notifications import broken, fan_out, reminders
from notifications.fan_out import FORGOTTEN_AFTER
from notifications.push.sender import Sender
from notifications.reminders import Hour
from service.models import Outbox
from service.platform import logs, queue
from service.platform.database import is_lost_connection
from service.platform.outbox import EXPAND_TASK
from service.platform.queue import Runtime

logger = logs.get(__name__)

EXPAND_FORGOTTEN_TASK = "notifications.deliver"
REMIND_TASK = "notifications.remind"


@queue.app.task(name=EXPAND_TASK, pass_context=True)
def expand(context: procrastinate.JobContext, outbox_id: str) -> None:
    """Work out to whom one notification goes, and have it sent."""
    runtime = queue.runtime(context)
    _expand_chunk(runtime, UUID(outbox_id))
    deliver_due(runtime)


@queue.app.periodic(cron="* * * * * */5")  # the seconds stand last
@queue.app.task(name=EXPAND_FORGOTTEN_TASK, queueing_lock=EXPAND_FORGOTTEN_TASK, pass_context=True)
def deliver(context: procrastinate.JobContext, timestamp: int) -> None:
    """Expand what a dead worker has left, and what has failed and is to be tried again."""
    runtime = queue.runtime(context)
    if _expand_forgotten(runtime):
        deliver_due(runtime)


def _expand_forgotten(runtime: Runtime) -> int:
    now = runtime.clock.now()
    since = sa.func.coalesce(Outbox.next_attempt_at, Outbox.created_at + FORGOTTEN_AFTER)
    with runtime.sessions.begin() as session:
        forgotten = session.scalars(
            sa.select(Outbox.id).where(
                Outbox.expanded_at.is_(None), Outbox.set_aside_at.is_(None), since <= now
            )
        ).all()
    for outbox_id in forgotten:
        _expand_chunk(runtime, outbox_id)
    return len(forgotten)


def _expand_chunk(runtime: Runtime, outbox_id: UUID) -> None:
    """Tell one chunk; the next is a job of its own, behind those that wait: nothing waits for the last."""
    try:
        with runtime.sessions.begin() as session:
            if fan_out.expand(session, outbox_id, runtime.clock.now()):
                queue.defer(session, EXPAND_TASK, outbox_id=str(outbox_id))
    except Exception as error:
        if is_lost_connection(error):
            raise
        logger.exception("a notification cannot be expanded", outbox_id=outbox_id)
        _note_failure(runtime, outbox_id, error)


def _note_failure(runtime: Runtime, outbox_id: UUID, error: Exception) -> None:
    with runtime.sessions.begin() as session:
        entry = session.get(Outbox, outbox_id, with_for_update=True, populate_existing=True)
        if entry is not None:
            broken.note(entry, error, runtime.clock.now())


@queue.app.periodic(cron="* * * * *")
@queue.app.task(name=REMIND_TASK, queueing_lock=REMIND_TASK, pass_context=True)
def remind(context: procrastinate.JobContext, timestamp: int) -> None:
    """Owe what the clock has made due; `deliver` sends it."""
    runtime = queue.runtime(context)
    reminders.run(runtime.sessions, Hour(runtime.clock.now(), runtime.thresholds))


def deliver_due(runtime: Runtime) -> None:
    """Have this worker's sender look at once; every worker's looks by itself each other second."""
    sender: Sender = runtime.extras["sender"]
    sender.wake()
