"""The rotating code of the place: for the organizer's screen with its secret, for a helper's as a list."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import segno
from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import OPTIONAL
from service import errors
from service.access import Permission, may
from service.attendance import place_codes
from service.events import events

blueprint = Blueprint("codes", __name__, url_prefix="/v1/events", description="The code of the place")


class TimedCodeShown(Schema):
    code = fields.String()
    valid_from = fields.DateTime(format="iso")
    valid_until = fields.DateTime(format="iso")


class CodeShown(Schema):
    """For organizers all but `codes`; for helpers `codes` alone."""

    code = fields.String(metadata=OPTIONAL)
    valid_until = fields.DateTime(format="iso", metadata=OPTIONAL)
    qr = fields.String(
        metadata={**OPTIONAL, "description": "SVG of a QR that says tazalyq:event/{id}?code={code}"}
    )
    secret = fields.String(metadata={**OPTIONAL, "description": "Base32, for RFC 6238 with SHA-1"})
    step_s = fields.Integer(metadata=OPTIONAL)
    digits = fields.Integer(metadata=OPTIONAL)
    codes = fields.List(
        fields.Nested(TimedCodeShown),
        metadata={**OPTIONAL, "description": "Those of the event's hours, from now on."},
    )


@blueprint.route("/<uuid:event_id>/code", methods=["GET"])
@blueprint.operation(
    "getCode",
    "its organizer; its helper: the codes of its hours, without the secret",
    errors.Forbidden,
    errors.NotVerified,
)
@blueprint.response(HTTPStatus.OK, CodeShown)
def get_code(event_id: UUID) -> Any:
    """The code of this minute; the secret lets the organizer's phone go on without signal."""
    event = events.get_visible(session(), actor(), event_id)
    if may(actor(), Permission.SHOW_CODE, events.target_of(event)):
        shown = _with_secret(event_id)
    else:
        thresholds = services().settings.thresholds
        shown = {"codes": place_codes.coming_codes(session(), actor(), event_id, now(), thresholds)}
    return shown, HTTPStatus.OK, {"Cache-Control": "no-store"}


def _with_secret(event_id: UUID) -> dict[str, Any]:
    found = place_codes.of_event(session(), actor(), event_id, now())
    return {
        "code": found.code,
        "valid_until": found.valid_until,
        "qr": qr_svg(event_id, found.code),
        "secret": found.secret,
        "step_s": place_codes.STEP_S,
        "digits": place_codes.DIGITS,
    }


def qr_svg(event_id: UUID, code: str) -> str:
    """The QR of a code as SVG text. It holds no secret: a photograph of it is worth some minutes."""
    qr = segno.make(f"tazalyq:event/{event_id}?code={code}", error="m", micro=False)
    return qr.svg_inline(scale=8, light="#fff", omitsize=True)
