"""What the database cannot do at this moment is no fault of what was asked: nobody goes without it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from notifications import fan_out, policy
from notifications.models import InboxItem
from service.models import Outbox
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_signup, make_volunteer
from tests.notifications.push.test_deliveries import owe, statuses
from tests.notifications.push.test_sender import Database, Gateway, make_crowd, make_sender

PASSING = [
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DiskFull,
    psycopg.errors.OutOfMemory,
]


def failing(work: Callable[..., Any], error: type[psycopg.Error], times: int) -> Callable[..., Any]:
    """As `work`, but so often the database says this."""
    left = [error] * times

    def act(*arguments: Any) -> Any:
        if left:
            raise OperationalError("", {}, left.pop()())
        return work(*arguments)

    return act


@pytest.fixture
def database(connection: sa.Connection) -> Database:
    return Database(connection)


@pytest.mark.parametrize("error", PASSING)
def test_a_push_is_sent_once_the_database_can(
    session: Session,
    database: Database,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    error: type[psycopg.Error],
) -> None:
    """A migration holds a table for longer than readers wait, say."""
    make_crowd(session, 1)
    monkeypatch.setattr(policy, "decide", failing(policy.decide, error, 1))
    sender = make_sender(database, Gateway(), clock)
    with suppress(OperationalError):
        sender.run()
    sender.run()
    assert statuses(session) == ["sent"]


@pytest.mark.parametrize("error", PASSING)
def test_an_inbox_is_filled_once_the_database_can(
    session: Session, monkeypatch: pytest.MonkeyPatch, error: type[psycopg.Error]
) -> None:
    event = make_event(session)
    people = [make_volunteer(session) for _ in range(2)]
    for person in people:
        make_signup(session, event, person)
    outbox_id = owe(session, event)
    # All of them at once, then the first one alone.
    monkeypatch.setattr(fan_out, "_fill", failing(fan_out._fill, error, 2))
    for _ in range(3):
        with suppress(OperationalError), session.begin_nested():
            fan_out.expand(session, outbox_id, NOW)
    assert session.get_one(Outbox, outbox_id).expanded_at is not None
    told = session.scalars(sa.select(InboxItem.volunteer_id)).all()
    assert set(told) == {person.id for person in people}
