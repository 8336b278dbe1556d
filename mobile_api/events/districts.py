"""Districts: which there are, and a coordinator's word about an event's."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.document import OPEN
from http_base.fields import LocalizedName, RegionCode, Strict, one_of
from http_base.schemas.events import DistrictBody
from mobile_api.events.events import EventShown, shown
from service import errors
from service.events import district_moves
from service.geography import districts
from service.models import DistrictKind

blueprint = Blueprint("districts", __name__, url_prefix="/v1", description="Districts")


class DistrictQuery(Strict):
    region = RegionCode()


class DistrictShown(Schema):
    code = fields.String()
    region = fields.String(attribute="region_code")
    kind = one_of(*DistrictKind)
    name = fields.Nested(LocalizedName, attribute="names")


class Districts(Schema):
    items = fields.List(fields.Nested(DistrictShown))
    next = fields.String(allow_none=True)


@blueprint.route("/districts", methods=["GET"])
@blueprint.operation("listDistricts", "anyone", security=OPEN)
@blueprint.arguments(DistrictQuery, location="query")
@blueprint.response(HTTPStatus.OK, Districts)
def list_districts(query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The districts that were imported, by their KATO codes; of one region, or all.

    Those that come with the product are from geokz 1.0.2 by Alexander Rodionov (CC BY 4.0), names corrected.
    """
    known = districts.current(session())
    items = known.of_region(query["region"]) if "region" in query else known.all
    return {"items": items, "next": None}, {"Cache-Control": "public, max-age=300"}


@blueprint.route("/events/<uuid:event_id>/district", methods=["PUT"])
@blueprint.operation(
    "setDistrict",
    "a coordinator of its region, not of the organization themself",
    errors.Forbidden,
)
@blueprint.arguments(DistrictBody)
@blueprint.response(HTTPStatus.OK, EventShown)
def put_district(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Let it count in this district, whatever the outlines say; null: in that of its meeting point."""
    caller = actor()
    event = district_moves.set_by_hand(session(), caller, event_id, body["district"], now())
    session().commit()
    return shown(event, caller)
