"""Who belongs to my organization, as what, and who is asked to join."""

from typing import Any
from uuid import UUID

from flask import Response, request

from http_base.context import actor, now, services, session
from http_base.schemas.organizations import InvitationBody, RoleBody
from service.access import Permission, may
from service.models import MemberRole, Organization
from service.organizations import invitations, members, organizations
from service.organizations.organizations import target_of
from service.people import consents
from service.platform import phones
from web.addresses import to
from web.forms import Form, blank, read_form
from web.keeping import is_kept
from web.organizer import desk
from web.pages import Pages, Unaudited, done, render
from web.templating import text

pages = Pages("organizer-members")

RECORDED = Unaudited("the use case records that the members were read")
A_PAGE = 100
ROLES = (MemberRole.ORGANIZER, MemberRole.HELPER, MemberRole.OWNER)


@pages.page("/organizer/organizations/<uuid:organization_id>/members")
@pages.staff(Permission.SEE_MEMBERS, audit=RECORDED)
def show_all(organization_id: UUID) -> Response:
    """All members and open invitations, and the form that invites."""
    return _show(organization_id, blank(role=MemberRole.ORGANIZER))


@pages.page("/organizer/organizations/<uuid:organization_id>/members/invite", ("POST",))
@pages.staff(Permission.MANAGE_MEMBERS, audit=RECORDED)
def invite(organization_id: UUID) -> Response:
    """Ask a phone to join: the answer is the same whether it is known or not."""
    form = read_form(InvitationBody)
    if form.is_good and is_kept(form, lambda: _invite(organization_id, form.data)):
        return done(_members_of(organization_id), "page.members.invited")
    return _show(organization_id, form)


def _invite(organization_id: UUID, body: dict[str, Any]) -> None:
    phone = phones.parse(body["phone"], services().settings.phone_regions)
    invitations.invite(session(), actor(), organization_id, phone, body["role"], now())


def _show(organization_id: UUID, form: Form) -> Response:
    organization = organizations.get_for(session(), actor(), organization_id, Permission.SEE_MEMBERS)
    rows = members.list_all(session(), actor(), organization_id, now())
    response = desk.show(
        "members.html",
        organization=organization,
        rows=rows,
        names=consents.shown_names(session(), {row.id: row.display_name for row in rows}, now()),
        me=actor().volunteer_id,
        open_ones=invitations.open_ones(session(), actor(), organization_id, now(), None, A_PAGE),
        may_manage=may(actor(), Permission.MANAGE_MEMBERS, target_of(organization)),
        form=form,
        roles=_roles(),
    )
    # That they were read.
    session().commit()
    return response


@pages.page("/organizer/organizations/<uuid:organization_id>/members/<uuid:volunteer_id>", ("GET", "POST"))
@pages.staff(Permission.MANAGE_MEMBERS, audit=RECORDED)
def show(organization_id: UUID, volunteer_id: UUID) -> Response:
    """One member: the role to change, and the ways to confirm and to remove."""
    organization, member = _found(organization_id, volunteer_id)
    form = read_form(RoleBody, role=member.role)
    if form.is_good:
        members.set_role(session(), actor(), organization_id, volunteer_id, form.data["role"], now())
        session().commit()
        return done(_members_of(organization_id), "page.desk.saved")
    names = consents.shown_names(session(), {volunteer_id: member.display_name}, now())
    return desk.show(
        "member.html",
        organization=organization,
        member=member,
        name=names[volunteer_id],
        is_me=volunteer_id == actor().volunteer_id,
        form=form,
        roles=_roles(),
    )


@pages.page(
    "/organizer/organizations/<uuid:organization_id>/members/<uuid:volunteer_id>/remove", ("GET", "POST")
)
@pages.staff(Permission.MANAGE_MEMBERS, audit=RECORDED)
def remove(organization_id: UUID, volunteer_id: UUID) -> Response:
    """Take a member out; asked again before it is done."""
    if request.method == "POST":
        members.remove(session(), actor(), organization_id, volunteer_id, now())
        session().commit()
        return done(_members_of(organization_id), "page.members.removed")
    _organization, member = _found(organization_id, volunteer_id)
    names = consents.shown_names(session(), {volunteer_id: member.display_name}, now())
    return render(
        "confirm.html",
        title=text("page.members.remove-title", name=names[volunteer_id]),
        text=text("page.members.remove-sure"),
        act=text("page.members.remove"),
        form=blank(),
        back_href=_members_of(organization_id),
    )


@pages.page("/organizer/organizations/<uuid:organization_id>/members/<uuid:volunteer_id>/confirm", ("POST",))
@pages.staff(Permission.CONFIRM_MEMBER, audit=RECORDED)
def confirm(organization_id: UUID, volunteer_id: UUID) -> Response:
    """Let a role that rests be in force again."""
    members.confirm(session(), actor(), organization_id, volunteer_id, now())
    session().commit()
    return done(_members_of(organization_id), "page.members.confirmed")


@pages.page(
    "/organizer/organizations/<uuid:organization_id>/invitations/<uuid:invitation_id>/withdraw", ("POST",)
)
@pages.staff(Permission.MANAGE_MEMBERS, audit=RECORDED)
def withdraw(organization_id: UUID, invitation_id: UUID) -> Response:
    """Ask no more."""
    invitations.withdraw(session(), actor(), organization_id, invitation_id, now())
    session().commit()
    return done(_members_of(organization_id), "page.members.withdrawn")


def _found(organization_id: UUID, volunteer_id: UUID) -> tuple[Organization, members.Member]:
    """Raises NotFound, Forbidden, NotVerified."""
    organization = organizations.get_for(session(), actor(), organization_id, Permission.MANAGE_MEMBERS)
    member = members.get(session(), actor(), organization_id, volunteer_id, now())
    # That they were read.
    session().commit()
    return organization, member


def _roles() -> list[tuple[str, str]]:
    return [(role, text(f"page.account.role.{role}")) for role in ROLES]


def _members_of(organization_id: UUID) -> str:
    return to("organizer-members.show_all", organization_id=organization_id)
