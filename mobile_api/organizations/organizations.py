"""Organizations: founding, finding, verification."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.contacts import ContactShown, said, shown_by
from http_base.context import actor, now, session
from http_base.fields import (
    OPTIONAL,
    Accepted,
    DateTime,
    LocalizedName,
    Paged,
    RegionCode,
    Strict,
    Text,
    one_of,
)
from http_base.schemas.organizations import OrganizationBody, OrganizationPatch, StatusBody
from service import errors
from service.access import Actor, Permission, may, require
from service.happenings import EventsFate
from service.models import Organization, OrganizationKind, OrganizationStatus
from service.organizations import contacts, organizations, verification
from service.organizations.organizations import Correction
from service.organizations.verification import Verdict

blueprint = Blueprint("organizations", __name__, url_prefix="/v1/organizations", description="Organizations")


class PendingData(Schema):
    bin = fields.String(allow_none=True)
    kind = one_of(*OrganizationKind, allow_none=True)


class OrganizationShown(Schema):
    id = fields.UUID()
    name = fields.Nested(LocalizedName)
    region = fields.String()
    bin = fields.String(allow_none=True)
    kind = one_of(*OrganizationKind, allow_none=True)
    status = one_of(*OrganizationStatus)
    created_at = DateTime()
    version = fields.Integer()
    contact = fields.Nested(ContactShown, allow_none=True)
    # For its members and its coordinators alone.
    reason = fields.String(allow_none=True, metadata=OPTIONAL)
    question = fields.String(allow_none=True, metadata=OPTIONAL)
    answer = fields.String(allow_none=True, metadata=OPTIONAL)
    pending_name = fields.Nested(LocalizedName, allow_none=True, metadata=OPTIONAL)
    pending = fields.Nested(PendingData, allow_none=True, metadata=OPTIONAL)


class OrganizationPage(Schema):
    items = fields.List(fields.Nested(OrganizationShown))
    next = fields.String(allow_none=True)


class OrganizationQuery(Paged):
    status = one_of(*OrganizationStatus)
    region = RegionCode()
    q = Text()
    waiting = fields.Boolean(load_default=False)


class AnswerBody(Strict):
    id = fields.UUID(required=True)
    text = Text(longest=1_000, required=True)


def shown(
    organization: Organization, caller: Actor, known: Mapping[UUID, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """An organization as the caller may see it; `known`: the contacts of the whole list."""
    if known is None:
        known = shown_by(contacts.by_organization(session(), [organization.id]))
    document = {
        "id": organization.id,
        "name": organization.name,
        "region": organization.region_code,
        "bin": organization.bin,
        "kind": organization.kind,
        "status": organization.status,
        "created_at": organization.created_at,
        "version": organization.version,
        "contact": known.get(organization.id),
    }
    if may(caller, Permission.SEE_ORGANIZATION, organizations.target_of(organization)):
        document |= {
            "reason": organization.status_reason,
            "question": organization.question,
            "answer": organization.answer,
            "pending_name": organization.pending_name,
            "pending": organization.pending_data
            and {"bin": organization.bin, "kind": organization.kind} | organization.pending_data,
        }
    return document


@blueprint.route("", methods=["POST"])
@blueprint.operation(
    "createOrganization", "a volunteer", errors.IdReused, errors.TooManyOrganizations, errors.TooManyRequests
)
@blueprint.arguments(OrganizationBody)
@blueprint.response(HTTPStatus.CREATED, OrganizationShown)
def post_organization(body: dict[str, Any]) -> dict[str, Any]:
    """Found an organization; a coordinator of its region verifies it."""
    caller = actor()
    organization = organizations.create(
        session(),
        caller,
        body["name"],
        body["region"],
        body.get("bin"),
        now(),
        body.get("id"),
        body.get("kind"),
        said(body.get("contact")),
    )
    session().commit()
    # The founder is its owner from now on.
    return shown(organization, actor())


@blueprint.route("", methods=["GET"])
@blueprint.operation(
    "listOrganizations", "a volunteer: verified ones and one's own; a coordinator: all of the region"
)
@blueprint.arguments(OrganizationQuery, location="query")
@blueprint.response(HTTPStatus.OK, OrganizationPage)
def list_organizations(query: dict[str, Any]) -> dict[str, Any]:
    """Verified organizations, one's own, and for coordinators all of their regions."""
    after = cursors.decode(query.get("cursor"), UUID)
    caller = actor()
    found = organizations.search(
        session(),
        caller,
        status=query.get("status"),
        region_code=query.get("region"),
        text=query.get("q"),
        waiting=query["waiting"],
        after=after and after[0],
        limit=query["limit"] + 1,
    )
    items, following = cursors.page(found, query["limit"], lambda organization: (organization.id,))
    known = shown_by(contacts.by_organization(session(), [one.id for one in items]))
    return {"items": [shown(one, caller, known) for one in items], "next": following}


