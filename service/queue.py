"""Background work: the procrastinate app. A job commits with the change that it follows from."""

from dataclasses import dataclass
from typing import Any

import procrastinate
from sqlalchemy.orm import Session, sessionmaker

from service.clock import Clock
from service.evidence import Thresholds

# This connector is never opened: workers bring their own, an asynchronous one.
app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

# Jobs go into the transaction of whoever defers them, on that connection. An app apart: in a worker, whose
# tasks defer too, the connector of `app` is not for plain connections.
_deferrer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

REMOVE_JOBS_AFTER_HOURS = 24


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a task needs of the process it runs in. `extras`: what upper layers add (the push gateway)."""

    sessions: sessionmaker[Session]
    clock: Clock
    thresholds: Thresholds
    extras: dict[str, Any]


def runtime(context: procrastinate.JobContext) -> Runtime:
    """The runtime that the worker was started with."""
    found: Runtime = context.additional_context["runtime"]
    return found


def defer(session: Session, task_name: str, **arguments: Any) -> None:
    """Put one job into the session's own transaction, by its name; in the default queue, without locks."""
    connection = session.connection().connection.driver_connection
    _deferrer.configure_task(task_name, connection=connection).defer(**arguments)


@app.periodic(cron="* * * * *")
@app.task(name="queue.retry_stalled", queueing_lock="queue.retry_stalled", pass_context=True)
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="17 * * * *")
@app.task(name="queue.remove_old_jobs", queueing_lock="queue.remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget jobs that succeeded a day ago."""
    await context.app.job_manager.delete_old_jobs(nb_hours=REMOVE_JOBS_AFTER_HOURS)
