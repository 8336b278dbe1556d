"""What a job does for many it does for each by itself: one that fails holds up no other (fault 44)."""

from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from service.events import passing_on
from service.platform import personal_data, queue, retention
from service.platform.personal_data import PersonalTable
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("app")


def run(connection: sa.Connection, task: str) -> None:
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    runtime = Runtime(sessions, FixedClock(NOW), Thresholds(), {})
    queue.app.tasks[task].func(SimpleNamespace(additional_context={"runtime": runtime}), 0)


def test_places_of_one_event_that_cannot_be_passed_on(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, passed = [uuid4() for _ in range(3)], []

    def pass_on(_session: Session, event_id: UUID, _now: object) -> None:
        if event_id == events[0]:
            raise ValueError("broken")
        passed.append(event_id)

    monkeypatch.setattr(passing_on, "due", lambda *_: events)
    monkeypatch.setattr(passing_on, "pass_on", pass_on)
    run(connection, passing_on.TASK)
    assert passed == events[1:]


def test_a_table_of_which_nothing_can_be_forgotten(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, done = list(personal_data.registered()), []

    def forget(_session: Session, said: PersonalTable, _now: object) -> int:
        if said is tables[0]:
            raise ValueError("broken")
        done.append(said)
        return 0

    monkeypatch.setattr(retention, "forget", forget)
    run(connection, retention.TASK)
    assert done == tables[1:]
