"""An event as everybody may see it: before, while and after it takes place, and where it is called off."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request
from markupsafe import Markup

from http_base.contacts import shown, shown_by
from http_base.context import locale, now, session
from http_base.schemas.photos import PhotoReportBody
from service import errors
from service.events import events, photos, search, to_show
from service.events.to_show import ToShow
from service.models import Event, EventResult
from service.models.base import localized
from service.organizations import contacts
from web import chats, formats
from web.forms import read_form
from web.pages import How, render
from web.photos import Picture, pictures
from web.plan import plan
from web.public import open_pages, previews
from web.public.open_pages import OpenPages
from web.templating import text
from web.volunteer import check_in, event_state, moved

pages = OpenPages("events", about_callers=True)

A_FEW = 5
UNITS: Mapping[str, str] = {"waste_t": "t", "recycled_t": "t", "area_ha": "ha", "banks_km": "km"}
"""Of those figures of a result that are measured; the others are numbers."""


@pages.page("/events/<uuid:event_id>")
def show(event_id: UUID) -> Response:
    """One event, with what who is signed in is to it; of a draft, a hidden or an unknown one nothing but the
    next ones."""
    found = _found(event_id)
    if found is None:
        return _not_found(event_id)
    event, result = found.event, found.result
    when = formats.span(event.starts_at, event.ends_at, event.zone)
    is_open = not event.is_cancelled and not event.is_over(now())
    me = event_state.of_caller(event, is_one=found.is_one)
    return open_pages.show(
        "event.html",
        title=localized(event.title, locale()),
        description=f"{when}. {event.address_in(locale())}",
        picture=None if event.is_hidden else previews.address_of(event),
        event=event,
        me=me,
        shown=moved.shown(event),
        announced=event_state.announced(event, me),
        check_in=check_in.block_of(event, me),
        has_check_in=check_in.is_open(event),
        is_open=is_open,
        takes_people=is_open and event.organization.is_verified,
        is_going_on=is_open and event.starts_at <= now(),
        plan=_plan(event) if is_open else None,
        contact=shown(found.contact),
        sharing=chats.of_event(event) if is_open and not event.is_hidden else None,
        result=_figures(result) if result is not None else [],
        note=None if result is None else result.note,
        photos=_pictures(event) if found.has_photos else (),
        next_ones=() if is_open else _next_ones(event),
    )


def _found(event_id: UUID) -> ToShow | None:
    """What may be shown: drafts to nobody, since their staff have a preview; hidden ones to their own."""
    try:
        found = to_show.get(session(), event_state.caller(), event_id)
    except errors.NotFound:
        return None
    return None if found.event.is_secret else found


def seen_before(event: Event) -> dict[str, Any]:
    """What the page of an event shows before its day, for who looks at it before it is published."""
    return {
        "me": None,
        "check_in": None,
        "has_check_in": False,
        "is_open": True,
        "takes_people": False,
        "is_going_on": False,
        "plan": _plan(event),
        "contact": shown_by(contacts.by_event(session(), [event])).get(event.id),
        "announced": (),
        "sharing": None,
        "result": [],
        "note": None,
        "photos": (),
        "next_ones": (),
    }


@pages.page("/events/<uuid:event_id>/photos/<uuid:photo_id>/report", ("GET", "POST"))
def report_photo(event_id: UUID, photo_id: UUID) -> Response:
    """Say what is wrong with a photograph: nobody sees it until a coordinator has looked."""
    event = events.get_visible(session(), None, event_id)
    form, is_told = read_form(PhotoReportBody), False
    if form.is_good:
        reason, address = form.data["reason"], request.remote_addr or ""
        photos.report(session(), None, event_id, photo_id, reason, now(), address=address)
        session().commit()
        is_told = True
    else:
        photos.one_of(session(), None, event, photo_id)
    title = text("page.photo.report")
    return open_pages.show(
        "photo_report.html",
        title=title,
        description=localized(event.title, locale()),
        event=event,
        form=form,
        is_told=is_told,
    )


def _not_found(event_id: UUID) -> Response:
    """Hidden or unknown. Where a hidden one was to be, everybody could read; of drafts nothing is told."""
    hidden = session().get(Event, event_id)
    centre = None if hidden is None or hidden.is_secret else (hidden.latitude, hidden.longitude)
    title = text("page.public.event.missing")
    return render(
        "public/event_missing.html",
        How(HTTPStatus.NOT_FOUND),
        about=open_pages.about(title, text("page.public.event.missing-why")),
        next_ones=search.coming_near(session(), centre, now(), A_FEW),
    )


def _next_ones(event: Event) -> Sequence[Event]:
    centre = (event.latitude, event.longitude)
    return search.coming_near(session(), centre, now(), A_FEW, but=event.id)


def _pictures(event: Event) -> Sequence[Picture]:
    return pictures(photos.of_event(session(), None, event), for_staff=False)


def _plan(event: Event) -> Markup:
    label = text("page.public.event.plan", place=event.address_in(locale()))
    return plan(event.area, (event.latitude, event.longitude), label, formats.distance)


def _figures(result: EventResult) -> list[tuple[str, Any, str | None]]:
    """(name, number, unit) of what was said; who was there is told by the month alone, and not here."""
    return [
        (name, float(value), UNITS.get(name)) for name, value in result.figures().items() if value is not None
    ]
