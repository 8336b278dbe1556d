"""How people come to know of an event: its address, its code, chats, and a poster to print."""

from uuid import UUID

from flask import Response

from http_base import links
from http_base.context import locale
from service import errors
from service.access import Permission
from service.figures import poster_pdf
from service.figures.poster_pdf import Poster
from service.models.base import localized
from web import chats, formats
from web.organizer import desk
from web.pages import Pages, Unaudited
from web.templating import text

pages = Pages("organizer-sharing")

NO_PERSON = Unaudited("shows what everybody may know of an event")


@pages.page("/organizer/events/<uuid:event_id>/share")
@pages.staff(Permission.SEE_BOARD, audit=NO_PERSON)
def show(event_id: UUID) -> Response:
    """The address to send, the code to show, the poster to print."""
    event = desk.found(event_id)
    return desk.show("share.html", event=event, sharing=chats.of_event(event))


@pages.page("/organizer/events/<uuid:event_id>/poster.pdf")
@pages.staff(Permission.SEE_BOARD, audit=NO_PERSON)
def poster(event_id: UUID) -> Response:
    """An A4 to print, in the language of the page. Of what everybody cannot see there is none."""
    event = desk.found(event_id)
    if not event.is_published:
        raise errors.NotPublished()
    made = poster_pdf.make(
        Poster(
            language=locale(),
            title=localized(event.title, locale()),
            when=formats.span(event.starts_at, event.ends_at, event.zone),
            where=event.address_in(locale()),
            bring=f"{text('page.public.event.bring')}: {', '.join(event.bring)}" if event.bring else "",
            how=text("page.share.scan"),
            organizer=localized(event.organization.name, locale()),
            address=links.of_event(event.id),
            made_at=event.created_at,
        )
    )
    response = Response(made, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="tazalyq-{event.day.isoformat()}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
