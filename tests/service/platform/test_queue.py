"""Background work: when each periodic task runs, and which jobs are forgotten."""

import asyncio
from itertools import islice, pairwise
from typing import Any

import procrastinate
import pytest
import sqlalchemy as sa
from procrastinate.periodic import PeriodicTask

import wiring  # noqa: F401 - registers every task
from service.platform import queue
from service.platform.database import libpq_url
from tests.conftest import Sessions

EVERY_S = {
    "notifications.deliver": 5,
    "counts.fold": 10,
    "queue.note_worker": 10,
    "events.pass_places_on": 60,
    "notifications.remind": 60,
    "queue.retry_stalled": 60,
    "attendance.close_forgotten": 120,
    "attendance.doubt_codes": 86_400,
    "queue.remove_old_jobs": 3_600,
    "retention.forget_coordinates": 86_400,
}
"""Seconds between two runs."""

MIDNIGHT = 1_779_494_400.0
"""2026-05-23 00:00 UTC."""

TASKS = {task.task.name: task for task in queue.app.periodic_registry.periodic_tasks.values()}


def gaps(task: PeriodicTask[..., Any, Any], runs: int = 200) -> set[int]:
    """The seconds between so many runs, as the worker computes them."""
    cron = task.croniter
    cron.set_current(start_time=MIDNIGHT)
    moments = list(islice(iter(lambda: round(cron.get_next(ret_type=float)), None), runs))
    return {later - earlier for earlier, later in pairwise(moments)}


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_periodic_task_runs_evenly(name: str) -> None:
    """None runs each second of one minute and then stands still for nine: the seconds stand last."""
    assert len(gaps(TASKS[name])) == 1


@pytest.mark.parametrize("name", sorted(EVERY_S))
def test_how_often_a_periodic_task_runs(name: str) -> None:
    assert gaps(TASKS[name]) == {EVERY_S[name]}


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_slow_run_is_not_queued_up_behind(name: str) -> None:
    """Of each periodic task one job waits at most."""
    assert TASKS[name].task.queueing_lock == name


async def _run(url: str, task_name: str) -> None:
    """Have a worker run one task, once."""
    with queue.app.replace_connector(procrastinate.PsycopgConnector(conninfo=url)) as app:
        async with app.open_async():
            await app.configure_task(task_name, queue="once").defer_async(timestamp=0)
            await app.run_worker_async(queues=["once"], wait=False, install_signal_handlers=False)


def test_what_failed_weeks_ago_is_forgotten_and_what_waits_is_not(sessions: Sessions) -> None:
    """Workers themselves forget what succeeded; failures stay a month for the operator to look at."""
    stood = {"failed": 31, "cancelled": 31, "aborted": 31, "todo": 31, "failed yesterday": 1}
    with sessions.begin() as session:
        for name, days in stood.items():
            queue.defer(session, "counts.fold", name=name)
            session.execute(
                sa.text(
                    "UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status)"
                    " WHERE args ->> 'name' = :name"
                ),
                {"name": name, "status": name.split()[0]},
            )
            # A trigger has noted the change at the present moment.
            session.execute(
                sa.text(
                    """
                    UPDATE procrastinate_events SET at = now() - make_interval(days => :days)
                    WHERE job_id IN (SELECT id FROM procrastinate_jobs WHERE args ->> 'name' = :name)
                    """
                ),
                {"name": name, "days": days},
            )
    url = libpq_url(sessions.kw["bind"].url.render_as_string(hide_password=False))
    asyncio.run(_run(url, "queue.remove_old_jobs"))
    with sessions() as session:
        left = session.scalars(sa.text("SELECT args ->> 'name' FROM procrastinate_jobs WHERE args ? 'name'"))
        assert sorted(left) == ["failed yesterday", "todo"]
