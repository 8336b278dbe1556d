"""Who takes part in an event, and the coordinator's correction of who was there."""

from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors
from http_base.context import actor, now, services, session
from http_base.schemas.corrections import CorrectionBody
from service.access import Permission, may
from service.events import participants
from service.events.events import target_of
from service.events.participants import Participant
from service.models import AuditAction
from service.rulings import corrections
from service.rulings.corrections import Correction
from web.addresses import here
from web.coordinator import desk
from web.coordinator.event import found, found_to_show
from web.forms import Form, read_form, read_query
from web.keeping import is_kept
from web.pages import Pages, Unaudited, done, tell_audit

pages = Pages("coordinator-event-people")

A_PAGE = 50


class Filter(Schema):
    """Where in the list the page begins."""

    cursor = fields.String()


@pages.page("/coordinator/events/<uuid:event_id>/people")
@pages.staff(Permission.COUNT_REGION, audit=Unaudited("its use case records that they were read"))
def show_all(event_id: UUID) -> Response:
    """Who goes, waits or was there: names of those who let them be shown, and no phones."""
    event = found_to_show(event_id).event
    after: tuple[UUID] | None = cursors.decode(read_query(Filter).get("cursor"), UUID)
    people = participants.in_event(
        session(), actor(), event_id, now(), None if after is None else after[0], A_PAGE + 1
    )
    items, following = cursors.page(people, A_PAGE, lambda one: (one.volunteer_id,))
    can_correct = may(actor(), Permission.CORRECT_ATTENDANCE, target_of(event)) and event.starts_at <= now()
    return desk.show(
        desk.sit_down("events"),
        "event_people.html",
        event=event,
        items=items,
        can_correct=can_correct,
        me=actor().volunteer_id,
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


@pages.page("/coordinator/events/<uuid:event_id>/people/<uuid:subject_id>", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=AuditAction.PERSON_READ)
def correct(event_id: UUID, subject_id: UUID) -> Response:
    """Say whether somebody was there, for how long, and why one says so."""
    event = found(event_id)
    tell_audit(region_code=event.region_code, organization_id=event.organization_id)
    person = participants.one(session(), actor(), event_id, subject_id, now())
    at = desk.sit_down("events")
    form = read_form(CorrectionBody, present=_stands(person))
    if form.sent and "present" not in form.typed:
        form.refuse("present", "field.required")
    if form.is_good and is_kept(form, lambda: _correct(form, event_id, subject_id)):
        return done(at.to("coordinator-event-people.show_all", event_id=event_id), "page.desk.saved")
    return desk.show(at, "event_person.html", event=event, person=person, form=form)


def _stands(person: Participant) -> str | None:
    """What the form begins with: as it stands; nothing where it is doubted, or nothing is known."""
    return {"counted": "yes", "rejected": "no"}.get(person.attendance or "")


def _correct(form: Form, event_id: UUID, subject_id: UUID) -> None:
    thresholds = services().settings.thresholds
    corrections.correct(session(), actor(), event_id, subject_id, Correction(**form.data), now(), thresholds)
