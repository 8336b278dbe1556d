"""The one clock of all rules.

Only what is agreed with others asks the system itself: how long Google's tokens and pushes live, and the
minute of an address's requests. A clock that was moved in development must not move those.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.models import ClockOffset


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock: the only one in production."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SharedClock:
    """The system clock plus an offset that web and worker share, so that a season can be played in minutes.

    `read_offset` fetches the offset afresh each time: all processes agree from the moment it is set.
    """

    def __init__(self, read_offset: Callable[[], timedelta]) -> None:
        self._read_offset = read_offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._read_offset()


def read_clock_offset(engine: Engine) -> timedelta:
    """The offset that development has set, else none; on a connection outside of any transaction."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(ClockOffset.offset_us)).scalar()
    return timedelta(microseconds=found or 0)


def set_clock(session: Session, at: datetime) -> None:
    """Let the shared clock show `at` from now on; it goes on from there."""
    offset_us = (at - datetime.now(UTC)) // timedelta(microseconds=1)
    session.execute(
        insert(ClockOffset)
        .values(id=1, offset_us=offset_us)
        .on_conflict_do_update(index_elements=["id"], set_={"offset_us": offset_us})
    )


def reset_clock(session: Session) -> None:
    """Let the shared clock show the system's time again."""
    session.execute(sa.delete(ClockOffset))
