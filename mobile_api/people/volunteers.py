"""A volunteer's own record and invitations."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, identity, now, refuse_banned, services, session
from http_base.fields import LocalizedName, Point, Strict, Text, one_of
from notifications.words import LOCALES
from service import errors
from service.models import MemberRole, OrganizationStatus, Volunteer
from service.people import consents, coordinators, volunteers
from service.people.volunteers import Profile
from service.platform import phones

blueprint = Blueprint("volunteers", __name__, url_prefix="/v1/me", description="A volunteer's own record")


class GuardianBody(Strict):
    name = Text(required=True)
    phone = Text(required=True)


class Consents(Strict):
    personal_data = Text()
    cross_border = Text()


class ProfileChange(Strict):
    display_name = Text(longest=100)
    birth_date = fields.Date()
    locale = one_of(*LOCALES)
    region = Text()
    home = fields.Nested(Point, allow_none=True)
    guardian = fields.Nested(GuardianBody, allow_none=True)
    consents = fields.Nested(Consents)


class ProfileBody(ProfileChange):
    display_name = Text(longest=100, required=True)
    birth_date = fields.Date(required=True)
    locale = one_of(*LOCALES, required=True)
    region = Text(required=True)
    consents = fields.Nested(Consents, required=True)


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


def _parts_of_profile(body: dict[str, Any]) -> dict[str, Any]:
    """The body's fields as those of a Profile."""
    values: dict[str, Any] = {
        name: body[name] for name in ("display_name", "birth_date", "locale", "consents") if name in body
    }
    if "region" in body:
        values["region_code"] = body["region"]
    if "home" in body:
        home = body["home"]
        values["home"] = home and (home["latitude"], home["longitude"])
    if "guardian" in body:
        guardian = body["guardian"]
        values["guardian"] = guardian and (
            guardian["name"],
            phones.parse_of_any_country(
                guardian["phone"], services().settings.phone_regions[0], "guardian.phone"
            ),
        )
    return values


@blueprint.route("", methods=["PUT"])
@blueprint.operation(
    "putMe", "whoever holds a token", errors.GuardianRequired, errors.TooYoungToRegister, registered=False
)
@blueprint.arguments(ProfileBody)
@blueprint.response(HTTPStatus.OK, Me)
@blueprint.alt_response(HTTPStatus.CREATED, schema=Me)
def put_me(body: dict[str, Any]) -> Any:
    """Register, or replace one's own record."""
    refuse_banned()
    profile = Profile(**_parts_of_profile(body))
    settings = services().settings
    try:
        volunteer, is_new = volunteers.register(
            session(),
            identity(),
            profile,
            now(),
            min_age=settings.min_age,
            phone_regions=settings.phone_regions,
        )
    except errors.OtherBirthDate:
        session().commit()  # the try counts
        raise
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
    changes = _parts_of_profile(body)
    min_age, phone = services().settings.min_age, identity().phone
    volunteers.change(session(), volunteer, changes, now(), min_age=min_age, phone=phone)
    session().commit()
    return _shown(volunteer)
