"""Tables as files: what people wrote stays text, numbers are numbers, and every row is there once."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from service.platform import sheets
from service.platform.sheets import About, Column, Dialect, Kind, Sheet

COLUMNS = (
    Column("name", {"kk": "Аты", "ru": "Имя", "en": "Name"}, width=20),
    Column("people", {"kk": "Адам", "ru": "Людей", "en": "People"}, Kind.WHOLE),
    Column("waste_t", {"kk": "Қоқыс, т", "ru": "Мусор, т", "en": "Waste, t"}, Kind.DECIMAL),
    Column("day", {"kk": "Күні", "ru": "Дата", "en": "Day"}, Kind.DAY),
    Column("at", {"kk": "Уақыты", "ru": "Время", "en": "At"}, Kind.MOMENT),
)
ROW = (
    "Ә Ғ Қ Ң Ө Ұ Ү Һ І",
    12,
    Decimal("1.250"),
    date(2026, 11, 26),
    datetime(2026, 11, 26, 20, 30, tzinfo=UTC),
)
EVIL = (
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
)
HARMLESS = ("+77010000001", "-5", "-5,5", "+3", "7-А", "a=b", "«=»")


def lines(rows: Iterable[Sequence[Any]], dialect: Dialect, **more: Any) -> list[list[str]]:
    made = b"".join(sheets.csv_bytes(Sheet("x", COLUMNS, rows, **more), dialect, "ru"))
    excel = dialect == Dialect.EXCEL
    assert made.startswith(b"\xef\xbb\xbf") is excel
    text = io.StringIO(made.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";" if excel else ","))


def paper(rows: Iterable[Sequence[Any]], **more: Any) -> Worksheet:
    file = io.BytesIO()
    sheets.write_xlsx(file, [Sheet("Парақ", COLUMNS, rows, **more)], ("kk", "ru"))
    found = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
    assert isinstance(found, Worksheet)
    return found


def row_of(text: str | None) -> tuple[Any, ...]:
    return (text, None, None, None, None)


def test_plain_csv_is_for_programs() -> None:
    head, row, empty = lines([ROW, row_of(None)], Dialect.PLAIN)
    assert head == ["name", "people", "waste_t", "day", "at"]
    assert row == ["Ә Ғ Қ Ң Ө Ұ Ү Һ І", "12", "1.25", "2026-11-26", "2026-11-27 01:30"]
    assert empty == [""] * 5


def test_csv_for_excel_has_its_separators_and_heads_in_the_readers_language() -> None:
    head, row = lines([ROW], Dialect.EXCEL)
    assert head == ["Имя", "Людей", "Мусор, т", "Дата", "Время"]
    assert row[2] == "1,25"


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("text", EVIL)
def test_what_looks_like_a_formula_gets_an_apostrophe_in_csv(text: str, dialect: Dialect) -> None:
    ((_, (said, *_rest)),) = [lines([row_of(text)], dialect)]
    assert said == "'" + text.strip()


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("text", HARMLESS)
def test_phones_and_negative_numbers_stay_as_they_are(text: str, dialect: Dialect) -> None:
    assert lines([row_of(text)], dialect)[1][0] == text


def test_controls_and_marks_of_direction_are_gone_from_both() -> None:
    dirty = "Ай\0гүл\u202e \x1b[31m\u200bС\ufffe.\ud800\x7f"
    assert lines([row_of(dirty)], Dialect.PLAIN)[1][0] == "Ай гүл  [31mС."
    assert paper([row_of(dirty)])["A3"].value == "Ай гүл  [31mС."


def test_separators_quotes_and_lines_stay_inside_their_cell() -> None:
    text = 'a;b,"c"\nжаңа жол'
    for dialect in Dialect:
        assert lines([row_of(text)], dialect)[1] == [text, "", "", "", ""]


def test_numbers_and_days_are_such_in_a_workbook() -> None:
    sheet = paper(
        [ROW, row_of(None), (None, 0, About(2.5), None, None)], total=("Барлығы", 12, About(3.75), None, None)
    )
    assert [cell.value for cell in sheet[1]] == ["Аты", "Адам", "Қоқыс, т", "Күні", "Уақыты"]
    assert [cell.value for cell in sheet[2]] == ["Имя", "Людей", "Мусор, т", "Дата", "Время"]
    assert [cell.value for cell in sheet[3]] == [
        "Ә Ғ Қ Ң Ө Ұ Ү Һ І", 12, 1.25,
        datetime.fromisoformat("2026-11-26"), datetime.fromisoformat("2026-11-27T01:30"),
    ]  # fmt: skip
    assert [cell.value for cell in sheet[4]] == [None] * 5
    assert sheet["B5"].value == 0
    assert (sheet["C5"].value, "≈" in sheet["C5"].number_format) == (2.5, True)
    assert (sheet["C6"].value, "≈" in sheet["C6"].number_format) == (3.75, True)
    assert "≈" not in sheet["C3"].number_format


@pytest.mark.parametrize("text", [*EVIL, *HARMLESS])
def test_no_text_is_a_formula_in_a_workbook(text: str) -> None:
    cell = paper([row_of(text)])["A3"]
    assert (cell.value, cell.data_type) == (text.strip(), "s")


def test_a_text_that_looks_like_an_escape_stays_itself() -> None:
    assert "_x005F_x0041_" in str(paper([row_of("_x0041_")])["A3"].value)


def test_it_is_set_up_for_reading_and_for_paper() -> None:
    sheet = paper([ROW], lines=("Өңірдің есебі", "Кезең: 2026"), notes=("Бос ұяшық",))
    assert sheet["A1"].value == "Өңірдің есебі"
    assert sheet.freeze_panes == "B6"
    assert sheet.auto_filter.ref == "A5:E6"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$4:$5"
    assert sheet["A8"].value == "Бос ұяшық"


def test_no_word_of_a_head_is_broken_in_two() -> None:
    """The longest word of the region's report has 14 letters, and stands in a column of twelve."""
    names = {"kk": "Ұйымдастырушы көрсеткен", "ru": "в т. ч. подтверждённых", "en": "Declared"}
    file = io.BytesIO()
    sheet = Sheet("Парақ", [Column("said", names, Kind.WHOLE), Column("few", {"kk": "Адам"})], [(1, "x")])
    sheets.write_xlsx(file, [sheet], ("kk", "ru"))
    found = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
    assert found.column_dimensions["A"].width >= 15
    assert found.column_dimensions["B"].width < 13


