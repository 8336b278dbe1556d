"""The report that a region sends upward: printed, taken as a file, recorded as sent; and its changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from uuid import UUID

from flask import Response
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from http_base.context import actor, locale, now, services, session
from http_base.downloads import CSV, PDF, XLSX
from http_base.fields import Text, one_of
from http_base.problems import flat_errors
from http_base.report_files import FileHow, said_change, taken
from http_base.schemas.region_reports import RegionReportBody
from service.access import Permission
from service.figures import periods, region_report, region_reports, report_columns
from service.figures.periods import Period
from service.figures.region_report import WITHOUT, Report
from service.figures.region_reports import Sending, Sent
from service.figures.report_columns import HEADINGS
from service.models import RegionReport
from service.models.base import COUNTRY_ZONE, localized
from service.platform.database import read_session
from service.platform.sheets import Dialect
from web import formats
from web.coordinator import desk, report_table
from web.coordinator.desk import Desk
from web.forms import Form, read_form, read_query
from web.keeping import is_kept
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-report")

NO_PERSON = Unaudited("figures of districts; who takes them as a file is recorded")
VERSIONS_SHOWN = 50
NOTE = "note."
WEEKS_OFFERED, MONTHS_OFFERED, CHOICES_KEPT = 8, 4, 64
FILES = {"xlsx": XLSX, "pdf": PDF, "csv": CSV}


class Question(Schema):
    """Which report; `day`: one day of action in place of a period."""

    region = fields.String()
    period = Text()
    day = fields.Date()
    columns = one_of("short", "all", load_default="short")
    headings = one_of(*HEADINGS, load_default="kk-ru")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered."""

    region_code: str
    period: Period
    columns: str
    headings: tuple[str, ...]
    said: dict[str, str]
    """The same, as an address says it."""


def _asked(at: Desk) -> Asked | None:
    """What the address asks for; None where the coordinator of many regions has not chosen one.

    Raises:
        ValidationError, Invalid: what it says is no period, no column.
    """
    if at.region_code is None:
        return None
    query = read_query(Question)
    code = query["day"].isoformat() if "day" in query else query.get("period")
    period = periods.parse(code, now())
    return Asked(
        at.region_code,
        period,
        query["columns"],
        HEADINGS[query["headings"]],
        at.chosen | {"period": period.code, "columns": query["columns"], "headings": query["headings"]},
    )


@pages.page("/coordinator/report")
@pages.staff(Permission.REPORT_REGION, audit=NO_PERSON)
def show() -> Response:
    """The table of a period, with what has been sent of it."""
    at = desk.sit_down("report")
    asked = _asked(at)
    if asked is None:
        return desk.show(at, "report_region.html")
    return desk.show(
        at,
        "report.html",
        **report_table.shown(_table(asked), asked.columns, asked.headings),
        asked=asked,
        periods=period_choices(asked.period),
        headings=[(name, text(f"page.report.headings.{name}")) for name in HEADINGS],
        sent=_sent(asked, VERSIONS_SHOWN),
    )


def _sent(asked: Asked, limit: int) -> Sequence[Sent]:
    """What has been sent of its period, newest first."""
    return region_reports.listed(session(), actor(), asked.region_code, asked.period.code, None, limit)


def _table(asked: Asked) -> Report:
    """What a page shows of a report."""
    with read_session() as reading:
        return region_report.table(reading, asked.region_code, asked.period, now())


@pages.page("/coordinator/report.<any(xlsx,pdf,csv):ending>")
@pages.staff(Permission.REPORT_REGION, audit=Unaudited("recorded with the format that was taken"))
def take(ending: str) -> Response:
    """The report as a file: every column in XLSX and CSV, the twelve on one sheet in PDF."""
    asked = _asked(desk.sit_down("report"))
    if asked is None:
        raise desk.unchosen(actor())
    session().rollback()
    report = region_report.at_one_moment(services().connections, asked.region_code, asked.period, now())
    how = FileHow(report_columns.all_columns(), asked.headings, Dialect.EXCEL, locale())
    return taken(session(), actor(), report, FILES[ending], how, now())


@pages.page("/coordinator/report/send", ("GET", "POST"))
@pages.staff(Permission.REPORT_REGION, audit=Unaudited("its use case records what was sent"))
def send() -> Response:
    """Record the report as sent, with notes by district: what it says is never changed afterwards."""
    at = desk.sit_down("report")
    asked = _asked(at)
    if asked is None:
        raise desk.unchosen(actor())
    form = read_form(_body(), action=report_columns.DEFAULT_ACTION)
    made = _send(asked, form)
    if made is not None:
        return done(at.to("coordinator-report.show_sent", report_id=made.id), "page.report.recorded")
    notes = {f"{NOTE}{row.key or WITHOUT}": localized(row.name, locale()) for row in _table(asked).rows}
    return desk.show(at, "report_send.html", notes=notes, asked=asked, form=form, sent=_sent(asked, 1))


