"""Reports of events: made by volunteers, handled by the region's coordinators."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, now, session
from http_base.fields import Accepted, DateTime, LocalizedName, Paged, RegionCode, Strict, Text
from http_base.schemas.reports import ResolutionBody
from service import errors
from service.events import reports
from service.models import EventReport

blueprint = Blueprint("reports", __name__, url_prefix="/v1", description="Reports of events")


class ReportBody(Strict):
    reason = Text(longest=1_000, required=True)


class ReportQuery(Paged):
    region = RegionCode()


class ReportShown(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    event_title = fields.Nested(LocalizedName)
    region = fields.String()
    volunteer_id = fields.UUID()
    reason = fields.String()
    outliers = fields.List(
        fields.String(),
        allow_none=True,
        metadata={"description": "Not reported by anybody: figures of the event that are unusually large."},
    )
    created_at = DateTime()


class ReportPage(Schema):
    items = fields.List(fields.Nested(ReportShown))
    next = fields.String(allow_none=True)


class ReportClosed(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    resolution = fields.String()
    closed_at = DateTime()


@blueprint.route("/events/<uuid:event_id>/reports", methods=["POST"])
@blueprint.operation("reportEvent", "a volunteer")
@blueprint.arguments(ReportBody)
@blueprint.response(HTTPStatus.ACCEPTED, Accepted)
def post_report(body: dict[str, Any], event_id: UUID) -> dict[str, str]:
    """Say what is wrong with an event; the region's coordinators are told."""
    reports.submit(session(), actor(), event_id, body["reason"], now())
    session().commit()
    return {"status": "accepted"}


@blueprint.route("/reports", methods=["GET"])
@blueprint.operation("listReports", "a coordinator", errors.Forbidden)
@blueprint.arguments(ReportQuery, location="query")
@blueprint.response(HTTPStatus.OK, ReportPage)
def list_reports(query: dict[str, Any]) -> dict[str, Any]:
    """Open reports of the coordinator's regions, oldest first."""
    after = cursors.decode(query.get("cursor"), UUID)
    found = reports.open_reports(
        session(), actor(), query.get("region"), after and after[0], query["limit"] + 1, now()
    )
    session().commit()
    rows, following = cursors.page(found, query["limit"], lambda row: (row[0].id,))
    items = [
        {
            "id": report.id,
            "event_id": event.id,
            "event_title": event.title,
            "region": event.region_code,
            "volunteer_id": report.volunteer_id,
            "reason": report.reason,
            "outliers": report.outliers,
            "created_at": report.created_at,
        }
        for report, event in rows
    ]
    return {"items": items, "next": following}


@blueprint.route("/reports/<uuid:report_id>", methods=["PUT"])
@blueprint.operation("closeReport", "a coordinator of its region", errors.Forbidden)
@blueprint.arguments(ResolutionBody)
@blueprint.response(HTTPStatus.OK, ReportClosed)
def put_report(body: dict[str, Any], report_id: UUID) -> EventReport:
    """Close a report with what came of it."""
    closed = reports.close(session(), actor(), report_id, body["resolution"], now())
    session().commit()
    return closed
