"""A message to the people of an event: all who go, those not here yet, or the line."""

from uuid import UUID

from flask import Response

from http_base.context import actor, now, session
from http_base.schemas.announcements import AnnouncementBody
from service import errors
from service.access import Permission, may
from service.events import announcements
from service.events.events import target_of
from service.figures import own_events
from service.models import AnnouncementTo, Event
from web.addresses import to
from web.forms import Form, read_form
from web.organizer import desk
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("organizer-messages")

NO_PERSON = Unaudited("shows what was told to the people of an event, and no person")

SHOWN = 50


@pages.page("/organizer/events/<uuid:event_id>/message", ("GET", "POST"))
@pages.staff(Permission.SEE_BOARD, audit=NO_PERSON)
def show(event_id: UUID) -> Response:
    """What to say and to whom, and what has been said."""
    event = desk.found(event_id)
    form = read_form(AnnouncementBody(), to=AnnouncementTo.GOING)
    if form.is_good and _is_sent(form, event_id):
        return done(to("organizer-messages.show", event_id=event_id), "page.message.sent")
    board = own_events.board(session(), actor(), event, now())
    return desk.show(
        "message.html",
        event=event,
        form=form,
        readers=[
            (AnnouncementTo.GOING, f"{text('page.message.to.going')}: {board.going}"),
            (AnnouncementTo.NOT_HERE, text("page.message.to.not_here")),
            (AnnouncementTo.WAITLISTED, f"{text('page.message.to.waitlisted')}: {board.waitlisted}"),
        ],
        sent=announcements.of_event(session(), actor(), event_id, None, SHOWN),
        may_send=_may_send(event),
        a_day=announcements.A_DAY,
    )


def _is_sent(form: Form, event_id: UUID) -> bool:
    """Send it; what is refused stays typed, with why."""
    body = form.data
    try:
        announcements.announce(
            session(), actor(), event_id, body["text"], now(), body.get("id"), AnnouncementTo(body["to"])
        )
    except errors.TooManyRequests:
        session().rollback()
        form.refuse("text", "page.message.too-many", limit=announcements.A_DAY)
        return False
    session().commit()
    return True


def _may_send(event: Event) -> bool:
    may_now = event.is_published and now() <= event.ends_at + announcements.OPEN_AFTER_END
    return may_now and may(actor(), Permission.ANNOUNCE, target_of(event))
