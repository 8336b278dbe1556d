"""Many decisions on doubtful attendance in one call."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base import problems
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import OPTIONAL, one_of
from http_base.openapi import ProblemField
from http_base.schemas.reviews import STATUSES, ReviewsBody
from service import errors
from service.rulings import bulk_reviews
from service.rulings.bulk_reviews import BulkResult, Outcome

blueprint = Blueprint("bulk_reviews", __name__, url_prefix="/v1", description="Reviews")


class ReviewResult(Schema):
    """`problem`: why it was not decided."""

    id = fields.UUID()
    outcome = one_of(*Outcome)
    problem = ProblemField(metadata=OPTIONAL)


class ReviewResults(Schema):
    results = fields.List(fields.Nested(ReviewResult))


@blueprint.route("/reviews", methods=["POST"])
@blueprint.operation("reviewAttendances", "a coordinator", errors.Forbidden)
@blueprint.arguments(ReviewsBody)
@blueprint.response(HTTPStatus.OK, ReviewResults)
def post_reviews(body: dict[str, Any]) -> dict[str, Any]:
    """Accept or reject up to 50 that wait, each by itself, in the order sent; the volunteers are told."""
    status, thresholds = STATUSES[body["decision"]], services().settings.thresholds
    results = bulk_reviews.decide_all(
        session(), actor(), body["ids"], status, body["reason"], now(), thresholds
    )
    return {"results": [_shown(one) for one in results]}


def _shown(result: BulkResult) -> dict[str, Any]:
    shown = {"id": result.id, "outcome": result.outcome}
    if result.refusal is None:
        return shown
    return shown | {"problem": problems.document_of(result.refusal)}
