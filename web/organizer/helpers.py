"""Who helps at one event: named by a number, seen, and let go."""

from uuid import UUID

from flask import Response

from http_base.context import actor, now, services, session
from http_base.schemas.helpers import HelperBody
from http_base.schemas.series import ScopeBody
from service.access import Permission
from service.events import helpers, series_scopes
from service.events.series_scopes import CHANGES, Scope
from service.platform import phones
from web.addresses import to
from web.forms import Form, read_form
from web.keeping import is_kept
from web.organizer import desk
from web.pages import Pages, Unaudited, done, render
from web.series import scopes_beside
from web.templating import text

pages = Pages("organizer-helpers")

RECORDED = Unaudited("the use case records that the helpers were read")


@pages.page("/organizer/events/<uuid:event_id>/helpers", ("GET", "POST"))
@pages.staff(Permission.NAME_HELPERS, audit=RECORDED)
def show(event_id: UUID) -> Response:
    """Those who help, and the form that names one more; they are told. Twice: once."""
    event = desk.found(event_id, Permission.NAME_HELPERS)
    form = read_form(HelperBody, scope=Scope.THIS)
    if form.is_good and _is_named(form, event_id):
        return done(_helpers_of(event_id), "page.helpers.named")
    rows = helpers.of_event(session(), actor(), event_id, now())
    scopes, _ = scopes_beside(event, series_scopes.is_on, CHANGES)
    response = desk.show("helpers.html", event=event, form=form, rows=rows, scopes=scopes)
    # That they were read.
    session().commit()
    return response


def _is_named(form: Form, event_id: UUID) -> bool:
    def name() -> None:
        phone = phones.parse(form.data["phone"], services().settings.phone_regions)
        helpers.name_by_phone(session(), actor(), event_id, phone, now(), Scope(form.data["scope"]))

    return is_kept(form, name)


@pages.page("/organizer/events/<uuid:event_id>/helpers/<uuid:subject_id>/dismiss", ("GET", "POST"))
@pages.staff(Permission.NAME_HELPERS, audit=RECORDED)
def dismiss(event_id: UUID, subject_id: UUID) -> Response:
    """Let somebody help no more; asked again before it is done, for the code of the place changes."""
    event = desk.found(event_id, Permission.NAME_HELPERS)
    names = dict(helpers.of_event(session(), actor(), event_id, now()))
    if subject_id not in names:
        return done(_helpers_of(event_id), "page.helpers.gone", "info")
    form = read_form(ScopeBody, scope=Scope.THIS)
    if form.is_good:
        helpers.dismiss(session(), actor(), event_id, subject_id, now(), Scope(form.data["scope"]))
        session().commit()
        return done(_helpers_of(event_id), "page.helpers.dismissed")
    return render(
        "confirm.html",
        title=text("page.helpers.dismiss-title", name=names[subject_id]),
        text=text("page.helpers.dismiss-sure"),
        act=text("page.helpers.dismiss"),
        form=form,
        scopes=scopes_beside(
            event, lambda _event, one: helpers.helps(session(), one.id, subject_id), CHANGES
        )[0],
        back_href=_helpers_of(event_id),
    )


def _helpers_of(event_id: UUID) -> str:
    return to("organizer-helpers.show", event_id=event_id)
