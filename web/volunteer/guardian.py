"""A minor's own page about their guardian: whom they have named, how it stands, the link to hand on."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, request
from markupsafe import Markup
from marshmallow import fields

from http_base import guardians as acts
from http_base.context import actor, consent_age, now, services, session
from http_base.fields import Strict
from http_base.schemas.people import GuardianBody
from service import errors, guardian_errors
from service.people import guardian_links, guardians, volunteers
from service.people.guardians import Standing
from service.platform import phones
from web.addresses import to
from web.doors import back_to
from web.forms import Form, read_form
from web.pages import Pages, done, render
from web.qr import qr_of
from web.templating import text
from web.volunteer import desk

pages = Pages("volunteer-guardian")


class GuardianForm(Strict):
    """Whom a minor names."""

    guardian = fields.Nested(GuardianBody, required=True)


@dataclass(frozen=True, slots=True)
class HandedOn:
    """A link that has just been made: the one time that it is shown."""

    address: str
    code: str
    message: str
    qr: Markup
    until: datetime

    @property
    def whatsapp(self) -> str:
        return f"https://wa.me/?text={quote(self.message)}"

    @property
    def telegram(self) -> str:
        said = quote(text("page.guardian.message"))
        return f"https://t.me/share/url?url={quote(self.address, safe='')}&text={said}"


@pages.page("/account/guardian", ("GET", "POST"))
def show() -> Response:
    """How it stands; posted: a new link, which is shown here and nowhere else."""
    who = actor()
    form = read_form(Strict)
    made = None
    if form.is_good:
        link = guardian_links.make_link(session(), who.volunteer_id, now())
        session().commit()
        address = acts.address_of(link)
        made = HandedOn(
            address=address,
            code="-".join(link.secret[at : at + 5] for at in range(0, len(link.secret), 5)),
            message=f"{text('page.guardian.message')} {address}",
            qr=qr_of(address),
            until=link.expires_at,
        )
    return desk.show(
        None,
        "guardian.html",
        standing=_standing(),
        made=made,
        back_href=back_to(request.args.get("next")),
    )


def _standing() -> Standing | None:
    """None: an adult, who needs nobody."""
    try:
        return guardians.standing_of(session(), actor().volunteer_id, now(), consent_age())
    except guardian_errors.OfAge:
        return None


@pages.page("/account/guardian/change", ("GET", "POST"))
def change() -> Response:
    """Name another guardian, or the same one anew: another number has to agree anew."""
    who = actor()
    volunteer = volunteers.get(session(), who.volunteer_id)
    named = {"guardian.name": volunteer.guardian_name, "guardian.phone": volunteer.guardian_phone}
    form = read_form(GuardianForm, **named)
    if form.is_good:
        try:
            _name(form, who.phone or "")
        except errors.Invalid as error:
            session().rollback()
            form.refused(error)
        else:
            return done(to("volunteer-guardian.show"), "page.guardian.named")
    labels = {
        "guardian.name": text("page.guardian.name"),
        "guardian.phone": text("page.guardian.phone"),
    }
    return desk.show(None, "guardian_change.html", form=form, labels=labels)


def _name(form: Form, own_phone: str) -> None:
    said = form.data["guardian"]
    settings = services().settings
    phone = phones.parse_of_any_country(said["phone"], settings.phone_regions[0], "guardian.phone")
    volunteer = volunteers.get(session(), actor().volunteer_id)
    changes = {"guardian": (said["name"], phone)}
    volunteers.change(session(), volunteer, changes, now(), min_age=settings.min_age, phone=own_phone)
    session().commit()


@pages.page("/account/guardian/end", ("GET", "POST"))
def end() -> Response:
    """Let the guardian look no more, after a question: who needs a consent joins nothing from then on."""
    form = read_form(Strict)
    shown = to("volunteer-guardian.show")
    standing = _standing()
    if standing is None or (standing.consent is None and standing.link_until is None):
        return done(shown)
    if form.is_sure:
        guardians.end_by_child(session(), actor().volunteer_id, now(), consent_age())
        session().commit()
        return done(shown, "page.guardian.ended", "info")
    return render(
        "confirm.html",
        title=text("page.guardian.end"),
        about=standing.name or standing.phone,
        text=text("page.guardian.end-how"),
        act=text("page.guardian.end"),
        form=form,
        back_href=shown,
        back_label=text("page.guardian.title"),
    )
