"""What somebody was shown of an event's day and place: a yes to it is none to another one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service import errors
from service.models import Event

SECOND = timedelta(seconds=1)
"""Clients write moments to the second, or finer."""
DEGREES = 0.000_001
"""About 11 cm: they write points to six decimals, or finer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """As it was shown. None: not said, and not compared; `meeting_point`: latitude and longitude."""

    starts_at: datetime
    ends_at: datetime | None = None
    meeting_point: tuple[float, float] | None = None

    def check(self, event: Event) -> None:
        """Compare with the event, which the caller has locked.

        Raises:
            EventMoved: it is another day, another hour or another place by now.
        """
        times = (self.starts_at, event.starts_at), (self.ends_at or event.ends_at, event.ends_at)
        now = event.latitude, event.longitude
        is_then = all(abs(then - it) < SECOND for then, it in times)
        is_there = all(
            abs(then - it) <= DEGREES for then, it in zip(self.meeting_point or now, now, strict=True)
        )
        if not (is_then and is_there):
            moved = errors.EventMoved(starts_at=event.starts_at, version=event.version)
            raise moved.in_zone(event.zone)
