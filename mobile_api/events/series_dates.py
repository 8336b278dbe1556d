"""Dates that are added to a series later."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import LENGTH, DateTime, Strict
from mobile_api.events import known
from mobile_api.events.events import EventShown, shown
from service import errors
from service.events import series_additions
from service.events.recurrence import MAX_DATES

blueprint = Blueprint("series_dates", __name__, url_prefix="/v1/events", description="Events")


class DatesBody(Strict):
    """When each of them begins; under the client's own id, which is the first one's, they are made once."""

    id = fields.UUID()
    starts_at = fields.List(DateTime(), required=True, validate=validate.Length(1, MAX_DATES, error=LENGTH))


class DatesAdded(Schema):
    items = fields.List(fields.Nested(EventShown))


@blueprint.route("/<uuid:event_id>/dates", methods=["POST"])
@blueprint.operation(
    "addDates",
    "its organizer",
    errors.Forbidden,
    errors.NotVerified,
    errors.OutsideKazakhstan,
    errors.IdReused,
)
@blueprint.arguments(DatesBody)
@blueprint.response(HTTPStatus.CREATED, DatesAdded)
def add_dates(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Add dates to a series, like this one of its dates; answered soonest first.

    Each is as long and has its plan, contact and helpers. They are out where this date is, else drafts.
    """
    caller = actor()
    made = series_additions.add(session(), caller, event_id, body["starts_at"], now(), body.get("id"))
    session().commit()
    found = known.of(made)
    return {"items": [shown(one, caller, known=found) for one in made]}
