"""My organization: founding it, how it stands with the coordinator, its data and its contact."""

from uuid import UUID

from flask import Response

from http_base.contacts import said, shown_by
from http_base.context import actor, locale, now, session
from http_base.fields import Strict, Text
from http_base.schemas.organizations import OrganizationBody
from service.access import Permission, may
from service.geography import regions
from service.models import OrganizationStatus
from service.models.base import localized
from service.organizations import contacts, members, organizations, verification
from service.organizations.organizations import target_of
from service.people import volunteers
from web import formats
from web.addresses import to
from web.contact_forms import is_put, read_contact
from web.forms import Form, read_form
from web.keeping import is_kept
from web.organization_forms import is_corrected, kinds, read_correction
from web.organizer import desk
from web.pages import Pages, Unaudited, done

pages = Pages("organizer-organizations")

NO_PERSON = Unaudited("shows an organization of one's own; of people only the contact given for this")


class AnswerForm(Strict):
    """What is said to the coordinator's question."""

    text = Text(longest=1_000, required=True)


@pages.page("/organizer/organizations/new", ("GET", "POST"))
def found() -> Response:
    """Found one: the coordinator of its region is told, and decides."""
    mine = volunteers.get(session(), actor().volunteer_id)
    form = read_form(
        OrganizationBody(),
        region=mine.region_code,
        **{"contact.name": mine.display_name, "contact.phone": mine.phone},
    )
    if form.is_good and form.data.get("kind") is None:
        form.refuse("kind", "field.required")
    if form.is_good and (made := _found(form)) is not None:
        return done(_page(made), "page.own-organization.founded")
    return desk.show(
        "organization_new.html",
        form=form,
        kinds=kinds(),
        regions=sorted(
            ((region.code, localized(region.names, locale())) for region in regions.all_regions()),
            key=lambda one: formats.in_order(one[1]),
        ),
    )


def _found(form: Form) -> UUID | None:
    """The id of the new one; None: something was refused, and stands in the form."""
    body, made = form.data, []

    def found_it() -> None:
        organization = organizations.create(
            session(),
            actor(),
            body["name"],
            body["region"],
            body.get("bin"),
            now(),
            body.get("id"),
            body["kind"],
            said(body.get("contact")),
        )
        made.append(organization.id)

    return made[0] if is_kept(form, found_it) else None


@pages.page("/organizer/organizations/<uuid:organization_id>")
@pages.staff(Permission.SEE_ORGANIZATION, audit=NO_PERSON)
def show(organization_id: UUID) -> Response:
    """How it stands, whom to ask about that, and what can be done."""
    organization = organizations.get_for(session(), actor(), organization_id, Permission.SEE_ORGANIZATION)
    known = shown_by(contacts.by_organization(session(), [organization_id]))
    coordinators = shown_by(contacts.by_region(session(), [organization.region_code]))
    region = regions.get(organization.region_code)

    def may_do(permission: Permission) -> bool:
        # Whoever has not passed the second factor yet is asked for it there.
        return may(actor().with_powers(), permission, target_of(organization))

    return desk.show(
        "organization.html",
        organization=organization,
        contact=known.get(organization_id),
        coordinator=coordinators.get(organization.region_code),
        region=None if region is None else localized(region.names, locale()),
        is_member=organization_id in actor().organizations,
        is_left=organization.is_verified and not members.is_administered(session(), organization_id, now()),
        may_answer=organization.status == OrganizationStatus.ASKED and may_do(Permission.ANSWER_COORDINATOR),
        may_change=may_do(Permission.CHANGE_ORGANIZATION),
        may_name_contact=may_do(Permission.SET_ORGANIZATION_CONTACT),
        may_see_members=may_do(Permission.SEE_MEMBERS),
    )


@pages.page("/organizer/organizations/<uuid:organization_id>/answer", ("GET", "POST"))
@pages.staff(Permission.ANSWER_COORDINATOR, audit=NO_PERSON)
def answer(organization_id: UUID) -> Response:
    """Answer what the coordinator asks, who then decides."""
    organization = organizations.get_for(session(), actor(), organization_id, Permission.ANSWER_COORDINATOR)
    form = read_form(AnswerForm)
    if form.is_good:
        verification.answer(session(), actor(), organization_id, UUID(form.id), form.data["text"], now())
        session().commit()
        return done(_page(organization_id), "page.own-organization.answered")
    return desk.show("organization_answer.html", organization=organization, form=form)


@pages.page("/organizer/organizations/<uuid:organization_id>/edit", ("GET", "POST"))
@pages.staff(Permission.CHANGE_ORGANIZATION, audit=NO_PERSON)
def edit(organization_id: UUID) -> Response:
    """Correct its names, number and kind; what is new of a verified one waits for the coordinator."""
    organization = organizations.get_for(session(), actor(), organization_id, Permission.CHANGE_ORGANIZATION)
    pending = organization.pending_data or {}
    form = read_correction(organization, organization.pending_name or organization.name, pending)
    if is_corrected(form, organization):
        return done(_page(organization_id), "page.desk.saved")
    known = shown_by(contacts.by_organization(session(), [organization_id]))
    return desk.show(
        "organization_edit.html",
        organization=organization,
        contact=known.get(organization_id),
        form=form,
        kinds=kinds(),
    )


@pages.page("/organizer/organizations/<uuid:organization_id>/contact", ("GET", "POST"))
@pages.staff(Permission.SET_ORGANIZATION_CONTACT, audit=NO_PERSON)
def contact(organization_id: UUID) -> Response:
    """Say whom volunteers turn to."""
    wanted = Permission.SET_ORGANIZATION_CONTACT
    organization = organizations.get_for(session(), actor(), organization_id, wanted)
    about = contacts.of_organization(organization_id)
    form = read_contact(contacts.newest(session(), about))
    if is_put(form, lambda contact: contacts.put(session(), actor(), about, contact, now())):
        return done(_page(organization_id), "page.contact.saved")
    return desk.show("organization_contact.html", organization=organization, form=form)


def _page(organization_id: UUID) -> str:
    return to("organizer-organizations.show", organization_id=organization_id)
