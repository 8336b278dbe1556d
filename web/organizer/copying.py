"""A copy of an event on another day, next week where nothing else is said: a draft to be looked through."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import fields

from http_base.context import actor, now, session
from http_base.fields import Strict, TimeOfDay
from http_base.schemas.days import KNOWN_DAYS
from service.access import Permission
from service.events import duplicates
from web.addresses import to
from web.forms import read_form
from web.organizer import desk, event_forms
from web.pages import Pages, Unaudited, done

pages = Pages("organizer-copying")

NO_PERSON = Unaudited("shows an event, and no person; what is done is recorded by its use case")


class CopyForm(Strict):
    """When the copy begins; its `id` is that of the draft, so that pressed twice makes one."""

    id = fields.UUID()
    day = fields.Date(required=True, validate=KNOWN_DAYS)
    starts = TimeOfDay(required=True)


@pages.page("/organizer/events/<uuid:event_id>/copy", ("GET", "POST"))
@pages.staff(Permission.CREATE_EVENT, audit=NO_PERSON)
def copy(event_id: UUID) -> Response:
    """The same on another day: its plan, nothing of what happened."""
    event = desk.found(event_id, Permission.CREATE_EVENT)
    next_week = event.local(duplicates.next_week(event, now()))
    form = read_form(CopyForm(), day=next_week.date(), starts=f"{next_week:%H:%M}")
    if form.is_good:
        starts_at = datetime.combine(form.data["day"], form.data["starts"], ZoneInfo(event.zone))
        if starts_at <= now():
            form.refuse("day", "page.event-form.past")
        else:
            id_ = form.data.get("id")
            made = event_forms.taken(
                form, lambda: duplicates.duplicate(session(), actor(), event_id, starts_at, now(), id_)
            )
            if made is not None:
                return done(to("organizer-event-edit.change", event_id=made.id), "page.copying.done")
    return desk.show("copy.html", event=event, form=form)
