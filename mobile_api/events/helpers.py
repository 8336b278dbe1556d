"""Helpers of an event."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.schemas.helpers import HelperBody
from http_base.schemas.series import ScopeBody
from service import errors
from service.events import helpers
from service.events.series_scopes import Scope
from service.platform import phones

blueprint = Blueprint("helpers", __name__, url_prefix="/v1/events", description="Helpers of an event")


class HelperShown(Schema):
    volunteer_id = fields.UUID()
    display_name = fields.String()


class Helpers(Schema):
    items = fields.List(fields.Nested(HelperShown))
    next = fields.String(allow_none=True)


@blueprint.route("/<uuid:event_id>/helpers", methods=["GET"])
@blueprint.operation("listHelpers", "its organizer", errors.Forbidden, errors.NotVerified)
@blueprint.response(HTTPStatus.OK, Helpers)
def list_helpers(event_id: UUID) -> dict[str, Any]:
    """Those who help at this event, by when they were named: all of them."""
    found = helpers.of_event(session(), actor(), event_id, now())
    # That they were read.
    session().commit()
    return {"items": [{"volunteer_id": id_, "display_name": name} for id_, name in found], "next": None}


@blueprint.route("/<uuid:event_id>/helpers", methods=["PUT"])
@blueprint.operation(
    "nameHelperByPhone",
    "its organizer",
    errors.Forbidden,
    errors.NotVerified,
    errors.TooManyHelpers,
    errors.SeriesStarted,
)
@blueprint.arguments(HelperBody)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_helper_by_phone(body: dict[str, Any], event_id: UUID) -> None:
    """Name an adult member of the organization, or an adult on the event's list, by number; they are told.

    Of everybody else the answer is the same, whether or not somebody has registered with the number. With the
    scope `following` they help at the later dates of its series, too.
    """
    phone = phones.parse(body["phone"], services().settings.phone_regions)
    helpers.name_by_phone(session(), actor(), event_id, phone, now(), Scope(body["scope"]))
    session().commit()


@blueprint.route("/<uuid:event_id>/helpers/<uuid:volunteer_id>", methods=["PUT"])
@blueprint.operation(
    "nameHelper", "its organizer", errors.Forbidden, errors.NotVerified, errors.TooManyHelpers
)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_helper(event_id: UUID, volunteer_id: UUID) -> None:
    """Let somebody see the list of this event, tick it and show its code; they are told."""
    helpers.name(session(), actor(), event_id, volunteer_id, now())
    session().commit()


@blueprint.route("/<uuid:event_id>/helpers/<uuid:volunteer_id>", methods=["DELETE"])
@blueprint.operation(
    "dismissHelper", "its organizer", errors.Forbidden, errors.NotVerified, errors.SeriesStarted
)
@blueprint.arguments(ScopeBody, location="query")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_helper(query: dict[str, Any], event_id: UUID, volunteer_id: UUID) -> None:
    """Let them help no more; what their phone holds of codes to come is right no more.

    With the scope `following` at the later dates of its series, too.
    """
    helpers.dismiss(session(), actor(), event_id, volunteer_id, now(), Scope(query["scope"]))
    session().commit()
