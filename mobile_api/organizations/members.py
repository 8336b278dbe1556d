"""Who belongs to an organization."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import OPTIONAL, one_of
from http_base.schemas.organizations import RoleBody
from service import errors
from service.models import MemberRole
from service.organizations import members
from service.people import consents, volunteers

blueprint = Blueprint("members", __name__, url_prefix="/v1/organizations", description="Members")


class Member(Schema):
    volunteer_id = fields.UUID()
    display_name = fields.String()
    role = one_of(*MemberRole)
    # In the list: whether another owner has to confirm the role.
    resting = fields.Boolean(metadata=OPTIONAL)


class Members(Schema):
    items = fields.List(fields.Nested(Member))
    next = fields.String(allow_none=True)


@blueprint.route("/<uuid:organization_id>/members", methods=["GET"])
@blueprint.operation("listMembers", "its owner", errors.Forbidden)
@blueprint.response(HTTPStatus.OK, Members)
def list_members(organization_id: UUID) -> dict[str, Any]:
    """Who belongs to it."""
    rows = members.list_all(session(), actor(), organization_id, now())
    session().commit()
    shown = consents.shown_names(session(), {row.id: row.display_name for row in rows}, now())
    items = [
        {
            "volunteer_id": row.id,
            "display_name": shown[row.id],
            "role": row.role,
            "resting": row.resting,
        }
        for row in rows
    ]
    return {"items": items, "next": None}


@blueprint.route("/<uuid:organization_id>/members/<uuid:volunteer_id>", methods=["PUT"])
@blueprint.operation("setRole", "its owner", errors.Forbidden, errors.SoleOwner, errors.NotVerified)
@blueprint.arguments(RoleBody)
@blueprint.response(HTTPStatus.OK, Member)
def put_member(body: dict[str, Any], organization_id: UUID, volunteer_id: UUID) -> dict[str, Any]:
    """Give a member another role; the last owner stays."""
    members.set_role(session(), actor(), organization_id, volunteer_id, body["role"], now())
    session().commit()
    name = volunteers.get(session(), volunteer_id).display_name
    shown = consents.shown_names(session(), {volunteer_id: name}, now())
    return {"volunteer_id": volunteer_id, "display_name": shown[volunteer_id], "role": body["role"]}


@blueprint.route("/<uuid:organization_id>/members/<uuid:volunteer_id>", methods=["DELETE"])
@blueprint.operation(
    "removeMember", "its owner; a member: oneself", errors.Forbidden, errors.SoleOwner, errors.NotVerified
)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_member(organization_id: UUID, volunteer_id: UUID) -> None:
    """Take a member out, or leave; the last owner stays."""
    members.remove(session(), actor(), organization_id, volunteer_id, now())
    session().commit()
