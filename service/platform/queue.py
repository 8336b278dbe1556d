"""Background work: the procrastinate app. A job commits with the change that it follows from."""

import asyncio
import json
import signal
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import procrastinate
import psycopg
import sqlalchemy as sa
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from service.platform import health, logs
from service.platform.clock import Clock
from service.platform.database import connect_args, is_lost_connection
from service.platform.failures import name_of
from service.platform.thresholds import Thresholds

logger = logs.get(__name__)
T = TypeVar("T")

# This connector is never opened: workers bring their own, an asynchronous one.
app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

# Jobs go into the transaction of whoever defers them, on that connection. An app apart: in a worker, whose
# tasks defer too, the connector of `app` is not for plain connections.
_deferrer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

REMOVE_JOBS_AFTER_HOURS = 30 * 24
FINISH_WITHIN_S = 20
TRY_AGAIN_AFTER_S = 1.0
DATABASE_AWAY = (ConnectorException, psycopg.OperationalError, PoolTimeout)


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


async def work(
    database_url: str, runtime: Runtime, concurrency: int, leave: Callable[[], None] = lambda: None
) -> None:
    """Run jobs, so many at once, until SIGTERM or SIGINT; `leave` is called then, while the last jobs end.

    When the database goes away procrastinate's worker stops, and says so only in its log: a new one is begun
    until there is a database again.
    """
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    told_to_stop = asyncio.create_task(told.wait())
    while not told.is_set():
        working = asyncio.create_task(_work(database_url, runtime, concurrency))
        await asyncio.wait({working, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set():
            leave()
            working.cancel()
        await asyncio.wait({working})
        error = None if working.cancelled() else working.exception()
        if error is not None and not isinstance(error, DATABASE_AWAY):
            raise error
        if not told.is_set():
            logger.warning("the queue has lost the database, trying again", error=error and name_of(error))
            await asyncio.wait({told_to_stop}, timeout=TRY_AGAIN_AFTER_S)


async def _work(database_url: str, runtime: Runtime, concurrency: int) -> None:
    connector = procrastinate.PsycopgConnector(
        conninfo=database_url,
        kwargs=connect_args("tazalyq-worker-queue"),
        min_size=1,
        max_size=concurrency + 2,
    )
    with app.replace_connector(connector):
        async with app.open_async():
            await app.run_worker_async(
                concurrency=concurrency,
                additional_context={"runtime": runtime},
                delete_jobs="successful",
                shutdown_graceful_timeout=FINISH_WITHIN_S,
                install_signal_handlers=False,
            )


def defer(session: Session, task_name: str, **arguments: Any) -> None:
    """Put one job into the session's own transaction, by its name; in the default queue, without locks."""
    connection = session.connection().connection.driver_connection
    _deferrer.configure_task(task_name, connection=connection).defer(**arguments)


def forget(session: Session, values: Collection[str]) -> None:
    """Delete the jobs whose arguments hold one of these values, but for those being done at this moment."""
    arguments = sa.cast(_JOBS.c.args, sa.Text)
    session.execute(
        sa.delete(_JOBS).where(
            sa.cast(_JOBS.c.status, sa.Text) != "doing",
            sa.or_(*(sa.func.strpos(arguments, json.dumps(value)) > 0 for value in values)),
        )
    )


def each_by_itself(things: Iterable[T], act: Callable[[T], None]) -> None:
    """Act on each; one that fails is logged and left to the job's next turn, and holds up no other.

    Raises:
        DBAPIError: the connection was lost: nothing of this is broken.
    """
    for thing in things:
        try:
            act(thing)
        except Exception as error:
            if is_lost_connection(error):
                raise
            logger.exception("one of many has failed", act=getattr(act, "__qualname__", None))


_JOBS = sa.table("procrastinate_jobs", sa.column("status"), sa.column("args"))


@app.periodic(cron="* * * * *")
@app.task(name="queue.retry_stalled", queueing_lock="queue.retry_stalled", pass_context=True)
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="* * * * * */10")  # the seconds stand last
@app.task(name="queue.note_worker", queueing_lock="queue.note_worker", pass_context=True)
def note_worker(context: procrastinate.JobContext, timestamp: int) -> None:
    """Let the operator see that a worker does its jobs."""
    with runtime(context).sessions.begin() as session:
        health.note_worker(session)


@app.periodic(cron="17 * * * *")
@app.task(name="queue.remove_old_jobs", queueing_lock="queue.remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget jobs that came to no good a month ago; what succeeds is forgotten at once, by the worker."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=REMOVE_JOBS_AFTER_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
