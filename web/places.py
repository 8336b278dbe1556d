"""Places of an event, for whoever looks at a page at this moment."""

from http_base.context import now, session
from service.events import offers
from service.models import Event, PlacesLeft


def places_left(event: Event) -> PlacesLeft | None:
    """How many are left; None where everybody finds one."""
    return offers.places_left(session(), event, now())
