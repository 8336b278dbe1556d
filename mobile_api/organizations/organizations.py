"""Organizations: founding, finding, verification."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import DateTime, LocalizedName, Names, Paged, Strict, Text, one_of
from service.models import Organization, OrganizationStatus
from service.organizations import organizations

blueprint = Blueprint("organizations", __name__, url_prefix="/v1/organizations", description="Organizations")


class OrganizationBody(Strict):
    id = fields.UUID()
    name = fields.Nested(Names, required=True)
    region = Text(required=True)
    bin = fields.String(validate=validate.Regexp(r"^\d{12}$", error="bin"), allow_none=True)


class OrganizationShown(Schema):
    id = fields.UUID()
    name = fields.Nested(LocalizedName)
    region = fields.String(attribute="region_code")
    bin = fields.String(allow_none=True)
    status = fields.String()
    reason = fields.String(attribute="status_reason", allow_none=True)
    created_at = DateTime()


class OrganizationPage(Schema):
    items = fields.List(fields.Nested(OrganizationShown))
    next = fields.String(allow_none=True)


class OrganizationQuery(Paged):
    status = one_of(*OrganizationStatus)
    region = Text()
    q = Text()


class StatusBody(Strict):
    status = one_of(*organizations.DECISIONS, required=True)
    reason = Text(longest=1_000, allow_none=True)


@blueprint.route("", methods=["POST"])
@blueprint.arguments(OrganizationBody)
@blueprint.response(HTTPStatus.CREATED, OrganizationShown)
def post_organization(body: dict[str, Any]) -> Organization:
    """Found an organization; a coordinator of its region verifies it."""
    organization = organizations.create(
        session(), actor(), body["name"], body["region"], body.get("bin"), now(), body.get("id")
    )
    session().commit()
    return organization


@blueprint.route("", methods=["GET"])
@blueprint.arguments(OrganizationQuery, location="query")
@blueprint.response(HTTPStatus.OK, OrganizationPage)
def list_organizations(query: dict[str, Any]) -> dict[str, Any]:
    """Verified organizations, one's own, and for coordinators all of their regions."""
    after = cursors.decode(query.get("cursor"), UUID)
    found = organizations.search(
        session(),
        actor(),
        status=query.get("status"),
        region_code=query.get("region"),
        text=query.get("q"),
        after=after and after[0],
        limit=query["limit"] + 1,
    )
    items, following = cursors.page(found, query["limit"], lambda organization: (organization.id,))
    return {"items": items, "next": following}


@blueprint.route("/<uuid:organization_id>", methods=["GET"])
@blueprint.response(HTTPStatus.OK, OrganizationShown)
def get_organization(organization_id: UUID) -> Organization:
    """One organization."""
    return organizations.get_visible(session(), actor(), organization_id)


@blueprint.route("/<uuid:organization_id>/status", methods=["PUT"])
@blueprint.arguments(StatusBody)
@blueprint.response(HTTPStatus.OK, OrganizationShown)
def put_status(body: dict[str, Any], organization_id: UUID) -> Organization:
    """Verify, reject or suspend; the owners are told."""
    decided = organizations.decide(
        session(), actor(), organization_id, body["status"], body.get("reason"), now()
    )
    session().commit()
    return decided
