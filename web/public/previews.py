"""The picture that chats show of an event whose link somebody sends."""

from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields

from http_base import links
from http_base.context import locale, session
from service.events import events
from service.figures import event_picture
from service.figures.event_picture import EventPicture
from service.models import Event
from service.models.base import localized
from web import formats
from web.addresses import to
from web.forms import read_query
from web.public.open_pages import KEPT, OpenPages
from web.templating import text

pages = OpenPages("previews")

KEPT_A_DAY = "public, max-age=86400"
"""By its version: whatever changes an event, or hides it, gives its picture another address."""


class VersionQuery(Schema):
    v = fields.Integer()


def address_of(event: Event) -> str:
    """Where the picture of the event as it is now stands."""
    return links.absolute(to("previews.show", event_id=event.id, v=event.version))


@pages.page("/events/<uuid:event_id>/preview.png")
def show(event_id: UUID) -> Response:
    """Of what everybody may see. Raises NotFound: there is no such event, or it is a draft or hidden."""
    event = events.get_visible(session(), None, event_id)
    version = read_query(VersionQuery).get("v")
    response = Response(event_picture.make(_picture(event)), mimetype="image/png")
    response.headers["Cache-Control"] = KEPT_A_DAY if version == event.version else KEPT
    response.add_etag()
    response.make_conditional(request)
    return response


def _picture(event: Event) -> EventPicture:
    when = formats.span(event.starts_at, event.ends_at, event.zone)
    return EventPicture(
        title=localized(event.title, locale()),
        when=when,
        where=event.address_in(locale()),
        organizer=localized(event.organization.name, locale()),
        state=text("page.public.preview.cancelled", when=when) if event.is_cancelled else "",
    )
