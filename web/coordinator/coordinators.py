"""Who coordinates which region: for national coordinators, who appoint, confirm and remove."""

from dataclasses import dataclass
from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base.context import actor, locale, now, services, session
from http_base.fields import RegionCode, Strict, Text, one_of
from service import errors
from service.access import Permission
from service.geography import regions
from service.models import AuditAction, ConsentName
from service.models.base import localized
from service.models.volunteers import NATIONAL
from service.people import consents, coordinators, second_factor
from service.platform import phones
from web.coordinator import desk
from web.forms import Form, blank, read_form
from web.pages import Pages, done
from web.templating import text

pages = Pages("coordinator-coordinators")


@dataclass(frozen=True, slots=True)
class Role:
    """One region of somebody. `phone`: None of whose consent or number is gone; `code`: NATIONAL for all."""

    volunteer_id: UUID
    name: str
    phone: str | None
    code: str
    resting: bool

    @property
    def region(self) -> str:
        """Its name, in the page's language."""
        found = regions.get(self.code)
        return text("page.desk.all-regions") if found is None else localized(found.names, locale())


class AppointForm(Strict):
    """`region`: none for the whole country."""

    phone = Text(required=True)
    region = RegionCode(allow_none=True)


class ConfirmForm(Strict):
    """Which role."""

    region = one_of(NATIONAL, *(region.code for region in regions.all_regions()), required=True)


class SureForm(Strict):
    """Nothing but the press."""

    id = fields.UUID()


@pages.page("/coordinator/coordinators", ("GET", "POST"))
@pages.staff(Permission.APPOINT_COORDINATORS, audit=AuditAction.COORDINATORS_READ)
def show_all() -> Response:
    """All of them, and a form to appoint somebody who has registered."""
    at = desk.sit_down("people")
    form = read_form(AppointForm)
    if form.is_good:
        region_code = form.data.get("region")
        try:
            phone = phones.parse(form.data["phone"], services().settings.phone_regions)
            appointed = coordinators.appoint(session(), phone, region_code, now(), by=actor().volunteer_id)
        except errors.Invalid as error:
            form.refused(error)
        except errors.NotFound:
            form.refuse("phone", "page.coordinators.not-registered")
        else:
            return _given(at.to("coordinator-coordinators.show_all"), appointed.id)
        session().rollback()
        at = desk.sit_down("people")
    return desk.show(
        at,
        "coordinators.html",
        form=form,
        roles=_roles(),
        choices=[(region.code, localized(region.names, locale())) for region in at.regions],
    )


@pages.page("/coordinator/coordinators/<uuid:subject_id>/confirm", ("POST",))
@pages.staff(Permission.APPOINT_COORDINATORS, audit=AuditAction.COORDINATORS_READ)
def confirm(subject_id: UUID) -> Response:
    """A role that rests since its person came back is in force again."""
    back = desk.sit_down("people").to("coordinator-coordinators.show_all")
    form = read_form(ConfirmForm)
    if not form.is_good:
        return done(back)
    code = form.data["region"]
    region_code = None if code == NATIONAL else code
    coordinators.confirm(session(), subject_id, region_code, now(), by=actor().volunteer_id)
    return _given(back, subject_id)


@pages.page("/coordinator/coordinators/<uuid:subject_id>/remove", ("GET", "POST"))
@pages.staff(Permission.APPOINT_COORDINATORS, audit=AuditAction.COORDINATORS_READ)
def remove(subject_id: UUID) -> Response:
    """Take all regions from somebody; asked again before it is done."""
    at = desk.sit_down("people")
    back = at.to("coordinator-coordinators.show_all")
    form: Form = read_form(SureForm)
    mine = [role for role in _roles() if role.volunteer_id == subject_id]
    if not mine:
        # Whoever presses twice, or after somebody else, finds it done.
        return done(back, "page.coordinators.removed")
    if form.sent and form.is_sure:
        coordinators.dismiss(session(), subject_id, now(), by=actor().volunteer_id)
        session().commit()
        return done(back, "page.coordinators.removed")
    return desk.ask_again(
        at,
        title=text("page.coordinators.remove-title", name=mine[0].name),
        text=text("page.coordinators.remove-sure", regions=", ".join(role.region for role in mine)),
        act=text("page.coordinators.remove"),
        form=blank(),
        back_href=back,
    )


def _given(back: str, volunteer_id: UUID) -> Response:
    """The role stands; the secret of the first second factor is shown on this answer and never again."""
    secret = second_factor.new_secret(session(), volunteer_id, now(), services().settings.secret_key)
    session().commit()
    if secret is None:
        return done(back, "page.coordinators.appointed")
    name = next(role.name for role in _roles() if role.volunteer_id == volunteer_id)
    return desk.show(desk.sit_down("people"), "coordinator_secret.html", name=name, secret=secret, back=back)


def _roles() -> list[Role]:
    """Of all coordinators, the country's first; names and numbers as lists show them."""
    rows = coordinators.all_coordinators(session())
    held = consents.of_people(session(), {row[0] for row in rows}, now())
    return [
        Role(
            id_,
            consents.shown_name(name, held[id_]),
            phone if ConsentName.PERSONAL_DATA in held[id_] else None,
            code,
            resting,
        )
        for id_, name, phone, code, resting in rows
    ]
