"""Somebody who has to wait for a lock, for tests of what happens at the same moment."""

import time
from concurrent.futures import Future
from typing import Any

import sqlalchemy as sa

from tests.conftest import Sessions

WAIT_S = 10
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
"""How many wait on this database alone: others' tests have the same server."""


def waiting(sessions: Sessions) -> int:
    """How many wait for a lock now."""
    with sessions() as session:
        return int(session.scalar(sa.text(WAITING)) or 0)


def until_done_or_waiting(sessions: Sessions, future: "Future[Any]") -> None:
    """Return when it is through, or when somebody on this database waits for a lock."""
    deadline = time.monotonic() + WAIT_S
    while not future.done() and time.monotonic() < deadline:
        if waiting(sessions):
            return
        time.sleep(0.01)
