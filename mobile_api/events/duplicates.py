"""A copy of an event on another day."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import DateTime, Strict
from mobile_api.events.events import EventShown, shown
from service import errors
from service.events import duplicates

blueprint = Blueprint("duplicates", __name__, url_prefix="/v1/events", description="Events")


class DuplicateBody(Strict):
    """When the copy begins; under the client's own id it is made once."""

    id = fields.UUID()
    starts_at = DateTime(required=True)


@blueprint.route("/<uuid:event_id>/duplicate", methods=["POST"])
@blueprint.operation(
    "duplicateEvent",
    "its organizer",
    errors.Forbidden,
    errors.NotVerified,
    errors.OutsideKazakhstan,
    errors.IdReused,
)
@blueprint.arguments(DuplicateBody)
@blueprint.response(HTTPStatus.CREATED, EventShown)
def duplicate_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Make a draft of its plan, as long as it: nobody signed up, nothing of what happened."""
    caller = actor()
    made = duplicates.duplicate(session(), caller, event_id, body["starts_at"], now(), body.get("id"))
    session().commit()
    return shown(made, caller)
