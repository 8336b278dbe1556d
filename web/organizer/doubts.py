"""Who is in review at one's event, and why; an organizer who saw them there says so."""

from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base.context import actor, locale, now, services, session
from http_base.fields import Strict, Text, one_of
from http_base.wording import doubt_of_another
from service.access import Permission
from service.rulings import corrections, doubts
from service.rulings.corrections import Correction
from web.addresses import to
from web.forms import Form, read_form
from web.keeping import is_kept
from web.organizer import desk
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("organizer-doubts")

READY = ("saw", "list", "phone")
"""Reasons that are ready to be chosen."""


class Vouching(Strict):
    """`subject`: for whom; a reason that is ready, or one's own words."""

    subject = fields.UUID(required=True)
    ready = one_of(*READY, load_default=READY[0])
    reason = Text(longest=1_000)


@pages.page("/organizer/events/<uuid:event_id>/doubts", ("GET", "POST"))
@pages.staff(Permission.CORRECT_ATTENDANCE, audit=Unaudited("its use case records that they were read"))
def show(event_id: UUID) -> Response:
    """The doubts, each with a button that says they were there; it counts at once."""
    event = desk.found(event_id, Permission.CORRECT_ATTENDANCE)
    form = read_form(Vouching)
    if form.is_good and is_kept(form, lambda: _vouch(form, event_id)):
        return done(to("organizer-doubts.show", event_id=event_id), "page.doubts.done")
    found = doubts.of_event(session(), actor(), event, now())
    return desk.show(
        "doubts.html",
        event=event,
        form=form,
        items=[(one, [doubt_of_another(reason, locale()) for reason in one.reasons]) for one in found],
        ready=[(name, text(f"page.doubts.ready.{name}")) for name in READY],
        me=actor().volunteer_id,
    )


def _vouch(form: Form, event_id: UUID) -> None:
    said = form.data
    reason = said.get("reason") or text(f"page.doubts.ready.{said['ready']}")
    thresholds = services().settings.thresholds
    correction = Correction(present=True, minutes=None, reason=reason)
    corrections.correct(session(), actor(), event_id, said["subject"], correction, now(), thresholds)
