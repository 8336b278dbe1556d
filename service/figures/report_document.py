"""A report as plain JSON and back: what is kept of one that was sent is all that its files need."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from service.figures import periods
from service.figures.region_report import EventRow, Report, Row

FORM = 1
"""Of the kept document; a later one reads the earlier ones, too."""


def dump(report: Report) -> dict[str, Any]:
    """All that was counted, without who made it: they are named at each reading, while they can be."""
    return {
        "form": FORM,
        "as_of": report.as_of.isoformat(),
        "region": report.region,
        "rows": [_row(row) for row in report.rows],
        "total": _row(report.total),
        "days": [_row(row) for row in report.days],
        "events": [
            _row(one.row)
            | {
                "day": one.day.isoformat(),
                "starts_at": one.starts_at.isoformat(),
                "organization": one.organization,
                "district": one.district,
            }
            for one in report.events
        ],
    }


def load(
    document: Mapping[str, Any],
    region_code: str,
    period: str,
    *,
    action: str,
    made_by: str,
    sent_at: datetime,
) -> Report:
    """The report that was kept."""
    return Report(
        region_code=region_code,
        region=document["region"],
        period=periods.parse(period, sent_at),
        as_of=datetime.fromisoformat(document["as_of"]),
        rows=[_read(row) for row in document["rows"]],
        total=_read(document["total"]),
        days=[_read(row) for row in document["days"]],
        events=[
            EventRow(
                _read(one),
                date.fromisoformat(one["day"]),
                datetime.fromisoformat(one["starts_at"]),
                one["organization"],
                one["district"],
            )
            for one in document["events"]
        ],
        action=action,
        made_by=made_by,
        sent_at=sent_at,
    )


def _row(row: Row) -> dict[str, Any]:
    return {"key": row.key, "name": row.name, "cells": row.cells, "about": sorted(row.about)}


def _read(row: Mapping[str, Any]) -> Row:
    return Row(row["key"], row["name"], dict(row["cells"]), frozenset(row["about"]))
