"""Tables that leave as files: CSV and XLSX, row by row, so that memory stays flat however many there are.

Whatever people have written comes out as text: a spreadsheet calculates none of it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from math import ceil
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from service.models.base import COUNTRY_ZONE, LocalizedText, localized
from service.platform.text import clean

ROWS_A_SHEET = 1_000_000
"""Of data: Excel has 1,048,576 rows, and heading lines take some of them."""

LONGEST_CELL = 32_767
A4 = 9
CHARACTERS_A_PAGE = 170
"""What a landscape A4 takes, in widths of columns, and can still be read."""

LINE_HEIGHT = 13
"""In points."""

BOM = b"\xef\xbb\xbf"


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DAY = "day"
    MOMENT = "moment"


class Dialect(StrEnum):
    """How CSV is written: for programs (RFC 4180), or for Excel as it is set up in Kazakhstan."""

    PLAIN = "plain"
    EXCEL = "excel"


@dataclass(frozen=True, slots=True)
class Column:
    """`key` for programs, for ever; `names` for people; `width` in characters."""

    key: str
    names: LocalizedText
    kind: Kind = Kind.TEXT
    width: int = 12


@dataclass(frozen=True, slots=True)
class About:
    """A number that was converted or estimated: in a sheet it is a number, shown with ≈."""

    value: float | Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: values None (nobody filled it), text, numbers, days, moments, as wide as `columns`.

    `lines` stand above it, and make a sheet for paper of it; `total` and `notes` below.
    `rows` is gone through once.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    lines: Sequence[str] = ()
    total: Sequence[Any] | None = None
    notes: Sequence[str] = ()


_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
# What spreadsheets take for the beginning of a formula, in full width as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def cell_text(text: str) -> str:
    """A text as a cell may hold it: without what hides, turns the line, or is no character at all."""
    if text.isascii() and text.isprintable():
        return text.strip()[:LONGEST_CELL]
    return clean(_UNWRITABLE.sub("", text))[:LONGEST_CELL]


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate it; a phone number and a negative number are none."""
    return text.startswith(_FORMULA) and _NUMBER.fullmatch(text) is None


