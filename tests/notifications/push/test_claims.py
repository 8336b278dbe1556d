"""How much a sender holds at once, and how soon others take over what a dead one held."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import Delivery
from notifications.push import deliveries
from notifications.push.gateway import OnResult, Push, PushOutcome, PushResult
from notifications.push.sender import Sender, SendRate
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions, test_settings
from tests.makers import make_device, make_event, make_signup, make_volunteer
from tests.notifications.push.test_deliveries import owe
from tests.notifications.push.test_sender import Database, Gateway, make_crowd


class Slow(Gateway):
    """Answers so many pushes a second, and notes how many deliveries its sender holds meanwhile."""

    def __init__(self, session: Session, a_second: float, at_once: int) -> None:
        super().__init__()
        self.session, self.pause, self.at_once = session, 1 / a_second, at_once
        self.held: list[int] = []

    def send(self, pushes: Sequence[Push], report: OnResult) -> None:
        held = sa.select(sa.func.count()).where(Delivery.status == "sending")
        self.held.append(self.session.scalar(held) or 0)
        for position, push in enumerate(pushes):
            time.sleep(self.pause)
            self.sent.append(push)
            report(position, PushResult(PushOutcome.SENT))


@pytest.mark.parametrize(("a_second", "per_second"), [(40, 0), (400, 20)])
def test_a_sender_holds_no_more_than_two_seconds_work(
    session: Session, connection: sa.Connection, clock: FixedClock, a_second: int, per_second: int
) -> None:
    """With a quota, and without one: then it is what the gateway has shown to manage."""
    make_crowd(session, 130)
    gateway = Slow(session, a_second, at_once=12)
    sender = Sender(Database(connection), clock, gateway, SendRate(60, per_second))
    sender.run()
    assert len(gateway.sent) == 130
    assert max(gateway.held) <= 2 * (per_second or a_second)


def test_a_fast_gateway_is_not_held_back(
    session: Session, connection: sa.Connection, clock: FixedClock
) -> None:
    make_crowd(session, 400)
    gateway = Slow(session, 20_000, at_once=60)
    began = time.monotonic()
    Sender(Database(connection), clock, gateway, SendRate(60)).run()
    assert len(gateway.sent) == 400
    assert time.monotonic() - began < 6


def test_a_dead_senders_lease_is_short() -> None:
    assert test_settings().push_lease_s <= 20


def test_an_idle_sender_takes_over_soon_after_a_lease_has_run_out(sessions: Sessions) -> None:
    with sessions.begin() as session:
        event, person = make_event(session, starts_at=NOW + timedelta(days=1)), make_volunteer(session)
        make_signup(session, event, person)
        make_device(session, person)
        fan_out.expand(session, owe(session, event), NOW)
    gateway = Gateway()
    sender = Sender(sessions, FixedClock(NOW), gateway, SendRate(60))
    sender.start()
    try:
        time.sleep(0.5)
        with sessions.begin() as session:
            session.execute(sa.update(Delivery).values(status="due"))
            deliveries.claim(session, NOW, lease_s=60, owner="dead")
            session.execute(sa.update(Delivery).values(lease_until=sa.func.clock_timestamp()))
        sent, end = len(gateway.sent), time.monotonic() + 5
        while len(gateway.sent) == sent and time.monotonic() < end:
            time.sleep(0.1)
        assert len(gateway.sent) == sent + 1
    finally:
        sender.stop()
