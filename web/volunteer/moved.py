"""What somebody was shown of an event's day and place: a press on an older page is no yes to the new ones."""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.models import Event
from web import formats


@dataclass(frozen=True, slots=True)
class Moved:
    """What is new since then. `when`: day and hours of before, in words; None: the same, or unreadable."""

    when: str | None
    is_elsewhere: bool


def shown(event: Event) -> str:
    """The day and place, as a form says them again."""
    starts, ends = (int(at.timestamp()) for at in (event.starts_at, event.ends_at))
    return f"{starts} {ends} {event.latitude:.6f},{event.longitude:.6f}"


def since(event: Event, said: str | None) -> Moved | None:
    """What is new since a form said this; None: nothing. Whoever says nothing was shown what stands."""
    now = shown(event)
    if not said or said == now:
        return None
    *times, place = said.split(" ")
    *times_now, place_now = now.split(" ")
    return Moved(None if times == times_now else _span(times, event.zone), place != place_now)


def _span(times: list[str], zone: str) -> str | None:
    try:
        starts, ends = (datetime.fromtimestamp(int(at), UTC) for at in times)
        return formats.span(starts, ends, zone)
    except (ValueError, OverflowError, OSError):
        return None
