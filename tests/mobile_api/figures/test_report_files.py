"""The report of a region as files: the same numbers, in what spreadsheets and people open."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.downloads import CSV, PDF, XLSX
from service.figures.report_columns import all_columns
from service.ledger import ledger
from service.models import AuditAction, AuditEntry
from tests.makers import make_event
from tests.mobile_api.figures.region import ALGA, WEEK, Login, Region


@pytest.fixture
def region(session: Session, client: FlaskClient, login: Login) -> Region:
    return Region(session, client, login)


def test_csv_has_the_same_numbers(region: Region) -> None:
    answer = region.get(f"period={WEEK}", Accept=CSV)
    assert answer.mimetype == CSV
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="TazaQazaqstan_KZ-15_2026-W19.csv"'
    )
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert list(rows[0]) == [column.key for column in all_columns()]
    assert [row["district"] for row in rows] == [
        "Алға ауданы", "Қобда ауданы", "Ойыл ауданы", "Аудансыз", "Барлығы"
    ]  # fmt: skip
    assert (rows[0]["people_total"], rows[0]["waste_t"], rows[2]["events"]) == ("31", "1.5", "")


def test_csv_for_excel(region: Region) -> None:
    answer = region.get(f"period={WEEK}&dialect=excel&headings=ru&columns=district,waste_t", Accept=CSV)
    assert answer.data.decode().splitlines() == [
        "\ufeffРайон (город);Вывезено мусора, тонн", "Алгинский район;1,5", "Кобдинский район;0,25",
        "Уилский район;", "Без района;", "Итого;1,75",
    ]  # fmt: skip


def test_a_day_on_which_nothing_was_held_has_no_row(region: Region, session: Session) -> None:
    """Somebody had signed up for what was called off: that is a figure, and none of the report's."""
    off = make_event(
        session, region.organization, starts_at=datetime(2026, 5, 6, 5, tzinfo=UTC), status="cancelled"
    )
    ledger.add(session, off, signups=1)
    book = openpyxl.load_workbook(io.BytesIO(region.get(Accept=XLSX).data))
    days = [str(row[0])[:10] for row in book["Күндер"].iter_rows(min_row=9, values_only=True)]
    assert days == ["2026-05-05", "2026-05-07", "Барлығы"]


def test_the_workbook_has_three_sheets_with_the_same_numbers(region: Region) -> None:
    answer = region.get(Accept=XLSX)
    assert answer.headers["Content-Disposition"].endswith('"TazaQazaqstan_KZ-15_2026-W19.xlsx"')
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Аудандар", "Күндер", "Іс-шаралар"]
    lines = [row[0] for row in book["Аудандар"].iter_rows(max_row=5, values_only=True)]
    assert lines == [
        "Өңірдің есебі: Ақтөбе облысы",
        "Кезең: 04.05.2026–10.05.2026 (2026-W19)",
        "Дерек уақыты: 16.05.2026, 11:00",
        "Акция: «Таза Қазақстан»",
        "Жасаған: Айгерім Нұрланова",
    ]
    districts = list(book["Аудандар"].iter_rows(min_row=7, values_only=True))
    assert districts[0] == tuple(column.column.names["kk"] for column in all_columns())
    assert districts[1] == tuple(column.column.names["ru"] for column in all_columns())
    found = region.get().json
    cells = [row["cells"] for row in [*found["rows"], found["total"]]]
    for row, expected in zip(districts[2:7], cells, strict=True):
        assert list(row[1:]) == [expected[column.key] for column in all_columns()[1:]]
    days = list(book["Күндер"].iter_rows(min_row=9, values_only=True))
    assert [row[:2] for row in days] == [
        (datetime.fromisoformat("2026-05-05"), 1), (datetime.fromisoformat("2026-05-07"), 2), ("Барлығы", 3)
    ]  # fmt: skip
    events = list(book["Іс-шаралар"].iter_rows(min_row=9, values_only=True))
    assert [row[:4] for row in events] == [
        ("=Ілек жағасы", datetime.fromisoformat(f"2026-05-0{day}"), "Таза Ақтөбе", district)
        for day, district in (
            ("5T10:00", "Алға ауданы"),
            ("7T10:00", "Қобда ауданы"),
            ("7T11:00", "Аудансыз"),
        )
    ]


def test_events_stand_in_the_order_of_their_days_and_only_what_was_held(
    region: Region, session: Session
) -> None:
    region.held(ALGA, datetime(2026, 5, 4, 5, tzinfo=UTC), region.people[:1])  # made last, held first
    off = make_event(
        session, region.organization, starts_at=datetime(2026, 5, 6, 5, tzinfo=UTC), status="cancelled"
    )
    ledger.add(session, off, signups=1)
    book = openpyxl.load_workbook(io.BytesIO(region.get(Accept=XLSX).data))
    rows = list(book["Іс-шаралар"].iter_rows(min_row=9, values_only=True))
    assert [f"{row[1]:%d.%m}" for row in rows] == ["04.05", "05.05", "07.05", "07.05"]
    # What its organizer wrote stands beside it, and beside no other.
    assert ["Екі жүк көлігі" in row for row in rows] == [False, False, True, False]


def test_the_pdf_is_one_page(region: Region) -> None:
    answer = region.get(Accept=PDF)
    assert answer.mimetype == PDF
    assert answer.data.startswith(b"%PDF")
    assert answer.data.count(b"/Type /Page\n") == 1


def test_a_file_that_left_is_recorded(region: Region) -> None:
    region.get()
    query = sa.select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORTED)
    assert region.session.scalars(query).all() == []
    region.get(Accept=XLSX)
    (entry,) = region.session.scalars(query)
    assert (entry.actor_id, entry.region_code) == (region.coordinator.id, "KZ-15")
    assert entry.detail == {"what": "region-report", "format": "xlsx", "period": WEEK}
