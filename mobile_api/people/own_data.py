"""All that is held about a volunteer: handed out, or taken away."""

from http import HTTPStatus
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from http_base import own_data
from http_base.blueprints import Blueprint
from http_base.context import data_subject, now, services, session
from http_base.fields import Strict
from service import errors
from service.people import erasure

blueprint = Blueprint("own_data", __name__, url_prefix="/v1/me", description="What is held about a volunteer")


WHO = "a volunteer, also one who is banned"


class ErasureQuery(Strict):
    keep_certificates = fields.Boolean(load_default=False)


class HeldTable(Schema):
    """`about`: what the table is about, in the language asked for. `rows`: its columns by name."""

    about = fields.String()
    rows = fields.List(fields.Dict(keys=fields.String()))


class OwnData(Schema):
    """`held`: by table. `events`, `organizations`: what the ids in it are called."""

    made_at = fields.DateTime(format="iso")
    held = fields.Dict(keys=fields.String(), values=fields.Nested(HeldTable))
    events = fields.Dict(keys=fields.String(), values=fields.Dict())
    organizations = fields.Dict(keys=fields.String(), values=fields.Dict())


@blueprint.route("/export", methods=["GET"])
@blueprint.operation("exportMe", WHO, errors.TooManyRequests)
@blueprint.response(HTTPStatus.OK, OwnData)
def get_export() -> Response:
    """Everything that is held about oneself, as a file; twice an hour."""
    return own_data.whole(data_subject())


@blueprint.route("", methods=["DELETE"])
@blueprint.operation("eraseMe", WHO, errors.SoleOwner, errors.LastNational)
@blueprint.arguments(ErasureQuery, location="query")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_me(query: dict[str, Any]) -> None:
    """Be erased: what is personal goes for good, what was counted stays counted and names nobody.

    A ban in force stays, by a mark of the number that cannot be read back: until it ends, 2 years at most.
    """
    keeps, key = query["keep_certificates"], services().settings.secret_key
    erasure.erase(session(), data_subject(), now(), key, keep_certificates=keeps)
    session().commit()
