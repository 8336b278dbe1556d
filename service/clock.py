"""The one clock. Nothing else in the product asks the system for the time of day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


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


class FixedClock:
    """A clock for tests: stands still until it is set or moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by
