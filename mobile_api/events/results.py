"""What came of an event, as its organizer says."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.schemas.results import ResultBody, said
from mobile_api.events.known import ResultShown, shown_result
from service import errors
from service.events import events, results
from service.events.results import WasteFactors

blueprint = Blueprint("results", __name__, url_prefix="/v1/events", description="Results of events")


@blueprint.route("/<uuid:event_id>/result", methods=["PUT"])
@blueprint.operation(
    "putResult",
    "its organizer, 14 days; a coordinator of its region, 90",
    errors.Forbidden,
    errors.NotVerified,
    errors.NotPublished,
    errors.Cancelled,
    errors.NotStarted,
    errors.ResultClosed,
    errors.Stale,
)
@blueprint.arguments(ResultBody)
@blueprint.response(HTTPStatus.OK, ResultShown)
def put_result(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Say what came of it, in place of what was said before; bags and cubic metres become tonnes."""
    settings = services().settings
    factors = WasteFactors(settings.waste_bag_t, settings.waste_m3_t)
    stored = results.put(session(), actor(), event_id, body["version"], said(body), factors, now())
    session().commit()
    return shown_result(events.get(session(), event_id), stored)
