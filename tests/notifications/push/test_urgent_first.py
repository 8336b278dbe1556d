"""What is urgent overtakes a backlog: in the queue of pushes, in what one worker holds, in the expansions."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import procrastinate
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import Delivery, InboxItem
from notifications.push import deliveries
from notifications.push.gateway import Push, PushOutcome, PushResult
from notifications.push.sender import Sender, SendRate
from service.models import Event, Outbox
from service.platform import outbox, queue
from service.platform.database import libpq_url
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions
from tests.makers import make_device, make_event, make_signup, make_volunteer
from tests.notifications.push.test_deliveries import owe
from tests.notifications.push.test_sender import Database, Gateway, make_crowd


@pytest.fixture
def database(connection: sa.Connection) -> Database:
    return Database(connection)


def cancel(session: Session, people: int = 1) -> Event:
    """An event in an hour is called off, and so many people are to be told."""
    event = make_event(session, starts_at=NOW + timedelta(hours=1), status="cancelled")
    for _ in range(people):
        person = make_volunteer(session)
        make_signup(session, event, person)
        make_device(session, person)
    fan_out.expand(session, owe(session, event, "event_cancelled"), NOW)
    session.commit()
    return event


def test_what_is_urgent_is_claimed_before_an_older_backlog(session: Session) -> None:
    make_crowd(session, 30)
    session.execute(sa.update(Delivery).values(next_attempt_at=NOW - timedelta(hours=1)))
    cancel(session, 2)
    first = deliveries.claim(session, NOW, lease_s=60, limit=5)
    kinds = [claim.push.kind for claim in first if claim.push is not None]
    assert kinds == ["event_cancelled"] * 2 + ["announcement"] * 3


def test_what_is_urgent_and_not_yet_due_waits(session: Session) -> None:
    make_crowd(session, 2)
    cancel(session)
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.inbox_item_id.in_(
                sa.select(InboxItem.id).join(Outbox).where(Outbox.kind == "event_cancelled")
            )
        )
        .values(next_attempt_at=NOW + timedelta(minutes=1))
    )
    claims = deliveries.claim(session, NOW, lease_s=60, limit=5)
    assert [claim.push.kind for claim in claims if claim.push is not None] == ["announcement"] * 2


def test_a_sender_amid_a_backlog_sends_what_is_urgent_next(
    session: Session, database: Database, clock: FixedClock
) -> None:
    """It is owed while a worker is in the middle of thousands: it leaves with the next claim."""
    make_crowd(session, 400)
    gateway = Gateway()
    gateway.at_once = 12

    owed: list[Event] = []

    def answer(_push: Push) -> PushResult:
        if not owed:
            owed.append(cancel(session))
        return PushResult(PushOutcome.SENT)

    gateway.answer = answer
    Sender(database, clock, gateway, SendRate(60)).run()
    kinds = [push.kind for push in gateway.sent]
    assert len(kinds) == 401
    assert kinds.index("event_cancelled") < 250


def test_a_large_expansion_lets_others_in_between(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is owed while many thousands are being told does not wait for the last of them."""
    monkeypatch.setattr(fan_out, "CHUNK", 5)
    with sessions.begin() as session:
        event = make_event(session, starts_at=NOW + timedelta(days=1))
        crowd, late = [make_volunteer(session) for _ in range(40)], make_volunteer(session)
        other = make_event(session, starts_at=NOW + timedelta(hours=1), status="cancelled")
        for person in crowd:
            make_signup(session, event, person)
        make_signup(session, other, late)
        for of, kind in ((event, "announcement"), (other, "event_cancelled")):
            facts = {"title": of.title, "starts_at": of.starts_at.isoformat(), "zone": of.zone, "text": "!"}
            outbox.enqueue(session, kind, NOW, facts, event_id=of.id)
    runtime = Runtime(sessions, FixedClock(NOW), Thresholds(), {"sender": SimpleNamespace(wake=lambda: None)})
    url = libpq_url(sessions.kw["bind"].url.render_as_string(hide_password=False))

    async def work() -> None:
        with queue.app.replace_connector(procrastinate.PsycopgConnector(conninfo=url)) as app:
            async with app.open_async():
                await app.run_worker_async(
                    wait=False,
                    concurrency=1,
                    additional_context={"runtime": runtime},
                    install_signal_handlers=False,
                )

    asyncio.run(work())
    with sessions() as session:
        kinds = ("announcement", "event_cancelled")
        query = sa.select(InboxItem.volunteer_id).join(Outbox).where(Outbox.kind.in_(kinds))
        told = list(session.scalars(query.order_by(InboxItem.id)))
    assert len(told) == 41
    assert told.index(late.id) < 20
