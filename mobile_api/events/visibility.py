"""Events out of sight, and back: a coordinator's word."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.schemas.events import ReasonBody
from mobile_api.events.events import EventShown, shown
from service import errors
from service.events import visibility

blueprint = Blueprint("visibility", __name__, url_prefix="/v1/events", description="Hidden events")


@blueprint.route("/<uuid:event_id>/hide", methods=["POST"])
@blueprint.operation("hideEvent", "a coordinator of its region", errors.Forbidden, errors.NotPublished)
@blueprint.arguments(ReasonBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def hide_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Take it out of lists and strangers' sight; its people are told."""
    caller = actor()
    event = visibility.hide(session(), caller, event_id, body["reason"], now())
    session().commit()
    return shown(event, caller)


@blueprint.route("/<uuid:event_id>/show", methods=["POST"])
@blueprint.operation("showEvent", "a coordinator of its region", errors.Forbidden, errors.NotPublished)
@blueprint.arguments(ReasonBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def show_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Bring it back; its people are told."""
    caller = actor()
    event = visibility.show(session(), caller, event_id, now())
    session().commit()
    return shown(event, caller)
