"""Counts for coordinators and organizers."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from http_base.blueprints import Blueprint
from http_base.context import actor, now
from http_base.fields import RegionCode, Strict, one_of, told
from service import errors
from service.figures import counts
from service.geography import regions
from service.models.base import COUNTRY_ZONE
from service.platform.database import read_session

blueprint = Blueprint("counts", __name__, url_prefix="/v1/counts", description="Counts")

MAX_DAYS = 366 * 5


class CountQuery(Strict):
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    group_by = one_of(*counts.GROUPINGS, load_default="region")
    region = RegionCode()
    organization = fields.UUID()

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """What is left out is completed by the running year, or by the year of the day that is named."""
        today = now().astimezone(COUNTRY_ZONE).date()
        first = data.setdefault("first_day", data.get("last_day", today).replace(month=1, day=1))
        last = data.setdefault("last_day", max(first, today).replace(month=12, day=31))
        if not timedelta(0) <= last - first <= timedelta(days=MAX_DAYS):
            raise ValidationError(told("days", max=MAX_DAYS), "to")
        return data


class Figures(Schema):
    events = fields.Integer()
    signups = fields.Integer()
    participations = fields.Integer()
    volunteers = fields.Integer()
    minutes = fields.Integer()
    minutes_assumed = fields.Integer()
    headcount = fields.Integer()
    # Its newer name: what organizers say of groups, which nobody has verified.
    declared = fields.Integer(attribute="headcount", dump_only=True)
    in_review = fields.Integer()


class CountRow(Figures):
    key = fields.String()
    name = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class Counts(Schema):
    totals = fields.Nested(Figures)
    rows = fields.List(fields.Nested(CountRow))
    as_of = fields.DateTime(format="iso")


@blueprint.route("", methods=["GET"])
@blueprint.operation(
    "getCounts", "a coordinator: own region, national: all; an organizer: own organizations", errors.Forbidden
)
@blueprint.arguments(CountQuery, location="query")
@blueprint.response(HTTPStatus.OK, Counts)
def get_counts(query: dict[str, Any]) -> dict[str, Any]:
    """Exact figures of the days from … to, both included; left out: the running year, all of one's own."""
    asked = counts.CountRequest(
        first_day=query["first_day"],
        last_day=query["last_day"],
        group_by=query["group_by"],
        region_codes=[query["region"]] if "region" in query else None,
        organization_ids=[query["organization"]] if "organization" in query else None,
    )
    question = counts.in_scope(actor(), asked)
    with read_session() as session:
        report = counts.count(session, question, now())
    if question.group_by == "region":
        for row in report["rows"]:
            region = regions.get(row["key"])
            row["name"] = region.names if region else None
    return report
