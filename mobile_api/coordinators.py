"""Who coordinates which region."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from mobile_api.context import actor, now, parts, session
from mobile_api.fields import Strict, Text
from mobile_api.http import Blueprint
from service import phones, volunteers
from service.access import Permission, require

blueprint = Blueprint("coordinators", __name__, url_prefix="/v1/coordinators", description="Coordinators")


class CoordinatorBody(Strict):
    phone = Text(required=True)
    region = Text(required=True, allow_none=True)


class CoordinatorShown(Schema):
    volunteer_id = fields.UUID()
    display_name = fields.String()
    phone = fields.String()
    region = fields.String(allow_none=True)


class Coordinators(Schema):
    items = fields.List(fields.Nested(CoordinatorShown))
    next = fields.String(allow_none=True)


def _all() -> dict[str, Any]:
    rows = volunteers.coordinators(session())
    items = [
        {"volunteer_id": id_, "display_name": name, "phone": phone, "region": None if code == "*" else code}
        for id_, name, phone, code in rows
    ]
    return {"items": items, "next": None}


@blueprint.route("", methods=["GET"])
@blueprint.response(HTTPStatus.OK, Coordinators)
def list_coordinators() -> dict[str, Any]:
    """All coordinators."""
    require(actor(), Permission.APPOINT_COORDINATORS)
    return _all()


@blueprint.route("", methods=["PUT"])
@blueprint.arguments(CoordinatorBody)
@blueprint.response(HTTPStatus.OK, Coordinators)
def put_coordinator(body: dict[str, Any]) -> dict[str, Any]:
    """Give a registered person a region; null for the whole country."""
    require(actor(), Permission.APPOINT_COORDINATORS)
    phone = phones.parse(body["phone"], parts().settings.phone_regions)
    volunteers.appoint_coordinator(session(), phone, body["region"], now())
    session().commit()
    return _all()


@blueprint.route("/<uuid:volunteer_id>", methods=["DELETE"])
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_coordinator(volunteer_id: UUID) -> None:
    """Take all regions from a person."""
    require(actor(), Permission.APPOINT_COORDINATORS)
    volunteers.dismiss_coordinator(session(), volunteer_id)
    session().commit()