@blueprint.route("/<uuid:organization_id>", methods=["GET"])
@blueprint.operation(
    "getOrganization", "a volunteer: verified ones and one's own; a coordinator: all of the region"
)
@blueprint.response(HTTPStatus.OK, OrganizationShown)
def get_organization(organization_id: UUID) -> dict[str, Any]:
    """One organization."""
    caller = actor()
    return shown(organizations.get_visible(session(), caller, organization_id), caller)


@blueprint.route("/<uuid:organization_id>", methods=["PATCH"])
@blueprint.operation(
    "changeOrganization",
    "its owner; a coordinator of its region",
    errors.Forbidden,
    errors.NotVerified,
    errors.Stale,
    errors.TooManyRequests,
)
@blueprint.arguments(OrganizationPatch)
@blueprint.response(HTTPStatus.OK, OrganizationShown)
def patch_organization(body: dict[str, Any], organization_id: UUID) -> dict[str, Any]:
    """Correct it; a new name of a verified one waits for the coordinator."""
    caller = actor()
    values = {name: body[name] for name in ("name", "bin", "kind") if name in body}
    correction = Correction(frozenset(values), **values)
    organization = organizations.change(
        session(), caller, organization_id, body["version"], correction, now()
    )
    if "contact" in body:
        require(caller, Permission.SET_ORGANIZATION_CONTACT, organizations.target_of(organization))
        about = contacts.of_organization(organization_id)
        contacts.put(session(), caller, about, said(body["contact"]), now())
    session().commit()
    return shown(organization, caller)


@blueprint.route("/<uuid:organization_id>/status", methods=["PUT"])
@blueprint.operation("decideOrganization", "a coordinator of its region", errors.Forbidden, errors.Stale)
@blueprint.arguments(StatusBody)
@blueprint.response(HTTPStatus.OK, OrganizationShown)
def put_status(body: dict[str, Any], organization_id: UUID) -> dict[str, Any]:
    """Verify, reject, suspend or ask; the owners are told, and the people of events that this changes."""
    caller = actor()
    verdict = Verdict(
        body["status"],
        body.get("reason"),
        body.get("question"),
        EventsFate(body["events"]) if "events" in body else None,
        body.get("version"),
    )
    decided = verification.decide(session(), caller, organization_id, verdict, now())
    session().commit()
    return shown(decided, caller)


@blueprint.route("/<uuid:organization_id>/answer", methods=["POST"])
@blueprint.operation(
    "answerCoordinator",
    "its owner, once a coordinator has asked",
    errors.Forbidden,
    errors.IdReused,
    errors.AlreadyDecided,
)
@blueprint.arguments(AnswerBody)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_answer(body: dict[str, Any], organization_id: UUID) -> dict[str, str]:
    """Answer the coordinator's question; the coordinators are told."""
    verification.answer(session(), actor(), organization_id, body["id"], body["text"], now())
    session().commit()
    return {"status": "accepted"}
