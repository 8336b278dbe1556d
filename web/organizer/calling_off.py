"""An event that does not take place, takes place at another time, or does take place after all."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base.context import actor, now, session
from http_base.fields import TimeOfDay, one_of, whole
from http_base.schemas.days import KNOWN_DAYS
from service import errors
from service.access import Permission
from service.events import events, series_acts, series_changes, series_scopes
from service.events.series_scopes import CHANGES, Scope
from service.models import Event
from web.addresses import to
from web.forms import VERSION, Form, read_form
from web.organizer import desk, event_forms, reasons
from web.organizer.reasons import ReasonForm
from web.pages import Pages, Unaudited, done
from web.series import scopes_beside, scopes_of

pages = Pages("organizer-calling-off")

NO_PERSON = Unaudited("shows an event, and no person; what is done is recorded by its use case")


class DatedForm(ReasonForm):
    """Why, and of a series which dates."""

    scope = one_of(*Scope, load_default=Scope.THIS)


@pages.page("/organizer/events/<uuid:event_id>/cancel", ("GET", "POST"))
@pages.staff(Permission.CANCEL_EVENT, audit=NO_PERSON)
def cancel(event_id: UUID) -> Response:
    """Call it off with a reason, which its people read in their own languages. Twice: once."""
    event = desk.found(event_id)
    form = read_form(DatedForm, scope=Scope.THIS)
    if form.is_good:
        why = reasons.said(form)
        if why is None:
            form.refuse("reason" if form.value("ready") == reasons.OTHER else "ready", "field.required")
        else:
            try:
                series_acts.cancel(session(), actor(), event_id, why, now(), Scope(form.data["scope"]))
            except errors.AlreadyOver:
                session().rollback()
                return done(desk.board_of(event_id), "page.calling-off.over", "info")
            session().commit()
            return done(desk.board_of(event_id), "page.calling-off.cancelled")
    if event.is_cancelled:
        return done(desk.board_of(event_id), "page.calling-off.is-cancelled", "info")
    return desk.show(
        "cancel.html",
        event=event,
        form=form,
        reasons=reasons.choices(),
        scopes=scopes_beside(event, series_scopes.is_on)[0],
    )


class MoveForm(DatedForm):
    """To when it is moved, and why; of a series which dates move with it."""

    scope = one_of(*CHANGES, load_default=Scope.THIS)
    version = whole(1, 2**31 - 1)
    day = fields.Date(required=True, validate=KNOWN_DAYS)
    starts = TimeOfDay(required=True)
    ends = TimeOfDay(required=True)


@pages.page("/organizer/events/<uuid:event_id>/move", ("GET", "POST"))
@pages.staff(Permission.CHANGE_EVENT, audit=NO_PERSON)
def move(event_id: UUID) -> Response:
    """Another day or another hour; who goes is told why."""
    event = desk.found(event_id, Permission.CHANGE_EVENT)
    if event.is_cancelled:
        raise events.cancelled(event)
    form = read_form(MoveForm(), **_begins(event))
    if form.is_good and _is_moved(form, event):
        return done(desk.board_of(event_id), "page.calling-off.moved")
    return desk.show("move.html", event=event, form=form, reasons=reasons.choices(), scopes=scopes_of(event))


def _begins(event: Event) -> dict[str, Any]:
    asked = event_forms.begin_with(event, None)
    return {name: asked[name] for name in ("version", "scope", "day", "starts", "ends")}


def _is_moved(form: Form, event: Event) -> bool:
    why, scope = reasons.said(form), Scope(form.data["scope"])
    values = event_forms.times_of(form.data, event)
    version = form.data.get(VERSION, 0)

    def act() -> Event:
        if values["ends_at"] <= now():
            raise errors.Invalid("starts_at", "moment-past")
        return series_changes.change(session(), actor(), event.id, version, values, now(), scope, why)[0]

    return event_forms.taken(form, act) is not None


@pages.page("/organizer/events/<uuid:event_id>/restore", ("GET", "POST"))
@pages.staff(Permission.RESTORE_EVENT, audit=NO_PERSON)
def restore(event_id: UUID) -> Response:
    """Let it take place after all, within a day of its cancelling. Twice: once."""
    event = desk.found(event_id)
    form = read_form(DatedForm(only=("id", "scope")), scope=Scope.THIS)
    if form.is_good:
        series_acts.restore(session(), actor(), event_id, now(), Scope(form.data["scope"]))
        session().commit()
        return done(desk.board_of(event_id), "page.calling-off.restored")
    if not event.is_cancelled:
        return done(to("organizer-board.show", event_id=event_id))
    scopes, off_with = scopes_beside(event, series_scopes.is_off_with)
    return desk.show("restore.html", event=event, form=form, scopes=scopes, off_with=off_with)
