"""Helpers of an event."""

from http import HTTPStatus
from uuid import UUID

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from service import errors
from service.events import helpers

blueprint = Blueprint("helpers", __name__, url_prefix="/v1/events", description="Helpers of an event")


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
@blueprint.operation("dismissHelper", "its organizer", errors.Forbidden, errors.NotVerified)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_helper(event_id: UUID, volunteer_id: UUID) -> None:
    """Let them help no more; what their phone holds of codes to come is right no more."""
    helpers.dismiss(session(), actor(), event_id, volunteer_id, now())
    session().commit()
