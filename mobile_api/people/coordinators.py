"""Who coordinates which region."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.schemas.people import CoordinatorBody
from service import errors
from service.access import Permission, require
from service.audit import audit
from service.models import AuditAction, ConsentName
from service.people import consents, coordinators, second_factor
from service.platform import phones

blueprint = Blueprint("coordinators", __name__, url_prefix="/v1/coordinators", description="Coordinators")


class CoordinatorShown(Schema):
    volunteer_id = fields.UUID()
    display_name = fields.String()
    phone = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    resting = fields.Boolean()


class Coordinators(Schema):
    items = fields.List(fields.Nested(CoordinatorShown))
    next = fields.String(allow_none=True)


class Appointed(Coordinators):
    enrolment_secret = fields.String(
        allow_none=True,
        metadata={
            "description": "To hand to the appointed, who enrols the second factor with it, once, within "
            "7 days; null for who has done so already."
        },
    )


def _all() -> dict[str, Any]:
    rows = coordinators.all_coordinators(session())
    held = consents.of_people(session(), {id_ for id_, *_ in rows}, now())
    items = [
        {
            "volunteer_id": id_,
            "display_name": consents.shown_name(name, held[id_]),
            "phone": phone if ConsentName.PERSONAL_DATA in held[id_] else None,
            "region": None if code == "*" else code,
            "resting": resting,
        }
        for id_, name, phone, code, resting in rows
    ]
    return {"items": items, "next": None}


@blueprint.route("", methods=["GET"])
@blueprint.operation("listCoordinators", "a national coordinator", errors.Forbidden)
@blueprint.response(HTTPStatus.OK, Coordinators)
def list_coordinators() -> dict[str, Any]:
    """All coordinators."""
    caller = actor()
    require(caller, Permission.APPOINT_COORDINATORS)
    audit.record_read(session(), caller.volunteer_id, AuditAction.COORDINATORS_READ, now=now())
    session().commit()
    return _all()


@blueprint.route("", methods=["PUT"])
@blueprint.operation("appointCoordinator", "a national coordinator", errors.Forbidden, errors.NotFound)
@blueprint.arguments(CoordinatorBody)
@blueprint.response(HTTPStatus.OK, Appointed)
def put_coordinator(body: dict[str, Any]) -> dict[str, Any]:
    """Give a registered person a region; null for the whole country."""
    caller = actor()
    require(caller, Permission.APPOINT_COORDINATORS)
    phone = phones.parse(body["phone"], services().settings.phone_regions)
    appointed = coordinators.appoint(session(), phone, body["region"], now(), by=caller.volunteer_id)
    secret = second_factor.new_secret(session(), appointed.id, now(), services().settings.secret_key)
    session().commit()
    return _all() | {"enrolment_secret": secret}


@blueprint.route("/<uuid:volunteer_id>", methods=["DELETE"])
@blueprint.operation("dismissCoordinator", "a national coordinator", errors.Forbidden, errors.LastNational)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_coordinator(volunteer_id: UUID) -> None:
    """Take all regions from a person."""
    caller = actor()
    require(caller, Permission.APPOINT_COORDINATORS)
    coordinators.dismiss(session(), volunteer_id, now(), by=caller.volunteer_id)
    session().commit()
