"""Counts for coordinators and organizers."""

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from http_base import downloads, table_files
from http_base.blueprints import Blueprint
from http_base.context import actor, now
from http_base.downloads import CSV, JSON, XLSX, FileQuery
from http_base.fields import (
    OPTIONAL,
    DistrictCode,
    RegionCode,
    one_of,
)
from http_base.schemas.days import Years
from http_base.schemas.exports import CountFilters
from mobile_api.events.known import FiguresShown
from service import errors
from service.figures import counts
from service.models.exports import ExportOf
from service.platform.database import read_session

blueprint = Blueprint("counts", __name__, url_prefix="/v1/counts", description="Counts")


class CountQuery(Years, FileQuery):
    group_by = one_of(*counts.GROUPINGS, load_default="region")
    region = RegionCode()
    district = DistrictCode()
    organization = fields.UUID()
    compare = one_of("previous")


class Figures(FiguresShown):
    events = fields.Integer()
    events_held = fields.Integer()
    events_coming = fields.Integer()
    signups = fields.Integer()
    participations = fields.Integer()
    volunteers = fields.Integer()
    minutes = fields.Integer()
    minutes_assumed = fields.Integer()
    # What organizers say of groups and of those who came along, which nobody has verified; `headcount` is the
    # name that older apps know.
    declared = fields.Integer()
    headcount = fields.Integer(attribute="declared", dump_only=True)
    collectives = fields.Integer()
    companions = fields.Integer()
    in_review = fields.Integer()
    appeals = fields.Integer()
    waste_t = fields.Float(allow_none=True)
    waste_converted = fields.Boolean()


class CountRow(Figures):
    key = fields.String(allow_none=True)
    name = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class CountedDays(Schema):
    """`previous`: the days before, counted alike."""

    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    totals = fields.Nested(Figures)
    rows = fields.List(fields.Nested(CountRow))


class Counts(Schema):
    totals = fields.Nested(Figures)
    rows = fields.List(fields.Nested(CountRow))
    previous = fields.Nested(CountedDays, metadata=OPTIONAL)
    as_of = fields.DateTime(format="iso")


@blueprint.route("", methods=["GET"])
@blueprint.operation(
    "getCounts", "a coordinator: own region, national: all; an organizer: own organizations", errors.Forbidden
)
@blueprint.arguments(CountQuery, location="query")
@blueprint.response(HTTPStatus.OK, Counts)
@downloads.also_as(blueprint, CSV, XLSX)
def get_counts(query: dict[str, Any]) -> Any:
    """Exact figures of the days from … to, both included; left out: the running year, all of one's own.

    `events` are the published ones, `events_held` those over or called off where somebody counted or was
    declared, `events_coming` the published ones that are not over. `participations` counts attendances,
    `volunteers` different people. `minutes` are proven, `minutes_assumed` are not, and neither is in the
    other. `declared` is what organizers say: people of groups, and `companions`. `appeals` wait for a ruling
    and count nowhere else. What came of the events is null where nobody said anything; `waste_converted`:
    some of it was told in bags or cubic metres. The row without a district has no `key`.
    By `Accept` the rows and their total as a file.
    """
    if (kind := downloads.wanted(CSV, XLSX)) != JSON:
        filters = CountFilters().dump(
            {name: query[name] for name in CountFilters._declared_fields if name in query}
        )
        return table_files.of_staff(ExportOf.COUNTS, filters, kind, query)
    asked = counts.CountRequest(
        first_day=query["first_day"],
        last_day=query["last_day"],
        group_by=query["group_by"],
        region_codes=[query["region"]] if "region" in query else None,
        organization_ids=[query["organization"]] if "organization" in query else None,
        district_codes=[query["district"]] if "district" in query else None,
    )
    question = counts.in_scope(actor(), asked)
    moment = now()
    with read_session() as session:
        report = counts.count(session, question, moment)
        if "compare" in query:
            days_before = counts.previous(question)
            report["previous"] = {
                "first_day": days_before.first_day,
                "last_day": days_before.last_day,
                **counts.count(session, days_before, moment),
            }
    return report
