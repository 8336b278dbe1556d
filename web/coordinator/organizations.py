"""Organizations: those to decide about, each with what is known of it; all others to be found."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors
from http_base.contacts import shown_by
from http_base.context import actor, now, services, session
from http_base.fields import Text, one_of
from http_base.schemas.organizations import InvitationBody, StatusBody
from service.access import Permission
from service.happenings import EventsFate
from service.models import MemberRole, Organization, OrganizationStatus
from service.organizations import contacts, invitations, members, organizations, verification
from service.organizations.verification import Verdict
from service.platform import phones
from web.addresses import here, to
from web.coordinator import desk
from web.forms import REFUSALS, read_form, read_query
from web.keeping import is_kept
from web.organization_forms import is_corrected, kinds, read_correction
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-organizations")

A_PAGE = 20
NO_PERSON = Unaudited("shows organizations; of people only the contacts that they gave for this")
ACTS = {
    "verify": OrganizationStatus.VERIFIED,
    "ask": OrganizationStatus.ASKED,
    "reject": OrganizationStatus.REJECTED,
    "suspend": OrganizationStatus.SUSPENDED,
}


class Filter(Schema):
    """What of the organizations is listed: those that wait, unless `view` is all."""

    view = one_of("waiting", "all", load_default="waiting")
    status = one_of(*OrganizationStatus)
    q = Text()
    cursor = fields.String()


@pages.page("/coordinator/organizations")
@pages.staff(Permission.DECIDE_ORGANIZATION, audit=NO_PERSON)
def show_all() -> Response:
    """Those that wait for a decision, the oldest first; or all, found by name and state."""
    at = desk.sit_down("organizations")
    query = read_query(Filter)
    after = cursors.decode(query.get("cursor"), UUID)
    found = organizations.search(
        session(),
        actor(),
        status=query.get("status"),
        region_code=at.region_code,
        text=query.get("q"),
        waiting=query["view"] == "waiting",
        after=after and after[0],
        limit=A_PAGE + 1,
    )
    items, following = cursors.page(found, A_PAGE, lambda one: (one.id,))
    known = shown_by(contacts.by_organization(session(), [one.id for one in items]))
    is_first = query["view"] == "waiting" and not (query.keys() & {"q", "status", "cursor"})
    return desk.show(
        at,
        "organizations.html",
        items=sorted(items, key=lambda one: one.bin is None or one.id not in known)
        if query["view"] == "waiting"
        else items,
        contacts=known,
        left=members.left_alone(session(), actor(), at.region_code, now(), A_PAGE) if is_first else [],
        query=query,
        statuses=list(OrganizationStatus),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


@pages.page("/coordinator/organizations/<uuid:organization_id>")
@pages.staff(Permission.DECIDE_ORGANIZATION, audit=NO_PERSON)
def show(organization_id: UUID) -> Response:
    """One organization, with what can be done about it."""
    organization = _found(organization_id)
    return desk.show(
        desk.sit_down("organizations"),
        "organization.html",
        organization=organization,
        contact=_contact(organization),
        is_own=organization.id in actor().organizations,
        is_left=organization.is_verified and not _is_administered(organization),
    )


@pages.page(
    "/coordinator/organizations/<uuid:organization_id>/<any(verify,keep,ask,reject,suspend):act>",
    ("GET", "POST"),
)
@pages.staff(Permission.DECIDE_ORGANIZATION, audit=NO_PERSON)
def decide(organization_id: UUID, act: str) -> Response:
    """Say something about an organization: what is asked, or why not, in words that its owners read."""
    organization = _found(organization_id)
    form = read_form(StatusBody(exclude=("status",)), version=organization.version, events=EventsFate.HIDE)
    wanted = {"ask": "question", "reject": "reason", "suspend": "reason"}.get(act)
    if form.is_good and wanted is not None and not form.data.get(wanted):
        form.refuse(wanted, "field.required")
    if form.is_good and act == "keep":
        version = form.data.get("version", organization.version)
        if is_kept(
            form, lambda: organizations.keep_present(session(), actor(), organization_id, version, now())
        ):
            return done(_back(), "page.desk.organization.done.keep")
    elif form.is_good:
        body = form.data
        verdict = Verdict(
            ACTS[act],
            body.get("reason"),
            body.get("question"),
            EventsFate(body["events"]) if act == "suspend" and "events" in body else None,
            body.get("version"),
        )
        try:
            verification.decide(session(), actor(), organization_id, verdict, now())
        except REFUSALS as error:
            session().rollback()
            form.refused(error)
        else:
            session().commit()
            return done(_back(), f"page.desk.organization.done.{act}")
    return desk.show(
        desk.sit_down("organizations"),
        "organization_act.html",
        organization=organization,
        contact=_contact(organization),
        act=act,
        form=form,
        fates=[(fate, text(f"page.desk.organization.events.{fate}")) for fate in EventsFate],
    )


@pages.page("/coordinator/organizations/<uuid:organization_id>/edit", ("GET", "POST"))
@pages.staff(Permission.CHANGE_ORGANIZATION, audit=NO_PERSON)
def edit(organization_id: UUID) -> Response:
    """Correct an organization's name, number and kind."""
    organization = organizations.get_for(session(), actor(), organization_id, Permission.CHANGE_ORGANIZATION)
    form = read_correction(organization, organization.name)
    if is_corrected(form, organization):
        return done(to("coordinator-organizations.show", organization_id=organization_id), "page.desk.saved")
    return desk.show(
        desk.sit_down("organizations"),
        "organization_edit.html",
        organization=organization,
        contact=_contact(organization),
        form=form,
        kinds=kinds(),
    )


@pages.page("/coordinator/organizations/<uuid:organization_id>/owner", ("GET", "POST"))
@pages.staff(Permission.NAME_OWNER, audit=NO_PERSON)
def name_owner(organization_id: UUID) -> Response:
    """Ask somebody, by their number, to administer what nobody does any more."""
    organization = organizations.get_for(session(), actor(), organization_id, Permission.NAME_OWNER)
    form = read_form(InvitationBody(only=("phone",)))
    if form.is_good and is_kept(form, lambda: _ask(organization_id, form.data["phone"])):
        return done(
            to("coordinator-organizations.show", organization_id=organization_id), "page.members.invited"
        )
    return desk.show(
        desk.sit_down("organizations"),
        "organization_owner.html",
        organization=organization,
        form=form,
        is_left=not _is_administered(organization),
    )


def _ask(organization_id: UUID, phone: str) -> None:
    number = phones.parse(phone, services().settings.phone_regions)
    invitations.invite(session(), actor(), organization_id, number, MemberRole.OWNER, now())


def _is_administered(organization: Organization) -> bool:
    return members.is_administered(session(), organization.id, now())


def _found(organization_id: UUID) -> Organization:
    """Raises NotFound, Forbidden."""
    return organizations.get_for(session(), actor(), organization_id, Permission.SEE_ORGANIZATION)


def _contact(organization: Organization) -> dict[str, Any] | None:
    return shown_by(contacts.by_organization(session(), [organization.id])).get(organization.id)


def _back() -> str:
    return to("coordinator-organizations.show_all")
