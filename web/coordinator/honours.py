"""The most active people, who agreed to be named, and organizations: a list to thank them by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from flask import Response
from marshmallow import Schema

from http_base import downloads
from http_base.context import actor, locale, now, session
from http_base.downloads import CSV, XLSX
from http_base.fields import Text
from http_base.report_files import name_of
from notifications import words
from notifications.words import LOCALES
from service.access import Permission
from service.audit import audit
from service.figures import honours, periods
from service.figures.honours import HonouredOrganization, HonouredPerson, HonoursQuestion
from service.figures.periods import Period
from service.models import AuditAction
from service.models.base import COUNTRY_ZONE, localized
from service.platform import sheets
from service.platform.sheets import Column, Dialect, Kind, Sheet
from web.coordinator import desk
from web.coordinator.desk import Desk
from web.coordinator.report import period_choices
from web.forms import read_query
from web.pages import Pages, Unaudited
from web.templating import text

pages = Pages("coordinator-honours")

AT_MOST = 50
RECORDED = Unaudited("its use case records it")

PEOPLE = (("events", Kind.WHOLE), ("minutes", Kind.WHOLE))
ORGANIZATIONS = (
    ("events_held", Kind.WHOLE),
    ("participations", Kind.WHOLE),
    ("declared", Kind.WHOLE),
    ("waste_t", Kind.DECIMAL),
    ("trees", Kind.WHOLE),
)
"""The figures of each table, as files have them beside the name."""


class Question(Schema):
    """Of which period; the running year where none is named."""

    period = Text()


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer, with what it answers."""

    period: Period
    people: Sequence[HonouredPerson]
    organizations: Sequence[HonouredOrganization]


def _listed(at: Desk) -> Listed:
    """Raises Invalid: no period."""
    year = f"{now().astimezone(COUNTRY_ZONE).year}"
    period = periods.parse(read_query(Question).get("period") or year, now())
    question = HonoursQuestion(period.first_day, period.last_day, at.region_code, AT_MOST)
    return Listed(period, *honours.most_active(session(), actor(), question, now()))


@pages.page("/coordinator/honours")
@pages.staff(Permission.SEE_HONOURS, audit=RECORDED)
def show() -> Response:
    """Both tables, with the figures behind."""
    at = desk.sit_down("people")
    listed = _listed(at)
    return desk.show(at, "honours.html", listed=listed, periods=period_choices(listed.period))


@pages.page("/coordinator/honours/<any(people,organizations):table>.csv")
@pages.staff(Permission.SEE_HONOURS, audit=RECORDED)
def take_table(table: str) -> Response:
    """One of the tables, for Excel."""
    at = desk.sit_down("people")
    listed = _listed(at)
    sheet = _people(listed) if table == "people" else _organizations(listed)
    _record(at, "csv")
    parts = sheets.csv_bytes(sheet, Dialect.EXCEL, locale())
    return downloads.send_parts(parts, CSV, f"tazalyq_honours_{listed.period.code}_{table}.csv")


@pages.page("/coordinator/honours/honours.xlsx")
@pages.staff(Permission.SEE_HONOURS, audit=RECORDED)
def take_book() -> Response:
    """Both as sheets of a workbook."""
    at = desk.sit_down("people")
    listed = _listed(at)
    both, author = [_people(listed), _organizations(listed)], name_of(session(), actor())
    _record(at, "xlsx")

    def write(file: IO[bytes]) -> None:
        sheets.write_xlsx(file, both, [locale()], author)

    return downloads.send(write, XLSX, f"tazalyq_honours_{listed.period.code}.xlsx")


def _record(at: Desk, ending: str) -> None:
    audit.record(
        session(),
        actor().volunteer_id,
        AuditAction.EXPORTED,
        region_code=at.region_code,
        detail={"what": "honours", "format": ending},
        now=now(),
    )


def _people(listed: Listed) -> Sheet:
    rows = [[one.display_name, one.events, one.minutes] for one in listed.people]
    return Sheet(text("page.honours.people"), list(_columns("person", PEOPLE)), rows)


def _organizations(listed: Listed) -> Sheet:
    rows: list[list[Any]] = [
        [localized(one.name, locale()), *(one.figures[name] for name, _ in ORGANIZATIONS)]
        for one in listed.organizations
    ]
    return Sheet(text("page.honours.organizations"), list(_columns("organization", ORGANIZATIONS)), rows)


def _columns(of: str, figures: Sequence[tuple[str, Kind]]) -> Iterator[Column]:
    for key, kind, width in ((of, Kind.TEXT, 40), *((name, kind, 14) for name, kind in figures)):
        names = {language: words.translate(f"page.honours.{key}", language) for language in LOCALES}
        yield Column(key, names, kind, width)
