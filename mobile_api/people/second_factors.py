"""The second factor of a caller: enrolled, confirmed, passed; and taken away by two others."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import elevations
from http_base.blueprints import Blueprint
from http_base.context import (
    actor,
    ask_provider,
    identity,
    now,
    passed_second_factor,
    services,
    session,
)
from http_base.fields import DateTime, Strict, Text, one_of
from service import errors
from service.people import second_factor

blueprint = Blueprint("second_factors", __name__, url_prefix="/v1", description="Second factor")


class EnrolmentBody(Strict):
    secret = Text(
        longest=100,
        allow_none=True,
        metadata={"description": "The one-time secret that a coordinator was given, for the first time."},
    )


class EnrolmentShown(Schema):
    otpauth_uri = fields.String(metadata={"description": "For an authenticator app, as a QR or a link."})


class TotpBody(Strict):
    totp = Text(longest=20, required=True, metadata={"description": "Six digits of the authenticator app."})


class Elevation(Schema):
    elevation = fields.String(metadata={"description": "Send it as the header X-Elevation."})
    expires_at = DateTime()


class ResetShown(Schema):
    state = one_of("asked", "done")


@blueprint.route("/me/second-factor", methods=["POST"])
@blueprint.operation(
    "beginSecondFactor", "a volunteer", errors.EnrolmentSecretRequired, errors.SecondFactorRequired
)
@blueprint.arguments(EnrolmentBody)
@blueprint.response(HTTPStatus.OK, EnrolmentShown)
def post_second_factor(body: dict[str, Any]) -> dict[str, str]:
    """Begin to enrol an authenticator app; its first code, within 15 minutes, puts it in force."""
    enrolment = second_factor.begin(
        session(),
        actor(),
        body.get("secret"),
        now(),
        services().settings.secret_key,
        proven=passed_second_factor(actor()),
        place=_place(),
    )
    session().commit()
    return {"otpauth_uri": enrolment.uri}


@blueprint.route("/me/second-factor", methods=["PUT"])
@blueprint.operation(
    "confirmSecondFactor", "a volunteer who has begun", errors.NotEnrolled, errors.TooManyRequests
)
@blueprint.arguments(TotpBody)
@blueprint.response(HTTPStatus.NO_CONTENT)
def put_second_factor(body: dict[str, Any]) -> None:
    """Put the authenticator app in force by its first code; who replaces one signs in to the pages anew."""
    _count_try()
    key = services().settings.secret_key
    second_factor.confirm(session(), actor(), body["totp"], now(), key, place=_place())
    session().commit()


@blueprint.route("/me/elevation", methods=["POST"])
@blueprint.operation(
    "elevate", "a volunteer with a second factor", errors.NotEnrolled, errors.TooManyRequests
)
@blueprint.arguments(TotpBody)
@blueprint.response(HTTPStatus.OK, Elevation)
def post_elevation(body: dict[str, Any]) -> dict[str, Any]:
    """Pass the second factor for 12 hours. Each code is taken once."""
    _count_try()
    ask_provider(identity().subject)
    key = services().settings.secret_key
    enrolment_id = second_factor.prove(session(), actor(), body["totp"], now(), key, place=_place())
    session().commit()
    elevation, expires_at = elevations.issue(identity(), enrolment_id, now(), key)
    return {"elevation": elevation, "expires_at": expires_at}


@blueprint.route("/volunteers/<uuid:volunteer_id>/second-factor/reset", methods=["POST"])
@blueprint.operation(
    "resetSecondFactor", "two national coordinators, each for themself", errors.Forbidden, errors.NotFound
)
@blueprint.response(HTTPStatus.OK, ResetShown)
def post_reset(volunteer_id: UUID) -> dict[str, str]:
    """Take a second factor away: done once another national coordinator says so within 24 hours."""
    is_done = second_factor.ask_reset(session(), actor(), volunteer_id, now())
    session().commit()
    return {"state": "done" if is_done else "asked"}


def _count_try() -> None:
    second_factor.count_try(session(), actor().volunteer_id, now(), _place())
    session().commit()


def _place() -> str:
    """The phone as it signed in: a token says when that was, and nobody makes one of another's sign-in."""
    return f"phone:{identity().signed_in_at.isoformat()}"
