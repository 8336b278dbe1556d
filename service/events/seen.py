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
        if not (self.is_then(event) and self.is_there(event)):
            moved = errors.EventMoved(starts_at=event.starts_at, version=event.version)
            raise moved.in_zone(event.zone)

    def is_then(self, event: Event) -> bool:
        """Whether its day and hours are those that were shown."""
        times = (self.starts_at, event.starts_at), (self.ends_at or event.ends_at, event.ends_at)
        return all(abs(then - it) < SECOND for then, it in times)

    def is_there(self, event: Event) -> bool:
        """Whether its place is the one that was shown."""
        now = event.latitude, event.longitude
        return all(abs(then - it) <= DEGREES for then, it in zip(self.meeting_point or now, now, strict=True))
