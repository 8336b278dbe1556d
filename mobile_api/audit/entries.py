"""The audit's entries, read."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, post_load

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import Paged, RegionCode, one_of, told
from service import errors
from service.audit import audit
from service.audit.audit import AuditQuestion
from service.models import AuditAction, AuditEntry

blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit", description="Audit")

MAX_DAYS = 366 * 5


class AuditQuery(Paged):
    actor = fields.UUID()
    action = one_of(*AuditAction)
    region = RegionCode()
    organization = fields.UUID()
    event = fields.UUID()
    subject = fields.UUID()
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        if "first_day" in data and "last_day" in data and data["last_day"] < data["first_day"]:
            raise ValidationError(told("days", max=MAX_DAYS), "to")
        return data


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
    question = AuditQuestion(
        actor_id=query.get("actor"),
        action=query.get("action"),
        region_code=query.get("region"),
        organization_id=query.get("organization"),
        event_id=query.get("event"),
        subject_id=query.get("subject"),
        first_day=query.get("first_day"),
        last_day=query.get("last_day"),
    )
    found = audit.entries(session(), actor(), question, after and after[0], query["limit"] + 1, now())
    items, following = cursors.page(found, query["limit"], _key)
    session().commit()
    return {"items": items, "next": following}


def _key(entry: AuditEntry) -> tuple[UUID]:
    return (entry.id,)
