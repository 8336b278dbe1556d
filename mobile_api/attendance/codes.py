"""The rotating code of the place, for the organizer's screen."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import segno
from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from service import errors
from service.attendance import place_codes

blueprint = Blueprint("codes", __name__, url_prefix="/v1/events", description="The code of the place")


class CodeShown(Schema):
    code = fields.String()
    valid_until = fields.DateTime(format="iso")
    qr = fields.String(metadata={"description": "SVG of a QR that says tazalyq:event/{id}?code={code}"})
    secret = fields.String(metadata={"description": "Base32, for RFC 6238 with SHA-1"})
    step_s = fields.Integer()
    digits = fields.Integer()


@blueprint.route("/<uuid:event_id>/code", methods=["GET"])
@blueprint.operation(
    "getCode", "its organizer", errors.Forbidden, errors.NotPublished, errors.Cancelled, errors.NotVerified
)
@blueprint.response(HTTPStatus.OK, CodeShown)
def get_code(event_id: UUID) -> Any:
    """The code of this minute; the secret lets the organizer's phone go on without signal."""
    found = place_codes.of_event(session(), actor(), event_id, now())
    shown = {
        "code": found.code,
        "valid_until": found.valid_until,
        "qr": qr_svg(event_id, found.code),
        "secret": found.secret,
        "step_s": place_codes.STEP_S,
        "digits": place_codes.DIGITS,
    }
    return shown, HTTPStatus.OK, {"Cache-Control": "no-store"}


def qr_svg(event_id: UUID, code: str) -> str:
    """The QR of a code as SVG text. It holds no secret: a photograph of it is worth some minutes."""
    qr = segno.make(f"tazalyq:event/{event_id}?code={code}", error="m", micro=False)
    return qr.svg_inline(scale=8, light="#fff", omitsize=True)
