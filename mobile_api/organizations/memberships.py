"""Roles that rest, and who confirms them."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import one_of
from service import errors
from service.models import MemberRole
from service.organizations import members

blueprint = Blueprint("memberships", __name__, url_prefix="/v1/memberships", description="Roles that rest")


class MembershipConfirmed(Schema):
    organization_id = fields.UUID()
    volunteer_id = fields.UUID()
    role = one_of(*MemberRole)
    resting = fields.Boolean()


@blueprint.route("/<uuid:organization_id>/<uuid:volunteer_id>/confirm", methods=["POST"])
@blueprint.operation(
    "confirmMembership",
    "another owner of the organization; a coordinator of its region",
    errors.Forbidden,
    errors.NotVerified,
)
@blueprint.response(HTTPStatus.OK, MembershipConfirmed)
def confirm_membership(organization_id: UUID, volunteer_id: UUID) -> Any:
    """Let a role that rests be in force again: of somebody who came back after half a year."""
    membership = members.confirm(session(), actor(), organization_id, volunteer_id, now())
    session().commit()
    return membership
