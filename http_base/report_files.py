"""A region's report as a file that somebody takes away: made, recorded, sent; and its changes in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any

from babel.numbers import format_decimal
from flask import Response
from sqlalchemy.orm import Session

from http_base import downloads
from http_base.context import locale
from http_base.downloads import CSV, ENDINGS, PDF
from service.access import Actor
from service.audit import audit
from service.figures import report_files, report_pdf
from service.figures.region_report import Report
from service.figures.region_reports import Change
from service.figures.report_columns import ReportColumn
from service.models import AuditAction, RegionReport, Volunteer
from service.platform.sheets import Dialect


@dataclass(frozen=True, slots=True)
class FileHow:
    """How a file is written: which columns, the languages of its head, the dialect of CSV.

    `page_language`: of the page that it was taken from.
    """

    columns: Sequence[ReportColumn]
    languages: Sequence[str]
    dialect: Dialect
    page_language: str | None = None

    @property
    def paper_language(self) -> str:
        """Of what stands on paper below the heads: as on the page, which it is the print of."""
        chosen = self.page_language
        return chosen if chosen is not None and chosen in self.languages else self.languages[0]


def taken(
    session: Session,
    caller: Actor,
    report: Report,
    kind: str,
    how: FileHow,
    now: datetime,
    sent: RegionReport | None = None,
) -> Response:
    """The report as a file of this media type; that it was taken is recorded, and committed.

    `sent`: as it was frozen, under its sender's name; else under the caller's.
    """
    detail = {"what": "region-report", "format": ENDINGS[kind], "period": report.period.code}
    if sent is not None:
        detail["report"] = str(sent.id)
    else:
        report = replace(report, made_by=name_of(session, caller))
    audit.record(
        session,
        caller.volunteer_id,
        AuditAction.EXPORTED,
        region_code=report.region_code,
        detail=detail,
        now=now,
    )
    session.commit()
    return _file(report, kind, how)


def name_of(session: Session, caller: Actor) -> str:
    """Who makes a report, as people call them."""
    found = session.get(Volunteer, caller.volunteer_id)
    return found.display_name if found else ""


def _file(report: Report, kind: str, how: FileHow) -> Response:
    name = report_files.file_name(report, ENDINGS[kind])
    if kind == CSV:
        parts = report_files.csv_bytes(report, how.columns, how.dialect, how.languages[0])
        return downloads.send_parts(parts, kind, name)

    def write(file: IO[bytes]) -> None:
        if kind == PDF:
            file.write(report_pdf.make(report, how.languages, how.paper_language))
        else:
            report_files.write_xlsx(file, report, how.columns, how.languages)

    return downloads.send(write, kind, name)


def said_change(change: Change) -> str:
    """«412 → 415»."""
    return f"{said(change.before)} → {said(change.after)}"


def said(value: Any) -> str:
    """A cell as the reader's language writes it; an empty one is a dash."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else format_decimal(value, "#,##0.###", locale=locale())