@cache
def _body() -> Schema:
    """As the API takes it; region and period stand in the address."""
    return RegionReportBody(only=("id", "action", "notes"), unknown=EXCLUDE)


def _send(asked: Asked, form: Form) -> RegionReport | None:
    """What was recorded; None where there is something to be mended, or nothing was sent yet."""
    if form.is_good and "action" not in form.data:
        form.refuse("action", "field.required")
    if not form.is_good:
        return None
    try:
        body = RegionReportBody().load(
            {
                "id": form.id,
                "region": asked.region_code,
                "period": asked.period.code,
                "action": form.data["action"],
                "notes": _notes(form),
            }
        )
    except ValidationError as error:
        for path, said in flat_errors(error.messages).items():
            form.errors[_field_of(path)] = said
        return None
    sending = Sending(body["id"], body["region"], body["period"], body["action"], body["notes"])
    made: list[RegionReport] = []

    def record() -> None:
        made.append(region_reports.send(session(), services().connections, actor(), sending, now()))

    return made[0] if is_kept(form, record, _field_of) else None


def _notes(form: Form) -> dict[str, str]:
    """They are fields of their own, `note.` and the district's code."""
    return {
        name.removeprefix(NOTE): said.strip()
        for name, said in form.typed.items()
        if name.startswith(NOTE) and said.strip()
    }


def _field_of(path: str) -> str:
    """The field of an error in the API's `notes.151000000.value`."""
    whole, _, rest = path.partition(".")
    return f"{NOTE}{rest.partition('.')[0]}" if whole == "notes" and rest else path


@pages.page("/coordinator/report/sent/<uuid:report_id>")
@pages.staff(Permission.REPORT_REGION, audit=NO_PERSON)
def show_sent(report_id: UUID) -> Response:
    """A report as it was sent, and what has changed since."""
    at = desk.sit_down("report")
    sent = region_reports.get(session(), actor(), report_id)
    query = read_query(Question)
    report = region_reports.read(session(), sent)
    session().rollback()
    changes = region_reports.changes(services().connections, sent, now())
    columns = {column.key: column for column in report_columns.all_columns()}
    return desk.show(
        at,
        "report_sent.html",
        **report_table.shown(report, query["columns"], HEADINGS[query["headings"]]),
        sent=sent,
        columns_said=query["columns"],
        changes=[
            (
                localized(one.name, locale()),
                localized(columns[one.column].column.names, locale()),
                said_change(one),
            )
            for one in changes
        ],
    )


@pages.page("/coordinator/report/sent/<uuid:report_id>/report.<any(xlsx,pdf,csv):ending>")
@pages.staff(Permission.REPORT_REGION, audit=Unaudited("recorded with the format that was taken"))
def take_sent(report_id: UUID, ending: str) -> Response:
    """The same as a file: the numbers that were sent."""
    sent = region_reports.get(session(), actor(), report_id)
    report = region_reports.read(session(), sent)
    headings = HEADINGS[read_query(Question)["headings"]]
    how = FileHow(report_columns.all_columns(), headings, Dialect.EXCEL, locale())
    return taken(session(), actor(), report, FILES[ending], how, now(), sent)


def period_choices(chosen: Period) -> Sequence[tuple[str, str]]:
    """(code, words) of the periods to choose from; the one that is shown is among them."""
    return _choices(chosen, now().astimezone(COUNTRY_ZONE).date(), locale())


@lru_cache(maxsize=CHOICES_KEPT)
def _choices(chosen: Period, today: date, _language: str) -> Sequence[tuple[str, str]]:
    """`_language`: the page's, in which they are said."""
    found = [periods.week_of(today - timedelta(days=7 * back)) for back in range(1, WEEKS_OFFERED + 1)]
    found.append(periods.week_of(today))
    day = today
    for _ in range(MONTHS_OFFERED):
        found.append(periods.month_of(day))
        day = day.replace(day=1) - timedelta(days=1)
    found.append(periods.year_of(today))
    if chosen not in found:
        found.insert(0, chosen)
    return [(period.code, said_period(period)) for period in found]


def said_period(period: Period) -> str:
    """«Апта: 16–22 қараша 2026»."""
    kind = PERIOD_KINDS[len(period.code)]
    if kind == "month":
        said = formats.month(period.first_day)
    elif kind == "year":
        said = period.code
    else:
        said = formats.period(period.first_day, period.last_day)
    return text(f"page.report.period.{kind}", period=said)


PERIOD_KINDS = {
    len("2026"): "year",
    len("2026-11"): "month",
    len("2026-W47"): "week",
    len("2026-11-21"): "day",
}
