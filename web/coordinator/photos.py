"""Photographs that wait for a coordinator: each is shown to everybody, or not, with a reason."""

from uuid import UUID

from flask import Response

from http_base.context import actor, now, session
from http_base.fields import one_of
from http_base.schemas.photos import PhotoRuling
from service.access import Permission, require
from service.events import photos
from service.events.events import target_of
from service.models import AuditAction
from service.models.photos import EventPhoto
from web.coordinator import desk
from web.coordinator.event import found
from web.forms import Form, read_form
from web.pages import Pages, Unaudited, done, tell_audit
from web.photos import Picture, picture
from web.templating import text

pages = Pages("coordinator-photos")

A_PAGE = 20
"""So many at a time; the others follow as these are decided."""

READY = ("child", "elsewhere", "unclear")
"""Reasons that are ready to be chosen."""


class Ruling(PhotoRuling):
    """As the API takes it; `ready`: a reason that was chosen in place of typing one."""

    ready = one_of(*READY)


@pages.page("/coordinator/photos")
@pages.staff(Permission.RULE_PHOTO, audit=Unaudited("its use case records that they were read"))
def show_all() -> Response:
    """Those that wait: reported ones first."""
    at = desk.sit_down("home")
    rows = photos.waiting(session(), actor(), at.region_code, A_PAGE, now())
    said = photos.reports_of(session(), [photo for photo, _ in rows])
    return desk.show(
        at,
        "photos.html",
        items=[(_seen(photo, said.get(photo.id, [])), event) for photo, event in rows],
    )


def _seen(photo: EventPhoto, reports: list[str]) -> Picture:
    return picture(photo, 1, for_staff=True, reports=reports)


@pages.page("/coordinator/events/<uuid:event_id>/photos/<uuid:photo_id>", ("GET", "POST"))
@pages.staff(Permission.RULE_PHOTO, audit=AuditAction.PHOTOS_READ)
def rule(event_id: UUID, photo_id: UUID) -> Response:
    """One photograph, large, and the two answers."""
    event = found(event_id)
    require(actor(), Permission.RULE_PHOTO, target_of(event))
    tell_audit(region_code=event.region_code, organization_id=event.organization_id)
    photo = photos.one_of(session(), actor(), event, photo_id)
    form = read_form(Ruling)
    reason = _reason(form)
    if form.is_good and not form.data["shown"] and reason is None:
        form.refuse("ready", "field.required")
    at = desk.sit_down("home")
    if form.is_good:
        shown = form.data["shown"]
        photos.rule(session(), actor(), event_id, photo_id, shown=shown, reason=reason, now=now())
        session().commit()
        return done(
            at.to("coordinator-photos.show_all"), f"page.photo.done.{'shown' if shown else 'refused'}"
        )
    said = photos.reports_of(session(), [photo])
    return desk.show(
        at,
        "photo.html",
        event=event,
        seen=_seen(photo, said.get(photo.id, [])),
        form=form,
        ready=[(name, text(f"page.photo.ready.{name}")) for name in READY],
    )


def _reason(form: Form) -> str | None:
    """One's own words, else those that were chosen."""
    ready = form.data.get("ready")
    return form.data.get("reason") or (text(f"page.photo.ready.{ready}") if ready else None)
