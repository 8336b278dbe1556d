"""Head counts of classes and companies without accounts."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import Paged, one_of
from http_base.schemas.headcounts import HeadcountBody, HeadcountEnd
from service import errors
from service.attendance import groups
from service.attendance.groups import Group
from service.events import events
from service.models import Event, Headcount, HeadcountCategory

blueprint = Blueprint("headcounts", __name__, url_prefix="/v1/events", description="Head counts")


class HeadcountShown(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    group = fields.String()
    category = one_of(*HeadcountCategory, allow_none=True)
    expected = fields.Integer(allow_none=True)
    people = fields.Integer(
        allow_none=True, metadata={"description": "null: not confirmed, and not counted."}
    )
    minutes = fields.Integer(allow_none=True)
    created_by = fields.UUID()
    created_at = fields.DateTime(format="iso")
    changed_by = fields.UUID()
    changed_at = fields.DateTime(format="iso")


class Headcounts(Schema):
    items = fields.List(fields.Nested(HeadcountShown))
    next = fields.String(allow_none=True)


def _shown(headcount: Headcount, event: Event) -> dict[str, Any]:
    """A head count with its times in the event's own zone."""
    document = {name: getattr(headcount, name, None) for name in HeadcountShown._declared_fields}
    times = {name: event.local(getattr(headcount, name)) for name in ("created_at", "changed_at")}
    return document | {"group": headcount.group_name} | times


@blueprint.route("/<uuid:event_id>/headcounts/<uuid:headcount_id>", methods=["PUT"])
@blueprint.operation(
    "putHeadcount",
    "its organizer; a coordinator of its region, with a reason",
    errors.Forbidden,
    errors.NotPublished,
    errors.Cancelled,
    errors.NotStarted,
    errors.HeadcountsClosed,
    errors.TooManyGroups,
    errors.NotVerified,
)
@blueprint.arguments(HeadcountBody)
@blueprint.response(HTTPStatus.OK, HeadcountShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=HeadcountShown)
def put_headcount(body: dict[str, Any], event_id: UUID, headcount_id: UUID) -> Any:
    """Announce a group (`expected`), or say how many of it came (`people`), which counts.

    201 at first, 200 after; what is left out stays as it was said before.
    """
    said = {name: body.get(name) for name in ("people", "minutes", "category", "expected")}
    group = Group(body["group"], **said)
    stored, is_new = groups.give(session(), actor(), event_id, headcount_id, group, now(), body.get("reason"))
    session().commit()
    shown = _shown(stored, events.get(session(), event_id))
    return shown, HTTPStatus.CREATED if is_new else HTTPStatus.OK


@blueprint.route("/<uuid:event_id>/headcounts/<uuid:headcount_id>", methods=["DELETE"])
@blueprint.operation(
    "deleteHeadcount",
    "its organizer; a coordinator of its region, with a reason",
    errors.Forbidden,
    errors.HeadcountsClosed,
    errors.NotVerified,
)
@blueprint.arguments(HeadcountEnd, location="query")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_headcount(query: dict[str, Any], event_id: UUID, headcount_id: UUID) -> None:
    """Take it back."""
    groups.retract(session(), actor(), event_id, headcount_id, now(), query.get("reason"))
    session().commit()


@blueprint.route("/<uuid:event_id>/headcounts", methods=["GET"])
@blueprint.operation(
    "listHeadcounts", "its organizer; a coordinator of its region", errors.Forbidden, errors.NotVerified
)
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, Headcounts)
def list_headcounts(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Announced and confirmed ones, for organizers and coordinators."""
    after = cursors.decode(query.get("cursor"), UUID)
    found = groups.of_event(session(), actor(), event_id, after and after[0], query["limit"] + 1)
    items, following = cursors.page(found, query["limit"], lambda headcount: (headcount.id,))
    event = events.get(session(), event_id)
    return {"items": [_shown(headcount, event) for headcount in items], "next": following}
