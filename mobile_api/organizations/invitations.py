"""Invitations: an organization's, and one's own."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import Accepted, Strict, Text, one_of
from service import errors
from service.models import InvitationStatus, MemberRole
from service.organizations import invitations
from service.platform import phones

blueprint = Blueprint("invitations", __name__, url_prefix="/v1", description="Invitations")


class InvitationBody(Strict):
    phone = Text(required=True)
    role = one_of(*MemberRole, required=True)


class InvitationShown(Schema):
    id = fields.UUID()
    organization_id = fields.UUID()
    role = one_of(*MemberRole)
    status = one_of(*InvitationStatus)


@blueprint.route("/organizations/<uuid:organization_id>/invitations", methods=["POST"])
@blueprint.operation("inviteMember", "its owner", errors.Forbidden, errors.NotVerified)
@blueprint.arguments(InvitationBody)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_invitation(body: dict[str, Any], organization_id: UUID) -> dict[str, str]:
    """Ask a phone to join: the answer is the same whether it is known or not."""
    phone = phones.parse(body["phone"], services().settings.phone_regions)
    invitations.invite(session(), actor(), organization_id, phone, body["role"], now())
    session().commit()
    return {"status": "accepted"}


@blueprint.route("/me/invitations/<uuid:invitation_id>/accept", methods=["POST"])
@blueprint.operation("acceptInvitation", "whoever was invited", errors.AlreadyDecided)
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
