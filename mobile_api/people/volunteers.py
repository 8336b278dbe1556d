"""A volunteer's own record and invitations."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base import profiles
from http_base.blueprints import Blueprint
from http_base.context import actor, identity, now, refuse_banned, services, session
from http_base.fields import LocalizedName, one_of
from http_base.schemas.people import ProfileBody, ProfileChange
from notifications.words import LOCALES
from service import errors
from service.models import MemberRole, OrganizationStatus, Volunteer
from service.people import consents, coordinators, volunteers

blueprint = Blueprint("volunteers", __name__, url_prefix="/v1/me", description="A volunteer's own record")


class MembershipShown(Schema):
    id = fields.UUID()
    name = fields.Nested(LocalizedName)
    role = one_of(*MemberRole)
    status = one_of(*OrganizationStatus)
    resting = fields.Boolean()


class GuardianShown(Schema):
    name = fields.String()
    phone = fields.String()


class Me(Schema):
    id = fields.UUID()
    display_name = fields.String()
    phone = fields.String()
    phone_current = fields.Boolean()
    birth_date = fields.Date()
    locale = one_of(*LOCALES)
    region = fields.String()
    guardian = fields.Nested(GuardianShown, allow_none=True)
    consents = fields.Dict(keys=fields.String(), values=fields.String())
    missing_consents = fields.List(fields.String())
    organizations = fields.List(fields.Nested(MembershipShown))
    coordinates = fields.List(fields.String())
    resting = fields.Boolean()


def _shown(volunteer: Volunteer) -> dict[str, Any]:
    regions = coordinators.regions_of(session(), volunteer.id)
    guardian = {"name": volunteer.guardian_name, "phone": volunteer.guardian_phone}
    return {
        "id": volunteer.id,
        "display_name": volunteer.display_name,
        "phone": volunteer.phone or identity().phone,
        "phone_current": volunteer.phone is not None,
        "birth_date": volunteer.birth_date,
        "locale": volunteer.locale,
        "region": volunteer.region_code,
        "guardian": guardian if volunteer.guardian_name else None,
        "consents": consents.versions(session(), volunteer.id),
        "missing_consents": consents.missing(session(), volunteer.id, now()),
        "organizations": volunteers.memberships(session(), volunteer.id),
        "coordinates": list(regions),
        "resting": any(regions.values()),
    }


@blueprint.route("", methods=["PUT"])
@blueprint.operation(
    "putMe",
    "whoever holds a token",
    errors.GuardianRequired,
    errors.TooYoungToRegister,
    errors.TooManyRequests,
    registered=False,
)
@blueprint.arguments(ProfileBody)
@blueprint.response(HTTPStatus.OK, Me)
@blueprint.alt_response(HTTPStatus.CREATED, schema=Me)
def put_me(body: dict[str, Any]) -> Any:
    """Register, or replace one's own record."""
    refuse_banned()
    volunteer, is_new = profiles.put(identity(), body)
    session().commit()
    return _shown(volunteer), HTTPStatus.CREATED if is_new else HTTPStatus.OK


@blueprint.route("", methods=["GET"])
@blueprint.operation("getMe", "a volunteer")
@blueprint.response(HTTPStatus.OK, Me)
def get_me() -> dict[str, Any]:
    """One's own record."""
    return _shown(volunteers.get(session(), actor().volunteer_id))


@blueprint.route("", methods=["PATCH"])
@blueprint.operation("changeMe", "a volunteer", errors.GuardianRequired, errors.TooYoungToRegister)
@blueprint.arguments(ProfileChange)
@blueprint.response(HTTPStatus.OK, Me)
def patch_me(body: dict[str, Any]) -> dict[str, Any]:
    """Change parts of one's own record."""
    volunteer = volunteers.get(session(), actor().volunteer_id)
    changes = profiles.parts_of(body)
    min_age, phone = services().settings.min_age, identity().phone
    volunteers.change(session(), volunteer, changes, now(), min_age=min_age, phone=phone)
    session().commit()
    return _shown(volunteer)
