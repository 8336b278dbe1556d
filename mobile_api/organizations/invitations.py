"""Invitations: an organization's, and one's own."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import Accepted, DateTime, LocalizedName, Paged, one_of
from http_base.schemas.organizations import InvitationBody
from service import errors
from service.models import InvitationStatus, MemberRole
from service.organizations import invitations
from service.platform import phones

blueprint = Blueprint("invitations", __name__, url_prefix="/v1", description="Invitations")


class InvitationShown(Schema):
    id = fields.UUID()
    organization_id = fields.UUID()
    role = one_of(*MemberRole)
    status = one_of(*InvitationStatus)
    created_at = DateTime()
    expires_at = DateTime()


class SentInvitation(InvitationShown):
    phone = fields.String()


class SentInvitations(Schema):
    items = fields.List(fields.Nested(SentInvitation))
    next = fields.String(allow_none=True)


class InvitingOrganization(Schema):
    id = fields.UUID()
    name = fields.Nested(LocalizedName)


class ReceivedInvitation(InvitationShown):
    organization = fields.Nested(InvitingOrganization)


class ReceivedInvitations(Schema):
    items = fields.List(fields.Nested(ReceivedInvitation))
    next = fields.String(allow_none=True)


@blueprint.route("/organizations/<uuid:organization_id>/invitations", methods=["POST"])
@blueprint.operation(
    "inviteMember",
    "its owner; a coordinator of its region: an owner, where nobody can act as one",
    errors.Forbidden,
    errors.NotVerified,
    errors.TooManyRequests,
)
@blueprint.arguments(InvitationBody)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_invitation(body: dict[str, Any], organization_id: UUID) -> dict[str, str]:
    """Ask a phone to join: the answer is the same whether it is known or not.

    Where nobody can act as its owner (gone, banned, or the role rests), a coordinator asks somebody to, with
    the role `owner`; whoever was asked before is asked no more.
    """
    phone = phones.parse(body["phone"], services().settings.phone_regions)
    invitations.invite(session(), actor(), organization_id, phone, body["role"], now())
    session().commit()
    return {"status": "accepted"}


@blueprint.route("/organizations/<uuid:organization_id>/invitations", methods=["GET"])
@blueprint.operation("listInvitations", "its owner", errors.Forbidden)
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, SentInvitations)
def list_invitations(query: dict[str, Any], organization_id: UUID) -> dict[str, Any]:
    """Who was asked and has not answered yet."""
    after = cursors.decode(query.get("cursor"), UUID)
    found = invitations.open_ones(
        session(), actor(), organization_id, now(), after and after[0], query["limit"] + 1
    )
    session().commit()
    items, following = cursors.page(found, query["limit"], lambda invitation: (invitation.id,))
    return {"items": items, "next": following}


@blueprint.route("/organizations/<uuid:organization_id>/invitations/<uuid:invitation_id>", methods=["DELETE"])
@blueprint.operation(
    "withdrawInvitation", "its owner", errors.Forbidden, errors.NotVerified, errors.AlreadyDecided
)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_invitation(organization_id: UUID, invitation_id: UUID) -> None:
    """Ask no more."""
    invitations.withdraw(session(), actor(), organization_id, invitation_id, now())
    session().commit()


@blueprint.route("/me/invitations", methods=["GET"])
@blueprint.operation("listMyInvitations", "a volunteer")
@blueprint.response(HTTPStatus.OK, ReceivedInvitations)
def list_my_invitations() -> dict[str, Any]:
    """The open ones, oldest first."""
    items = [
        {name: getattr(one.invitation, name) for name in InvitationShown._declared_fields}
        | {"organization": one.organization}
        for one in invitations.mine(session(), actor(), now())
    ]
    return {"items": items, "next": None}


@blueprint.route("/me/invitations/<uuid:invitation_id>/accept", methods=["POST"])
@blueprint.operation("acceptInvitation", "whoever was invited", errors.AlreadyDecided, errors.NotVerified)
@blueprint.response(HTTPStatus.OK, InvitationShown)
def accept_invitation(invitation_id: UUID) -> Any:
    """Join the organization that asked."""
    return _answer(invitation_id, accept=True)


@blueprint.route("/me/invitations/<uuid:invitation_id>/decline", methods=["POST"])
@blueprint.operation("declineInvitation", "whoever was invited", errors.AlreadyDecided)
@blueprint.response(HTTPStatus.OK, InvitationShown)
def decline_invitation(invitation_id: UUID) -> Any:
    """Do not join."""
    return _answer(invitation_id, accept=False)


def _answer(invitation_id: UUID, *, accept: bool) -> Any:
    invitation = invitations.answer(session(), actor(), invitation_id, now(), accept=accept)
    session().commit()
    return invitation
