"""The audit's entries, read."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import one_of
from http_base.schemas.audit import AuditQuery, asked
from service import errors
from service.audit import audit
from service.audit.audit import Entry
from service.models import AuditAction

blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit", description="Audit")


class AuditEntryShown(Schema):
    """Ids and no names. `actor_id`: null for the command line; `subject_id`: whom it concerned."""

    id = fields.UUID()
    at = fields.DateTime(format="iso")
    actor_id = fields.UUID(allow_none=True)
    action = one_of(*AuditAction)
    region = fields.String(attribute="region_code", allow_none=True)
    organization_id = fields.UUID(allow_none=True)
    event_id = fields.UUID(allow_none=True)
    subject_id = fields.UUID(allow_none=True)
    detail = fields.Dict(keys=fields.String(), values=fields.Raw())


class AuditPage(Schema):
    items = fields.List(fields.Nested(AuditEntryShown))
    next = fields.String(allow_none=True)


@blueprint.route("", methods=["GET"])
@blueprint.operation("listAudit", "a national coordinator", errors.Forbidden)
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(HTTPStatus.OK, AuditPage)
def list_audit(query: dict[str, Any]) -> dict[str, Any]:
    """What staff has done and read, newest first; reading it is recorded, too."""
    after = cursors.decode(query.get("cursor"), UUID)
    found = audit.entries(session(), actor(), asked(query), after and after[0], query["limit"] + 1, now())
    items, following = cursors.page(found, query["limit"], _key)
    session().commit()
    return {"items": items, "next": following}


def _key(entry: Entry) -> tuple[UUID]:
    return (entry.id,)
