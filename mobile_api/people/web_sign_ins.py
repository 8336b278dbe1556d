"""Signing a browser in: the phone sees which one, and confirms."""

from http import HTTPStatus

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import DateTime, path_text
from service import errors
from service.models import WebSignIn
from service.people import web_sign_ins

blueprint = Blueprint(
    "web_sign_ins", __name__, url_prefix="/v1/me/web-sign-ins", description="Signing a browser in"
)


class WebSignInShown(Schema):
    browser = fields.String(metadata={"description": "Firefox, Windows; empty where it is not known."})
    address = fields.String()
    created_at = DateTime()


@blueprint.route("/<code>", methods=["GET"])
@blueprint.operation("getWebSignIn", "a volunteer", errors.NotFound, errors.TooManyRequests)
@blueprint.response(HTTPStatus.OK, WebSignInShown)
def get_web_sign_in(code: str) -> WebSignIn:
    """Which browser shows this code: the person says whether it is their own."""
    return web_sign_ins.look(session(), actor().volunteer_id, _counted(code), now())


@blueprint.route("/<code>", methods=["POST"])
@blueprint.operation("confirmWebSignIn", "a volunteer", errors.NotFound, errors.TooManyRequests)
@blueprint.response(HTTPStatus.NO_CONTENT)
def post_web_sign_in(code: str) -> None:
    """Let the browser that shows this code go on as the caller. The same again changes nothing."""
    web_sign_ins.confirm(session(), actor().volunteer_id, _counted(code), now())
    session().commit()


def _counted(code: str) -> str:
    """The code, its look counted before it is taken."""
    text = path_text(code, "code")
    web_sign_ins.count_look(session(), actor().volunteer_id, now())
    session().commit()
    return text
