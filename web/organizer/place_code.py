"""The code of the place on an organizer's or helper's screen, with its QR."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response

from http_base import links
from http_base.context import actor, now, services, session
from service.access import Permission, may
from service.attendance import place_codes
from service.events.events import target_of
from service.models import Event
from web.organizer import desk
from web.pages import Pages, Unaudited
from web.qr import qr_of

pages = Pages("organizer-code")

NO_PERSON = Unaudited("shows the code of a place, and no person")


@dataclass(frozen=True, slots=True)
class Shown:
    """The code of this minute, until when it holds, and the address that its QR leads to."""

    code: str
    valid_until: datetime
    address: str


@pages.page("/organizer/events/<uuid:event_id>/code")
@pages.staff(Permission.SHOW_COMING_CODES, audit=NO_PERSON)
def show(event_id: UUID) -> Response:
    """Large digits and a QR; without scripts the page says until when they hold, and gives new ones."""
    event = desk.found(event_id, Permission.SHOW_COMING_CODES)
    found = _of_now(event)
    return desk.show(
        "code.html",
        event=event,
        code=found,
        qr=None if found is None else qr_of(found.address),
        **desk.door_of(event, "code"),
    )


def _of_now(event: Event) -> Shown | None:
    """For helpers only in the event's hours."""
    if may(actor(), Permission.SHOW_CODE, target_of(event)):
        found = place_codes.of_event(session(), actor(), event.id, now())
        return _shown(event, found.code, found.valid_until)
    thresholds = services().settings.thresholds
    coming = place_codes.coming_codes(session(), actor(), event.id, now(), thresholds)
    if not coming or coming[0].valid_from > now():
        return None
    return _shown(event, coming[0].code, coming[0].valid_until)


def _shown(event: Event, code: str, valid_until: datetime) -> Shown:
    return Shown(code, valid_until, address_of(event.id, code))


def address_of(event_id: UUID, code: str) -> str:
    """Where the QR leads: the event's page, with the code in the part that browsers send to nobody."""
    return f"{links.of_event(event_id)}#code={code}"
