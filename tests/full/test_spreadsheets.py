"""Files as a real spreadsheet opens them: LibreOffice, without a screen."""

from datetime import date
from pathlib import Path

import pytest

from service.platform import sheets
from service.platform.sheets import About, Column, Dialect, Kind, Sheet
from tests.journeys.office import Office

pytestmark = pytest.mark.full

COLUMNS = (
    Column("text", {"kk": "Мәтін"}, width=40),
    Column("number", {"kk": "Сан"}, Kind.WHOLE),
    Column("part", {"kk": "Бөлшек"}, Kind.DECIMAL),
    Column("day", {"kk": "Күні"}, Kind.DAY),
)
KAZAKH = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі"
EVIL = (
    "=1+1",
    '=HYPERLINK("http://x";"y")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|'/C calc'!A0",
)
HARMLESS = ("+77010000001", "-5", "7-А", KAZAKH, "_x0041_", 'a;b,"c"')
FROM_CSV = {Dialect.PLAIN: "44,34,76,1", Dialect.EXCEL: "59,34,76,1"}


def rows() -> list[tuple[object, ...]]:
    texts = [(text, None, None, None) for text in (*EVIL, *HARMLESS)]
    return [("Барлығы", 2386, About(77.25), date(2026, 11, 26)), *texts]


def test_a_workbook_shows_what_was_written(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    with file.open("wb") as book:
        sheets.write_xlsx(book, [Sheet("Парақ", COLUMNS, rows())], ("kk",))
    head, first, *texts = office.first_sheet(file)
    assert head == ["Мәтін", "Сан", "Бөлшек", "Күні"]
    assert first[0] == "Барлығы"
    assert first[1].replace("\xa0", "").replace(",", "").replace(" ", "") == "2386"
    assert first[2].startswith("≈")
    assert first[3] == "26.11.2026"
    assert [row[0] for row in texts] == [text.strip() for text in (*EVIL, *HARMLESS)]


@pytest.mark.parametrize("dialect", Dialect)
def test_csv_calculates_nothing(office: Office, tmp_path: Path, dialect: Dialect) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"".join(sheets.csv_bytes(Sheet("x", COLUMNS, rows()), dialect, "kk")))
    _, first, *texts = office.first_sheet(file, f"--infilter=CSV:{FROM_CSV[dialect]}")
    assert first[0] == "Барлығы"
    shown = [row[0] for row in texts]
    assert shown[: len(EVIL)] == ["'" + text.strip() for text in EVIL]
    assert shown[len(EVIL) :][2:] == list(HARMLESS[2:])
    assert [text.lstrip("+") for text in shown[len(EVIL) :][:2]] == ["77010000001", "-5"]
