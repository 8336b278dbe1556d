"""Bans, and the one answer of who was banned."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.blueprints import Blueprint
from http_base.context import actor, identity, now, services, session
from http_base.fields import Accepted, Strict, Text
from http_base.schemas.people import BanBody
from service import errors
from service.models import Ban
from service.people import bans

blueprint = Blueprint("bans", __name__, url_prefix="/v1", description="Bans")

WHO = "a coordinator of where the person lives, signed up or came; of staff a national one"


class BanShown(Schema):
    volunteer_id = fields.UUID()
    reason = fields.String()
    banned_at = fields.DateTime(format="iso")
    expires_at = fields.DateTime(format="iso", allow_none=True)
    answer = fields.String(allow_none=True)
    answered_at = fields.DateTime(format="iso", allow_none=True)


class BanAnswerBody(Strict):
    id = fields.UUID(required=True)
    text = Text(longest=2_000, required=True)


@blueprint.route("/bans/<uuid:volunteer_id>", methods=["PUT"])
@blueprint.operation("banVolunteer", WHO, errors.Forbidden, errors.NotFound)
@blueprint.arguments(BanBody)
@blueprint.response(HTTPStatus.OK, BanShown)
def put_ban(body: dict[str, Any], volunteer_id: UUID) -> Ban:
    """Ban somebody, or change what their ban says: coming places go to the line."""
    key = services().settings.secret_key
    ban = bans.put(session(), actor(), volunteer_id, body["reason"], body.get("expires_at"), now(), key)
    session().commit()
    return ban


@blueprint.route("/bans/<uuid:volunteer_id>", methods=["GET"])
@blueprint.operation("getBan", WHO, errors.Forbidden, errors.NotFound)
@blueprint.response(HTTPStatus.OK, BanShown)
def get_ban(volunteer_id: UUID) -> Ban:
    """A ban, and what the person has answered."""
    ban = bans.read(session(), actor(), volunteer_id, now())
    session().commit()
    return ban


@blueprint.route("/bans/<uuid:volunteer_id>", methods=["DELETE"])
@blueprint.operation("liftBan", WHO, errors.Forbidden, errors.NotFound)
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_ban(volunteer_id: UUID) -> None:
    """End a ban."""
    bans.lift(session(), actor(), volunteer_id, now())
    session().commit()


@blueprint.route("/me/ban/answer", methods=["POST"])
@blueprint.operation("answerBan", "who is banned", errors.NotFound, errors.AlreadyAnswered, registered=False)
@blueprint.arguments(BanAnswerBody)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_ban_answer(body: dict[str, Any]) -> dict[str, str]:
    """Answer to a ban, once; the coordinators read it beside the ban."""
    bans.answer(session(), identity().subject, body["id"], body["text"], now())
    session().commit()
    return {"status": "accepted"}
