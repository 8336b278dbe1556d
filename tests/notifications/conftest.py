"""Fixtures of tests of what the clock owes."""

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from notifications import fan_out, reminders
from service.models import Outbox
from service.platform.thresholds import Thresholds

Run = Callable[[datetime], None]


@pytest.fixture
def run(session: Session, connection: sa.Connection) -> Run:
    """One round of the minute's task, and the expansion of what it owes."""
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    def once(now: datetime) -> None:
        session.flush()
        session.commit()
        reminders.run(sessions, reminders.Hour(now, Thresholds()))
        unexpanded = session.scalars(sa.select(Outbox.id).where(Outbox.expanded_at.is_(None))).all()
        for entry in unexpanded:
            while fan_out.expand(session, entry, now):
                pass
        session.commit()

    return once
