"""What the operator sees of a backlog: how old it is, wherever it lies, and when a worker was last seen."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import procrastinate
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from http_base.application import Tazalyq
from notifications import fan_out
from service.models import Outbox
from service.models.base import new_id
from service.platform import queue
from service.platform.clock import SystemClock
from service.platform.database import db, libpq_url
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, test_settings
from tests.makers import make_device, make_event, make_signup, make_volunteer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def announced(session: Session) -> list[Outbox]:
    """Three announcements that no worker has looked at, the oldest of ten minutes ago."""
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = make_volunteer(session)
    make_signup(session, event, person)
    make_device(session, person)
    facts = {"title": event.title, "starts_at": event.starts_at.isoformat(), "zone": event.zone, "text": "!"}
    made = [
        Outbox(
            id=new_id(),
            kind="announcement",
            event_id=event.id,
            facts=facts,
            created_at=NOW - minutes * MINUTE,
        )
        for minutes in (10, 2, 1)
    ]
    session.add_all(made)
    session.commit()
    return made


def details(client: FlaskClient) -> Any:
    return client.get("/readyz").json["details"]


def stats(app: Tazalyq) -> str:
    return app.test_cli_runner().invoke(args=["pushes", "stats"]).output


def test_what_nobody_has_worked_out_is_told_with_its_age(
    client: FlaskClient, app: Tazalyq, announced: list[Outbox]
) -> None:
    found = details(client)["outbox"]
    assert (found["waiting"], found["oldest_s"]) == (3, 600)
    assert "3" in stats(app)
    assert "600 s" in stats(app)


def test_a_push_that_nobody_sends_is_told_with_its_age(
    client: FlaskClient, session: Session, app: Tazalyq, announced: list[Outbox]
) -> None:
    for entry in announced:
        fan_out.expand(session, entry.id, NOW - 5 * MINUTE)
    session.commit()
    found = details(client)
    assert (found["outbox"]["waiting"], found["outbox"]["oldest_s"]) == (0, 0)
    assert (found["pushes"]["due"], found["pushes"]["oldest_s"]) == (3, 300)
    assert "300 s" in stats(app)


def test_reminders_that_nobody_gives_are_told_with_their_age(
    client: FlaskClient, session: Session, announced: list[Outbox]
) -> None:
    for entry in announced:
        entry.expanded_at, entry.next_due_at = NOW - 9 * MINUTE, NOW - 4 * MINUTE
    announced[0].next_due_at = NOW + MINUTE
    session.commit()
    found = details(client)["outbox"]
    assert (found["waiting"], found["oldest_s"]) == (2, 240)


def test_what_is_for_a_later_hour_is_no_backlog(
    client: FlaskClient, session: Session, announced: list[Outbox]
) -> None:
    for entry in announced:
        fan_out.expand(session, entry.id, NOW + MINUTE)
    session.commit()
    assert details(client)["pushes"] == {"due": 0, "oldest_s": 0}


def test_no_worker_was_ever_seen(client: FlaskClient, app: Tazalyq) -> None:
    assert details(client)["worker"] == {"seen_s_ago": None}
    assert "never" in stats(app)


def test_a_worker_is_seen_as_long_as_it_works(sessions: Sessions) -> None:
    url = libpq_url(sessions.kw["bind"].url.render_as_string(hide_password=False))
    sender = SimpleNamespace(wake=lambda: None)
    runtime = Runtime(sessions, SystemClock(), Thresholds(), {"sender": sender})

    app = create_app(test_settings(DATABASE_URL=url))

    def seen() -> int | None:
        ago: int | None = details(app.test_client())["worker"]["seen_s_ago"]
        return ago

    async def work() -> None:
        with queue.app.replace_connector(procrastinate.PsycopgConnector(conninfo=url)) as worker:
            async with worker.open_async():
                working = asyncio.create_task(
                    worker.run_worker_async(
                        additional_context={"runtime": runtime}, install_signal_handlers=False
                    )
                )
                for _ in range(150):
                    await asyncio.sleep(0.1)
                    if await asyncio.to_thread(seen) is not None:
                        break
                working.cancel()
                await asyncio.wait({working})

    try:
        asyncio.run(work())
        ago = seen()
        assert ago is not None
        assert 0 <= ago <= 15
        assert "last seen" in stats(app)
    finally:
        with app.app_context():
            db.engine.dispose()
