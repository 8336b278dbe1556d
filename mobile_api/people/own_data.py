"""All that is held about a volunteer: taken away."""

from http import HTTPStatus
from typing import Any

from marshmallow import fields

from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import Strict
from service import errors
from service.people import erasure

blueprint = Blueprint("own_data", __name__, url_prefix="/v1/me", description="What is held about a volunteer")


class ErasureQuery(Strict):
    keep_certificates = fields.Boolean(load_default=False)


@blueprint.route("", methods=["DELETE"])
@blueprint.operation("eraseMe", "a volunteer", errors.SoleOwner, errors.LastNational)
@blueprint.arguments(ErasureQuery, location="query")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_me(query: dict[str, Any]) -> None:
    """Be erased: what is personal goes for good, what was counted stays counted and names nobody."""
    erasure.erase(session(), actor(), now(), keep_certificates=query["keep_certificates"])
    session().commit()
