"""What a form showed of an event's day and place, said again by it: an older page is no yes to new ones."""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.events.seen import Seen
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
    if not said:
        return None
    try:
        starts, ends, place = said.split(" ")
        latitude, longitude = map(float, place.split(","))
        starts_at, ends_at = (datetime.fromtimestamp(int(at), UTC) for at in (starts, ends))
        seen = Seen(starts_at, ends_at, (latitude, longitude))
        was = formats.span(starts_at, ends_at, event.zone)
    except (ValueError, OverflowError, OSError):
        return Moved(None, is_elsewhere=True)
    is_then, is_there = seen.is_then(event), seen.is_there(event)
    return None if is_then and is_there else Moved(None if is_then else was, not is_there)
