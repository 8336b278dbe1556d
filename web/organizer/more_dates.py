"""More dates of a series: on so many weekdays in a row, or on one day more."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import fields

from http_base.context import actor, now, session
from http_base.fields import Strict, TimeOfDay, whole
from http_base.schemas.days import KNOWN_DAYS
from service import errors
from service.access import Permission
from service.events import duplicates, series_additions
from service.events.recurrence import MAX_DATES
from service.models import Event
from web.addresses import to
from web.forms import Form, read_form
from web.keeping import is_kept
from web.organizer import desk
from web.pages import Pages, Unaudited, done

pages = Pages("organizer-more-dates")

NO_PERSON = Unaudited("shows an event, and no person; what is done is recorded by its use case")


class DatesForm(Strict):
    """The first of them, and how many weeks in a row; its `id` is the first one's: pressed twice, once."""

    id = fields.UUID()
    day = fields.Date(required=True, validate=KNOWN_DAYS)
    starts = TimeOfDay(required=True)
    weeks = whole(1, MAX_DATES, required=True)


@pages.page("/organizer/events/<uuid:event_id>/dates", ("GET", "POST"))
@pages.staff(Permission.CREATE_EVENT, audit=NO_PERSON)
def add(event_id: UUID) -> Response:
    """The same on more days; they come out at once where this date has."""
    event = desk.found(event_id, Permission.CREATE_EVENT)
    if event.series_id is None:
        return done(to("organizer-copying.copy", event_id=event_id))
    day = series_additions.next_day(session(), event, now())
    form = read_form(DatesForm(), day=day, starts=f"{event.local(event.starts_at):%H:%M}", weeks=1)
    made: list[Event] = []
    try:
        is_done = form.is_good and is_kept(form, lambda: made.extend(_add(event, form)), lambda _: "day")
    except errors.IdReused:
        # The page was gone back to, and says other days now.
        session().rollback()
        return done(to("organizer-more-dates.add", event_id=event_id), "page.series.added-already", "info")
    if not is_done:
        return desk.show("more_dates.html", event=event, form=form)
    if made[0].is_draft:
        preview = to("organizer-publishing.preview", event_id=made[0].id)
        return done(preview, "page.series.added-drafts", number=len(made))
    return done(desk.board_of(event_id), "page.series.added", number=len(made))


def _add(event: Event, form: Form) -> list[Event]:
    said = form.data
    first = datetime.combine(said["day"], said["starts"])
    weeks = [first + week * duplicates.WEEK for week in range(said["weeks"])]
    starts = [local.replace(tzinfo=ZoneInfo(event.zone)) for local in weeks]
    return series_additions.add(session(), actor(), event.id, starts, now(), said.get("id"))
