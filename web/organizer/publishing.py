"""How volunteers will see an event, and its publishing."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response

from http_base.context import actor, locale, now, session
from http_base.fields import Strict, one_of
from notifications import messages
from service import errors
from service.access import Permission
from service.events import plans, series, series_acts
from service.events.series_scopes import CHANGES, Scope
from service.models import Event
from service.models.base import localized
from web.addresses import to
from web.forms import read_form
from web.organizer import desk
from web.pages import Pages, Unaudited, done
from web.public import events as public_events

pages = Pages("organizer-publishing")

NO_PERSON = Unaudited("shows an event as everybody will see it")

FITS = 60
"""So long a title is read whole on most phones, between the words of a push and beside its picture."""


@pages.page("/organizer/events/<uuid:event_id>/preview")
@pages.staff(Permission.SEE_BOARD, audit=NO_PERSON)
def preview(event_id: UUID) -> Response:
    """The page of everybody, and the title as a phone's notification cuts it."""
    event = desk.found(event_id)
    if event.is_published:
        return done(to("events.show", event_id=event.id))
    title = localized(event.title, locale())
    return desk.show(
        "preview.html",
        event=event,
        push=push_of(event),
        is_cut=len(title) > FITS,
        longest=FITS,
        is_over=event.is_over(now()),
        dates=_dates(event),
        **public_events.seen_before(event),
    )


def _dates(event: Event) -> Sequence[Event]:
    """Of a series the drafts that can come out with this one, itself among them; else empty."""
    if event.series_id is None:
        return ()
    listed = series.dates(session(), actor(), event.series_id)
    return [one for one in listed if one.is_draft and one.starts_at >= event.starts_at]


class ScopeForm(Strict):
    """Of a series: this date, or the later ones, too."""

    scope = one_of(*CHANGES, load_default=Scope.THIS)


def push_of(event: Event) -> tuple[str, str]:
    """Title and text of the first push about it, in the language of the page."""
    return messages.push_words("nearby_event", plans.facts_of(event), locale())


@pages.page("/organizer/events/<uuid:event_id>/publish", ("POST",))
@pages.staff(Permission.CHANGE_EVENT, audit=NO_PERSON)
def publish(event_id: UUID) -> Response:
    """Let everybody see it; pressed once more, it is published already."""
    event = desk.found(event_id, Permission.CHANGE_EVENT)
    form = read_form(ScopeForm)
    if not form.is_good:
        return done(to("organizer-publishing.preview", event_id=event_id))
    try:
        series_acts.publish(session(), actor(), event_id, now(), Scope(form.data["scope"]))
    except errors.NotADraft:
        session().rollback()
        if event.is_cancelled:
            return done(desk.board_of(event_id), "page.publish.cancelled", "bad")
        return done(desk.board_of(event_id), "page.publish.already", "info")
    except (errors.AlreadyOver, errors.SeriesStarted):
        session().rollback()
        return done(to("organizer-event-edit.change", event_id=event_id), "page.publish.over", "bad")
    session().commit()
    return done(desk.board_of(event_id), "page.publish.done")
