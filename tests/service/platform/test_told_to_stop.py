"""A worker that is told to stop: nothing new is begun while its jobs end."""

import asyncio
import os
import signal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.platform import queue
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.notifications.push.test_deliveries import statuses
from tests.notifications.push.test_sender import Database, Gateway, make_crowd, make_sender


def test_who_sends_hears_of_it_before_the_jobs_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may need twenty seconds, and the platform waits for thirty in all."""
    order = []

    async def jobs(*_arguments: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.2)
            order.append("jobs have ended")
            raise

    async def work() -> None:
        asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)
        runtime = Runtime(None, FixedClock(NOW), Thresholds(), {})
        await queue.work("", runtime, 1, lambda: order.append("told"))

    monkeypatch.setattr(queue, "_work", jobs)
    asyncio.run(work())
    assert order == ["told", "jobs have ended"]


def test_who_sends_then_begins_with_nothing_more(
    session: Session, connection: sa.Connection, clock: FixedClock
) -> None:
    make_crowd(session, 1)
    gateway = Gateway()
    sender = make_sender(Database(connection), gateway, clock)
    sender.leave()
    sender.run()
    assert gateway.sent == []
    assert statuses(session) == ["due"]
