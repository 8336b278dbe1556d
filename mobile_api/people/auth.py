"""Local sign-in: codes and tokens, only while no Firebase project is configured."""

from http import HTTPStatus
from typing import Any

from flask import request
from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import now, services, session
from http_base.document import OPEN
from http_base.fields import Accepted, DateTime, Strict, Text
from http_base.local_tokens import LocalTokens
from notifications.push import local
from service import errors
from service.people import sign_in
from service.platform import phones

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
    _local_tokens()
    services().address_limit.count(request.remote_addr or "")


def _local_tokens() -> LocalTokens:
    """The issuer of local tokens. Raises NotFound while identity is Firebase's."""
    verifier = services().verifier
    if not isinstance(verifier, LocalTokens):
        raise errors.NotFound(errors.Thing.CALL)
    return verifier


@blueprint.route("/codes", methods=["POST"])
@blueprint.operation(
    "requestCode", "anyone, while identity is local", errors.NotFound, errors.TooManyRequests, security=OPEN
)
@blueprint.arguments(CodeRequest)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_code(body: dict[str, Any]) -> dict[str, str]:
    """Send a sign-in code to a phone: the answer is always the same."""
    settings = services().settings
    phone = phones.parse(body["phone"], settings.phone_regions)
    code = sign_in.new_code(
        session(),
        phone,
        request.remote_addr or "",
        now(),
        per_phone=settings.codes_per_phone_hour,
        per_address=settings.codes_per_address_hour,
        key=settings.secret_key,
    )
    local.store_code(session(), phone, code, now())
    session().commit()
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
    tokens = _local_tokens()
    phone = phones.parse(body["phone"], services().settings.phone_regions)
    sign_in.count_try(session(), phone)
    session().commit()
    sign_in.use_code(session(), phone, body["code"], now(), services().settings.secret_key)
    session().commit()
    token, expires_at = tokens.issue(sign_in.subject_of(session(), phone), phone)
    return {"token": token, "expires_at": expires_at}
