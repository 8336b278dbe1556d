"""The report that a region sends upward: counted now, as JSON and as files; and what was sent."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors, downloads
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.downloads import CSV, JSON, PDF, XLSX, FileQuery
from http_base.fields import LocalizedName, Paged, RegionCode, Text, one_of
from http_base.report_files import FileHow, said_change, taken
from http_base.schemas.region_reports import RegionReportBody
from service import errors
from service.access import Actor
from service.figures import periods, region_report, region_reports, report_columns
from service.figures.region_report import Report, Row
from service.figures.region_reports import Sending, Sent
from service.figures.report_columns import HEADINGS, ReportColumn
from service.models import RegionReport
from service.platform.database import read_session
from service.platform.sheets import Dialect, Kind

blueprint = Blueprint("region-reports", __name__, url_prefix="/v1", description="Reports of regions")


class ReportQuery(FileQuery):
    region = RegionCode()
    period = Text(shortest=0)
    columns = Text(longest=1_000, shortest=0)


class SentQuery(FileQuery):
    columns = Text(longest=1_000, shortest=0)
    diff = fields.Boolean(load_default=False)


class SentListQuery(Paged):
    region = RegionCode()
    period = Text()


class ReportColumnShown(Schema):
    """`unit`: people, h, t, ha, km, number; empty for text. `short`: of the twelve for one A4."""

    key = fields.String()
    kk = fields.String()
    ru = fields.String()
    en = fields.String()
    unit = fields.String()
    kind = one_of(*Kind)
    short = fields.Boolean()


class ReportRow(Schema):
    """`district`: its code, null for events without one and in the total. `cells` by the key of the column: a
    number or a text, null where nobody filled it. `about`: columns whose number was converted or estimated.
    """

    district = fields.String(allow_none=True)
    name = fields.Nested(LocalizedName)
    cells = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True))
    about = fields.List(fields.String())


class RegionReportShown(Schema):
    region = fields.String()
    period = fields.String()
    first_day = fields.Date()
    last_day = fields.Date()
    action = fields.String()
    columns = fields.List(fields.Nested(ReportColumnShown))
    rows = fields.List(fields.Nested(ReportRow))
    total = fields.Nested(ReportRow)
    definitions = fields.List(fields.Nested(LocalizedName))
    as_of = fields.DateTime(format="iso")


class SentBy(Schema):
    id = fields.UUID()
    display_name = fields.String()


class SentReportHead(Schema):
    """`version`: the first, second, … of this region and period."""

    id = fields.UUID()
    region = fields.String(attribute="region_code")
    period = fields.String()
    version = fields.Integer()
    action = fields.String()
    sent_by = fields.Nested(SentBy)
    sent_at = fields.DateTime(format="iso")


class ReportChange(Schema):
    """A cell that is another today: `words` as people read it, «412 → 415»."""

    district = fields.String(allow_none=True)
    total = fields.Boolean()
    name = fields.Nested(LocalizedName)
    column = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)
    words = fields.String()


class SentReportShown(RegionReportShown):
    """As it was sent. `changes`: what has changed since, null where it was not asked for."""

    id = fields.UUID()
    version = fields.Integer()
    notes = fields.Dict(keys=fields.String(), values=fields.String())
    sent_by = fields.Nested(SentBy)
    sent_at = fields.DateTime(format="iso")
    changes = fields.List(fields.Nested(ReportChange), allow_none=True)


class SentReportPage(Schema):
    items = fields.List(fields.Nested(SentReportHead))
    next = fields.String(allow_none=True)


@blueprint.route("/region-report", methods=["GET"])
@blueprint.operation("getRegionReport", "a coordinator of the region", errors.Forbidden)
@blueprint.arguments(ReportQuery, location="query")
@blueprint.response(HTTPStatus.OK, RegionReportShown)
@downloads.also_as(blueprint, CSV, XLSX, PDF)
def get_region_report(query: dict[str, Any]) -> Any:
    """A row a district, the total, and what the words mean; a file by `Accept`, PDF the short set on one A4.

    Without a period: the last whole week. `columns`: all, short, or keys between commas.
    """
    caller = actor()
    region_code = region_report.region_of(caller, query.get("region"))
    columns = report_columns.chosen(query.get("columns"))
    period = periods.parse(query.get("period"), now())
    kind = downloads.wanted(CSV, XLSX, PDF)
    if kind == JSON:
        with read_session() as reading:
            return shown(region_report.table(reading, region_code, period, now()), columns)
    session().rollback()
    report = region_report.at_one_moment(services().connections, region_code, period, now())
    return _taken(caller, report, columns, kind, query)


@blueprint.route("/region-reports", methods=["POST"])
@blueprint.operation("sendRegionReport", "a coordinator of the region", errors.Forbidden, errors.IdReused)
@blueprint.arguments(RegionReportBody)
@blueprint.response(HTTPStatus.CREATED, SentReportShown)
def post_region_report(body: dict[str, Any]) -> dict[str, Any]:
    """Freeze a report as it is sent upward; nobody changes it afterwards."""
    caller = actor()
    sending = Sending(
        id=body["id"],
        region_code=body["region"],
        period=body["period"],
        action=body.get("action", report_columns.DEFAULT_ACTION),
        notes=body.get("notes", {}),
    )
    sent = region_reports.send(session(), services().connections, caller, sending, now())
    session().commit()
    return sent_shown(sent, report_columns.all_columns())


@blueprint.route("/region-reports", methods=["GET"])
@blueprint.operation("listSentReports", "a coordinator: those of their regions", errors.Forbidden)
@blueprint.arguments(SentListQuery, location="query")
@blueprint.response(HTTPStatus.OK, SentReportPage)
def list_region_reports(query: dict[str, Any]) -> dict[str, Any]:
    """What was sent, newest first."""
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = region_reports.listed(
        session(), actor(), query.get("region"), query.get("period"), after, query["limit"] + 1
    )
    items, following = cursors.page(found, query["limit"], _sent_key)
    return {"items": [_head(sent) | _by(sent.sent_by, sent.sender) for sent in items], "next": following}


def _sent_key(sent: Sent) -> tuple[datetime, UUID]:
    return sent.sent_at, sent.id


@blueprint.route("/region-reports/<uuid:sent_report_id>", methods=["GET"])
@blueprint.operation("getSentReport", "a coordinator of its region")
@blueprint.arguments(SentQuery, location="query")
@blueprint.response(HTTPStatus.OK, SentReportShown)
@downloads.also_as(blueprint, CSV, XLSX, PDF)
def get_sent_report(query: dict[str, Any], sent_report_id: UUID) -> Any:
    """A report as it was sent, its files with the same numbers; `diff`: what has changed since."""
    caller = actor()
    columns = report_columns.chosen(query.get("columns"))
    sent = region_reports.get(session(), caller, sent_report_id)
    kind = downloads.wanted(CSV, XLSX, PDF)
    if kind == JSON:
        found = sent_shown(sent, columns)
        if query["diff"]:
            session().rollback()
            found["changes"] = [
                change_shown(one) for one in region_reports.changes(services().connections, sent, now())
            ]
        return found
    report = region_reports.read(session(), sent)
    return _taken(caller, report, columns, kind, query, sent)


def _taken(
    caller: Actor,
    report: Report,
    columns: Sequence[ReportColumn],
    kind: str,
    query: dict[str, Any],
    sent: RegionReport | None = None,
) -> Response:
    how = FileHow(columns, HEADINGS[query["headings"]], Dialect(query["dialect"]))
    return taken(session(), caller, report, kind, how, now(), sent)


def shown(report: Report, columns: Sequence[ReportColumn]) -> dict[str, Any]:
    """A report as JSON has it, of these columns alone."""
    return {
        "region": report.region_code,
        "period": report.period.code,
        "first_day": report.period.first_day,
        "last_day": report.period.last_day,
        "action": report.action,
        "columns": [
            {
                "key": column.key,
                **column.column.names,
                "unit": column.unit,
                "kind": column.column.kind,
                "short": column.is_short,
            }
            for column in columns
        ],
        "rows": [_row_shown(row, columns) for row in report.rows],
        "total": _row_shown(report.total, columns),
        "definitions": list(report_columns.definitions()),
        "as_of": report.as_of,
    }


def _row_shown(row: Row, columns: Sequence[ReportColumn]) -> dict[str, Any]:
    keys = [column.key for column in columns if column.key != "district"]
    return {
        "district": row.key,
        "name": row.name,
        "cells": {key: row.cells.get(key) for key in keys},
        "about": [key for key in keys if key in row.about],
    }


def _head(sent: RegionReport | Sent) -> dict[str, Any]:
    names = ("id", "region_code", "period", "version", "action", "sent_at")
    return {name: getattr(sent, name) for name in names}


def _by(sent_by: UUID, name: str) -> dict[str, Any]:
    return {"sent_by": {"id": sent_by, "display_name": name}}


def sent_shown(sent: RegionReport, columns: Sequence[ReportColumn]) -> dict[str, Any]:
    """A report that was sent, as JSON has it."""
    report = region_reports.read(session(), sent)
    by = _by(sent.sent_by, report.made_by)
    return shown(report, columns) | _head(sent) | by | {"notes": sent.notes, "changes": None}


def change_shown(change: region_reports.Change) -> dict[str, Any]:
    """A change as JSON has it."""
    return {
        "district": change.district,
        "total": change.is_total,
        "name": change.name,
        "column": change.column,
        "before": change.before,
        "after": change.after,
        "words": said_change(change),
    }
