"""The table of a report as its pages draw it: it has hundreds of cells, so each is put together from parts
that are made and escaped once for each language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from http_base.context import locale
from service.figures import report_columns
from service.figures.region_report import Report, Row
from service.figures.report_columns import ReportColumn
from service.models.base import localized
from service.platform.sheets import Kind
from web import formats
from web.templating import ENVIRONMENTS

MAIN = "people_total"
"""The column that stands out in the rows of districts."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the table shows it: a district's, or the total."""

    name: str
    is_silent: bool
    cells: Markup


class _Cell(NamedTuple):
    """What stands round the numbers of a column, and the cell of one that nobody filled."""

    key: str
    digits: int
    opened: str
    closed: str
    empty: str


def shown(report: Report, columns: str, languages: tuple[str, ...]) -> dict[str, object]:
    """What `report_table.html` shows: heads in each of the languages, the rest in one.

    `columns`: "short" or "all".
    """
    language = locale() if locale() in languages else languages[0]
    cells, of_total = _cells(columns, language, MAIN), _cells(columns, language, None)
    return {
        "report": report,
        "region": localized(report.region, locale()),
        "columns": _beside_the_first(columns),
        "first": report_columns.all_columns()[0],
        "head": _head(columns, languages),
        "lines": [_line(row, cells, language) for row in report.rows],
        "total": _line(report.total, of_total, language),
        "definitions": [
            [(language, definition[language]) for language in languages]
            for definition in report_columns.definitions()
        ],
    }


def _beside_the_first(columns: str) -> Sequence[ReportColumn]:
    return [column for column in report_columns.chosen(columns) if column.key != "district"]


@cache
def _head(columns: str, languages: tuple[str, ...]) -> Markup:
    drawn = (
        ENVIRONMENTS[languages[0]]
        .get_template("coordinator/report_head.html")
        .render(
            columns=_beside_the_first(columns),
            first=report_columns.all_columns()[0],
            languages=languages,
            verified=report_columns.VERIFIED,
            declared=report_columns.DECLARED,
        )
    )
    return Markup(drawn)  # noqa: S704 - of a template that escapes


@cache
def _cells(columns: str, language: str, main: str | None) -> Sequence[_Cell]:
    found = []
    for column in _beside_the_first(columns):
        number = ' class="n"' if column.unit else ""
        opened = f'<td{number} data-label="{escape(localized(column.column.names, language))}">'
        bold, closed = ("<b>", "</b></td>") if column.key == main else ("", "</td>")
        digits = 0 if column.column.kind is Kind.WHOLE else 3
        found.append(_Cell(column.key, digits, opened + bold, closed, f"{opened}</td>"))
    return found


def _line(row: Row, cells: Sequence[_Cell], language: str) -> Line:
    drawn = "".join(
        f"{cell.opened}{escape(said)}{cell.closed}" if (said := _said(row, cell)) else cell.empty
        for cell in cells
    )
    is_silent = row.cells["events"] is None
    return Line(localized(row.name, language), is_silent, Markup(drawn))  # noqa: S704 - escaped


def _said(row: Row, cell: _Cell) -> str | None:
    """«≈ 77,3»; None where nobody filled it."""
    value: Any = row.cells.get(cell.key)
    if value is None or isinstance(value, str):
        return value
    said = formats.number(value, cell.digits)
    return f"≈ {said}" if cell.key in row.about else said
