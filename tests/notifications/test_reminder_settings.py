"""What the clock owes follows the settings of presence."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from notifications import tasks
from service.models import Outbox
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.makers import (
    make_attendance,
    make_event,
    make_signup,
    make_volunteer,
)
from tests.notifications.test_reminders import START, told


@pytest.mark.parametrize("minutes_before", [20, 150])
def test_check_in_opens_when_the_setting_says(
    session: Session, connection: sa.Connection, minutes_before: int
) -> None:
    event = make_event(session, starts_at=START)
    person = make_volunteer(session)
    make_signup(session, event, person, created_at=START - timedelta(minutes=10))
    opens = START - timedelta(minutes=minutes_before)
    for now, kinds in ((opens - timedelta(minutes=1), []), (opens, ["check_in_open"])):
        remind(session, connection, now, Thresholds(open_before_min=minutes_before))
        assert told(session, person) == kinds


def test_thanks_wait_until_check_outs_are_closed_by_the_setting(
    session: Session, connection: sa.Connection
) -> None:
    """A quarter of an hour after forgotten check-outs close; as long as what phones kept is taken."""
    event = make_event(session, starts_at=START)
    early, late, too_late = (make_volunteer(session) for _ in range(3))
    make_attendance(session, event, early)
    over, settings = START + timedelta(hours=3), Thresholds(leave_after_min=120, sync_hours=24)
    remind(session, connection, over + timedelta(minutes=134), settings)
    assert told(session, early) == []
    remind(session, connection, over + timedelta(minutes=135), settings)
    assert told(session, early) == ["thanks"]
    make_attendance(session, event, late)
    for hours in range(4, 26):
        remind(session, connection, over + timedelta(hours=hours), settings)
    make_attendance(session, event, too_late)
    for hours in range(26, 30):
        remind(session, connection, over + timedelta(hours=hours), settings)
    assert (told(session, late), told(session, too_late)) == (["thanks"], [])


def remind(session: Session, connection: sa.Connection, now: datetime, thresholds: Thresholds) -> None:
    """The minute's task under other settings, and the expansion of what it owes."""
    session.commit()
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    sender = SimpleNamespace(wake=lambda: None)
    runtime = Runtime(sessions, FixedClock(now), thresholds, {"sender": sender})
    context: Any = SimpleNamespace(additional_context={"runtime": runtime})
    tasks.remind(context, 0)
    session.execute(sa.update(Outbox).values(created_at=now - timedelta(minutes=1)))
    session.commit()
    tasks.deliver(context, 0)
