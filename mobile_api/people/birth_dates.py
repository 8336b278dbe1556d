"""Birth dates of others, which a coordinator corrects."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.schemas.people import BirthDateBody
from service import errors
from service.models import Volunteer
from service.people import ages

blueprint = Blueprint("birth_dates", __name__, url_prefix="/v1/volunteers", description="Birth dates")


class BirthDateShown(Schema):
    id = fields.UUID()
    birth_date = fields.Date()


@blueprint.route("/<uuid:volunteer_id>/birth-date", methods=["PUT"])
@blueprint.operation(
    "setBirthDate",
    "a coordinator of the person's region",
    errors.Forbidden,
    errors.NotFound,
    errors.TooYoungToRegister,
)
@blueprint.arguments(BirthDateBody)
@blueprint.response(HTTPStatus.OK, BirthDateShown)
def put_birth_date(body: dict[str, Any], volunteer_id: UUID) -> Volunteer:
    """Correct somebody's birth date; they and their guardian are told. For coordinators of their region."""
    min_age = services().settings.min_age
    volunteer = ages.set_birth_date(session(), actor(), volunteer_id, body["birth_date"], now(), min_age)
    session().commit()
    return volunteer
