"""The short set of the report on one A4, landscape: what is printed and signed."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from babel.numbers import format_decimal
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign
from fpdf.fonts import FontFace

from service.figures.region_report import Report, Row
from service.figures.report_columns import (
    DECLARED,
    VERIFIED,
    ReportColumn,
    definitions,
    short_columns,
    word,
)
from service.figures.report_files import heading_lines
from service.models.base import COUNTRY_ZONE, localized
from service.platform import paper as papers
from service.platform.paper import FONT
from service.platform.sheets import cell_text

MARGIN_MM, WIDTH_MM, HEIGHT_MM = 9.0, 297.0, 210.0
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5, 4.0)
"""Points, largest first: the first in which everything stands on one page is taken."""

PADDING_MM = 0.6
DISTRICT_SHARE = 1.9
"""How many times as wide as another its first column is."""


def make(report: Report, languages: Sequence[str], language: str) -> bytes:
    """The page; `languages`: of the heads; `language`: of all else.

    A region with very many districts goes on, on a second page.
    """
    return papers.fitted(partial(_draw, report, languages, language), SIZES)


def _draw(report: Report, languages: Sequence[str], language: str, size: float) -> FPDF:
    title = f"{word('title', language)}: {localized(report.region, language)}, {report.period.code}"
    paper = papers.begin(language, title, report.as_of, MARGIN_MM, "landscape")
    first, *others = heading_lines(report, language)
    paper.set_font(FONT, "B", size + 3)
    paper.multi_cell(0, None, cell_text(first), new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FONT, "", size)
    paper.multi_cell(0, None, cell_text(" · ".join(others)), new_x="LMARGIN", new_y="NEXT")
    paper.ln(2)
    _table(paper, report, languages, language, size)
    paper.ln(2)
    _below(paper, report, languages, language, size)
    return paper


def _table(paper: FPDF, report: Report, languages: Sequence[str], language: str, size: float) -> None:
    columns = short_columns()
    bold = FontFace(emphasis="BOLD")
    with paper.table(
        borders_layout=TableBordersLayout.ALL,
        col_widths=(DISTRICT_SHARE, *(1.0 for _ in columns[1:])),
        headings_style=FontFace(
            emphasis="BOLD", fill_color=(232, 239, 230), size_pt=_head_size(paper, columns, languages, size)
        ),
        line_height=size * 0.42,
        num_heading_rows=1,
        padding=PADDING_MM,
        text_align=("LEFT", *("RIGHT" for _ in columns[1:])),
        v_align=VAlign.M,
    ) as table:
        heads = table.row()
        for column in columns:
            names = (cell_text(localized(column.column.names, one)) for one in languages)
            heads.cell(_mark(column) + "\n".join(names), align="LEFT")
        for row in report.rows:
            line = table.row()
            for text in _texts(row, localized(row.name, language), columns, language):
                line.cell(text)
        last = table.row()
        for text in _texts(report.total, word("total", language), columns, language):
            last.cell(text, style=bold)


def _mark(column: ReportColumn) -> str:
    """Verified is filled, declared is hollow, on paper as on pages."""
    if column.key in VERIFIED:
        return "■ "
    return "□ " if column.key in DECLARED else ""


def _head_size(paper: FPDF, columns: Sequence[ReportColumn], languages: Sequence[str], size: float) -> float:
    """The points, at most `size`, in which no word of a head is cut."""
    share = (WIDTH_MM - 2 * MARGIN_MM) / (DISTRICT_SHARE + len(columns) - 1)
    room = share - 2 * PADDING_MM - 2 * paper.c_margin
    paper.set_font(FONT, "B", size)
    texts = (localized(column.column.names, language) for column in columns for language in languages)
    widest = max(paper.get_string_width(part) for text in texts for part in text.split())
    paper.set_font(FONT, "", size)
    return min(size, size * room / widest)


def _below(paper: FPDF, report: Report, languages: Sequence[str], language: str, size: float) -> None:
    paper.set_font(FONT, "", size - 0.5)
    for text in definitions():
        for one in languages:
            paper.multi_cell(0, None, text[one], new_x="LMARGIN", new_y="NEXT")
    paper.ln(2)
    who = f"{word('coordinator', language)}: ____________________ {report.made_by}"
    when = f"{word('day', language)}: ____________________"
    paper.multi_cell(0, None, cell_text(f"{who}     {when}"), new_x="LMARGIN", new_y="NEXT")
    paper.ln(1)
    paper.multi_cell(0, None, cell_text(_state(report, language)), new_x="LMARGIN", new_y="NEXT")


def _state(report: Report, language: str) -> str:
    said = (
        word("not_sent", language)
        if report.sent_at is None
        else f"{word('sent', language)}: {_at(report.sent_at)}"
    )
    return f"Tazalyq · {word('as_of', language)}: {_at(report.as_of)} · {said}"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(COUNTRY_ZONE):%d.%m.%Y, %H:%M}"


def _texts(row: Row, name: str, columns: Sequence[ReportColumn], language: str) -> list[str]:
    return [
        cell_text(name if column.key == "district" else number(row, column.key, language))
        for column in columns
    ]


def number(row: Row, key: str, language: str) -> str:
    """A cell as people read it: «2 386», «≈ 77,3», empty where nobody filled it."""
    value: Any = row.cells.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    text = format_decimal(value, "#,##0.###", locale=language)
    return f"≈ {text}" if key in row.about else text
