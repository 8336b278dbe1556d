"""Events out of sight, and back: a coordinator's word."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.schemas.series import ReasonedScopeBody
from mobile_api.events.events import EventShown, shown
from service import errors
from service.events import series_acts
from service.events.series_scopes import Scope

blueprint = Blueprint("visibility", __name__, url_prefix="/v1/events", description="Hidden events")


@blueprint.route("/<uuid:event_id>/hide", methods=["POST"])
@blueprint.operation(
    "hideEvent",
    "a coordinator of its region",
    errors.Forbidden,
    errors.NotPublished,
    errors.SeriesStarted,
)
@blueprint.arguments(ReasonedScopeBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def hide_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Take it out of lists and strangers' sight; its people are told.

    With the scope `following` the later dates of its series, too, with `all` each that has not begun.
    """
    caller = actor()
    hidden = series_acts.hide(session(), caller, event_id, body["reason"], now(), Scope(body["scope"]))
    session().commit()
    return shown(hidden[0], caller)


@blueprint.route("/<uuid:event_id>/show", methods=["POST"])
@blueprint.operation(
    "showEvent",
    "a coordinator of its region",
    errors.Forbidden,
    errors.NotPublished,
    errors.SeriesStarted,
)
@blueprint.arguments(ReasonedScopeBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def show_event(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Bring it back; its people are told.

    With the scope `following` the later dates that are hidden for the same reason, too, with `all` the
    earlier ones as well.
    """
    caller = actor()
    seen = series_acts.show(session(), caller, event_id, now(), Scope(body["scope"]))
    session().commit()
    return shown(seen[0], caller)