def test_on_paper_lines_lead_from_a_name_to_its_numbers() -> None:
    """They are around the rows alone: a list that is taken to be sorted has none."""
    sheet = paper([ROW, ROW], lines=("Өңірдің есебі",), total=row_of("Барлығы"), notes=("Бос ұяшық",))
    (lined,) = sheet.conditional_formatting
    assert str(lined.sqref) == "A5:E6"
    assert list(paper([ROW, ROW]).conditional_formatting) == []


def test_on_paper_a_long_text_is_seen_whole() -> None:
    """Excel makes room for it by itself, LibreOffice does not."""
    sheet = paper([row_of("Ұ" * 65), ROW], lines=("Өңірдің есебі",))
    assert (sheet.row_dimensions[5].height or 0) >= 4 * 13
    assert sheet.row_dimensions[6].height is None


def test_the_line_above_the_total_has_no_gaps() -> None:
    sheet = paper([ROW], total=("Барлығы", None, 2, None, None))
    assert [cell.border.top.style for cell in sheet[4]] == ["thin"] * 5


@pytest.mark.parametrize(("number", "papers"), [(0, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
def test_more_rows_than_a_sheet_takes_go_on_in_the_next(
    number: int, papers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "ROWS_A_SHEET", 3)
    file = io.BytesIO()
    rows = (row_of(str(one)) for one in range(number))
    sheets.write_xlsx(file, [Sheet("Парақ", COLUMNS, rows, total=row_of("Барлығы"))], ("kk",))
    book = openpyxl.load_workbook(io.BytesIO(file.getvalue()))
    assert book.sheetnames == ["Парақ", "Парақ (2)", "Парақ (3)"][:papers]
    found = [row[0] for one in book.worksheets for row in one.iter_rows(min_row=2, values_only=True)]
    assert found == [*map(str, range(number)), "Барлығы"]
