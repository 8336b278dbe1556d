"""A clock that goes when a test says so."""

from datetime import datetime, timedelta


class FixedClock:
    """Stands still until it is set or moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by
