"""Local sign-in: codes and tokens, only while no Firebase project is configured."""

from http import HTTPStatus
from typing import Any

from flask import request
from marshmallow import Schema, fields

from http_base import sign_in_codes
from http_base.blueprints import Blueprint
from http_base.context import services
from http_base.document import OPEN
from http_base.fields import Accepted, DateTime, Strict, Text
from service import errors

blueprint = Blueprint("auth", __name__, url_prefix="/v1/auth", description="Signing in")


class CodeRequest(Strict):
    phone = Text(required=True)


class TokenRequest(Strict):
    phone = Text(required=True)
    code = Text(required=True)


class Token(Schema):
    token = fields.String()
    expires_at = DateTime()


@blueprint.before_request
def _before_the_body() -> None:
    """What is closed is not there, and an address has its limit, whatever the body says."""
    sign_in_codes.tokens()
    services().address_limit.count(request.remote_addr or "")


@blueprint.route("/codes", methods=["POST"])
@blueprint.operation(
    "requestCode", "anyone, while identity is local", errors.NotFound, errors.TooManyRequests, security=OPEN
)
@blueprint.arguments(CodeRequest)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_code(body: dict[str, Any]) -> dict[str, str]:
    """Send a sign-in code to a phone: the answer is always the same."""
    sign_in_codes.send(body["phone"])
    return {"status": "accepted"}


@blueprint.route("/tokens", methods=["POST"])
@blueprint.operation(
    "createToken",
    "anyone, while identity is local",
    errors.BadCode,
    errors.NotFound,
    errors.TooManyRequests,
    security=OPEN,
)
@blueprint.arguments(TokenRequest)
@blueprint.response(HTTPStatus.OK, Token)
def post_token(body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a code for a token."""
    subject, phone = sign_in_codes.use(body["phone"], body["code"])
    token, expires_at = sign_in_codes.tokens().issue(subject, phone)
    return {"token": token, "expires_at": expires_at}