def csv_bytes(sheet: Sheet, dialect: Dialect, language: str) -> Iterator[bytes]:
    """The table as CSV in UTF-8, a piece at a time.

    Plain: commas, a head of keys. Excel: BOM, `;`, decimal commas, a head in the reader's language.
    """
    is_excel = dialect == Dialect.EXCEL
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";" if is_excel else ",", lineterminator="\r\n")
    if is_excel:
        yield BOM
    writer.writerow(
        _neutral(localized(column.names, language)) if is_excel else column.key for column in sheet.columns
    )
    total = [] if sheet.total is None else [sheet.total]
    for rows in (sheet.rows, total):
        for row in rows:
            writer.writerow([_csv_value(value, decimal_comma=is_excel) for value in row])
            if buffer.tell() > io.DEFAULT_BUFFER_SIZE:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_value(value: Any, *, decimal_comma: bool) -> str:
    if isinstance(value, About):
        value = value.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _neutral(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(COUNTRY_ZONE).isoformat(sep=" ", timespec="minutes")[:16]
    if isinstance(value, float | Decimal):
        plain = f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
        return plain.replace(".", ",") if decimal_comma else plain
    return str(value)


def _neutral(text: str) -> str:
    """A text that no spreadsheet calculates: an apostrophe stands before what looks like a formula."""
    text = cell_text(text)
    return f"'{text}" if looks_like_formula(text) else text


def write_xlsx(file: IO[bytes], sheets: Iterable[Sheet], languages: Sequence[str], author: str = "") -> None:
    """Write a workbook; `languages`: of the head, a row each. Rows go to the disk as they come."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"author": cell_text(author), "company": "Tazalyq"})
        writer = _BookWriter(book, languages)
        for sheet in sheets:
            writer.write(sheet)


class _BookWriter:
    def __init__(self, book: Workbook, languages: Sequence[str]) -> None:
        self.book, self.languages = book, languages
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        head = {**base, "bold": True, "text_wrap": True, "border": 1, "bg_color": "#E8EFE6"}
        numbers = {
            Kind.WHOLE: "#,##0",
            Kind.DECIMAL: "#,##0.0##",
            Kind.DAY: "dd.mm.yyyy",
            Kind.MOMENT: "dd.mm.yyyy hh:mm",
        }
        self.plain = book.add_format({**base, "text_wrap": True})
        # Stays text also when somebody goes into the cell and out again.
        self.quoted = book.add_format({**base, "text_wrap": True, "quote_prefix": True})
        self.around = book.add_format({"border": 1, "border_color": "#B0B8B0"})
        self.line, self.first_line = book.add_format(base), book.add_format({**base, "bold": True})
        self.heads = [book.add_format(head), book.add_format({**head, "bold": False, "italic": True})]
        self.kinds = {kind: book.add_format({**base, "num_format": one}) for kind, one in numbers.items()}
        self.about = book.add_format({**base, "num_format": '"≈ "#,##0.0##'})
        bold = {**base, "bold": True, "top": 1}
        self.total_plain = book.add_format(bold)
        self.total_about = book.add_format({**bold, "num_format": '"≈ "#,##0.0##'})
        self.totals = {kind: book.add_format({**bold, "num_format": one}) for kind, one in numbers.items()}

    def write(self, sheet: Sheet) -> None:
        """Write a table, over several sheets where one is too small for it."""
        rows, number = iter(sheet.rows), 1
        while True:
            name = sheet.name if number == 1 else f"{sheet.name[:26]} ({number})"
            left = self._fill(self._begin(sheet, name), sheet, rows)
            if left is None:
                return
            rows, number = chain([left], rows), number + 1

    def _begin(self, sheet: Sheet, name: str) -> Worksheet:
        paper = self.book.add_worksheet(name)
        for index, column in enumerate(sheet.columns):
            paper.set_column(index, index, self._width(column))
        paper.set_landscape()
        paper.set_paper(A4)
        paper.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        wide = sum(map(self._width, sheet.columns))
        paper.fit_to_pages(ceil(wide / CHARACTERS_A_PAGE), 0)
        paper.repeat_columns(0)
        paper.set_footer("&L&A&R&P / &N")
        for number, line in enumerate(sheet.lines):
            paper.write_string(number, 0, cell_text(line), self.first_line if number == 0 else self.line)
        top = self._top(sheet)
        for number, language in enumerate(self.languages):
            lines = max(
                ceil(1.2 * len(localized(one.names, language)) / self._width(one)) for one in sheet.columns
            )
            paper.set_row(top + number, LINE_HEIGHT * (lines + 0.5))
            for index, column in enumerate(sheet.columns):
                text = cell_text(localized(column.names, language))
                paper.write_string(top + number, index, text, self.heads[min(number, 1)])
        below = top + len(self.languages)
        paper.repeat_rows(top, below - 1)
        paper.freeze_panes(below, 1)
        return paper

    def _fill(self, paper: Worksheet, sheet: Sheet, rows: Iterator[Sequence[Any]]) -> Sequence[Any] | None:
        """Write as many rows as a sheet takes; the first that it did not take, None: that was all."""
        first = self._top(sheet) + len(self.languages)
        at, left = first, None
        for row in rows:
            if at - first == ROWS_A_SHEET:
                left = row
                break
            if sheet.lines:
                self._make_room(paper, at, sheet.columns, row)
            self._write_row(paper, at, sheet.columns, row, is_total=False)
            at += 1
        if sheet.lines and at > first:
            whatever = {"type": "formula", "criteria": "=TRUE", "format": self.around}
            paper.conditional_format(first, 0, at - 1, len(sheet.columns) - 1, whatever)
        paper.autofilter(first - 1, 0, max(at - 1, first), len(sheet.columns) - 1)
        if left is not None:
            return left
        if sheet.total is not None:
            self._write_row(paper, at, sheet.columns, sheet.total, is_total=True)
            at += 1
        for number, note in enumerate(sheet.notes):
            paper.write_string(at + 1 + number, 0, cell_text(note), self.line)
        return None

    def _width(self, column: Column) -> int:
        """In characters: as wide as it is to be, and no word of its head is broken in two."""
        words = " ".join(localized(column.names, language) for language in self.languages).split()
        return max(column.width, ceil(1.1 * max(map(len, words), default=0)))

    def _top(self, sheet: Sheet) -> int:
        return len(sheet.lines) + 1 if sheet.lines else 0

    def _make_room(self, paper: Worksheet, at: int, columns: Sequence[Column], row: Sequence[Any]) -> None:
        """For texts of several lines, in a sheet that is printed: not every program does so by itself."""
        texts = (
            (len(value), column) for column, value in zip(columns, row, strict=True) if isinstance(value, str)
        )
        lines = max((ceil(1.1 * length / self._width(column)) for length, column in texts), default=1)
        if lines > 1:
            paper.set_row(at, LINE_HEIGHT * (lines + 0.5))

    def _write_row(
        self, paper: Worksheet, at: int, columns: Sequence[Column], row: Sequence[Any], *, is_total: bool
    ) -> None:
        kinds, plain = (self.totals, self.total_plain) if is_total else (self.kinds, self.plain)
        for index, (column, value) in enumerate(zip(columns, row, strict=True)):
            self._write_value(paper, at, index, value, kinds.get(column.kind, plain), is_total=is_total)

    def _write_value(
        self, paper: Worksheet, at: int, index: int, value: Any, shape: Format, *, is_total: bool
    ) -> None:
        if value is None:
            if is_total:
                paper.write_blank(at, index, None, shape)
        elif isinstance(value, About):
            paper.write_number(at, index, float(value.value), self.total_about if is_total else self.about)
        elif isinstance(value, str):
            text = cell_text(value)
            paper.write_string(at, index, text, self.quoted if looks_like_formula(text) else shape)
        elif isinstance(value, bool):
            paper.write_boolean(at, index, value, shape)
        elif isinstance(value, datetime):
            # A spreadsheet knows no zones.
            paper.write_datetime(at, index, value.astimezone(COUNTRY_ZONE).replace(tzinfo=None), shape)
        elif isinstance(value, date):
            paper.write_datetime(at, index, datetime(value.year, value.month, value.day), shape)  # noqa: DTZ001 - a day
        else:
            paper.write_number(at, index, float(value), shape)
