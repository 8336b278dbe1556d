"""The region's report as a page: the numbers of the counts, taken, recorded, and what changed since."""

import io
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from notifications.words import LOCALES
from service.figures import report_columns
from service.ledger import ledger
from service.models import AuditEntry, Event, EventResult
from tests.conftest import NOW
from tests.makers import make_attendance, make_coordinator, make_event, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

REPORT = "/kk/coordinator/report"


@pytest.fixture
def held(session: Session, app: Tazalyq) -> Event:
    """An event of this very day, over, with two people there."""
    event = make_event(session, starts_at=NOW - timedelta(hours=4), ends_at=NOW - timedelta(hours=2))
    for _ in range(2):
        make_attendance(session, event, make_volunteer(session), minutes=90)
    ledger.add(session, event, events=1, participations=2, minutes=180)
    session.commit()
    return event


def day(event: Event) -> str:
    return f"{REPORT}?day={event.day}"


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("query", ["", "?columns=all&headings=en", "?period=2025", "?period=2026-01"])
def test_the_page_is_whole(desk: Visitor, held: Event, language: str, query: str) -> None:
    page = desk.page(f"/{language}/coordinator/report{query}")
    assert len(page.all("tfoot")) == 1


def test_the_page_shows_what_the_call_does(
    desk: Visitor, held: Event, session: Session, app: Tazalyq
) -> None:
    page = desk.page(day(held))
    total = [cell.text for cell in page.one("tfoot").all("td")]
    assert total[:3] == ["1", "2", "2"]


SHEET = Path("web/styles/print-landscape.css").read_text(encoding="utf-8")


def test_what_does_not_fit_on_the_paper_is_left_out_and_said(desk: Visitor, held: Event) -> None:
    places = {number for number, column in enumerate(report_columns.all_columns(), 1) if not column.is_short}
    assert set(map(int, re.findall(r"\.table-all tr > :nth-child\((\d+)\)", SHEET))) == places
    said = "Столбцов на листе: 12 из 33. Все – в файле Excel (XLSX)."
    page = desk.page("/ru/coordinator/report?columns=all")
    assert "table-all" in page.one("table")["class"]
    assert said in page.text
    page = desk.page("/ru/coordinator/report")
    assert "table-all" not in page.one("table")["class"]
    assert said not in page.text


def test_what_was_measured_to_the_kilogram_stands_so(desk: Visitor, session: Session, held: Event) -> None:
    """As in the files and in the changes since it was sent."""
    by = {"created_by": held.organization.created_by, "updated_by": held.organization.created_by}
    times = {"created_at": NOW, "updated_at": NOW}
    said = {"waste_t": 4.198, "waste_amount": 4.198, "waste_unit": "t", "area_ha": 0.375}
    session.add(EventResult(event_id=held.id, version=1, **by, **times, **said))
    session.commit()
    total = [cell.text for cell in desk.page(day(held)).one("tfoot").all("td")]
    assert {"4,198", "0,375"} <= set(total)


@pytest.mark.parametrize(
    "query", ["period=2026-W99", "period=x", "day=2026-13-01", "columns=secret", "region=KZ-99"]
)
def test_what_does_not_exist_is_refused(desk: Visitor, query: str) -> None:
    assert desk.get(f"{REPORT}?{query}").status_code == 422


def test_another_region_shows_nothing(visitor: Visitor, session: Session, held: Event) -> None:
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    assert visitor.get(f"{REPORT}?region=KZ-15").status_code == 403
    total = [cell.text for cell in visitor.page(day(held)).one("tfoot").all("td")]
    assert set(total) == {""}


def test_the_national_one_chooses_a_region(visitor: Visitor, session: Session, held: Event) -> None:
    visitor.sign_in(session, make_coordinator(session, "*"))
    assert len(visitor.page(REPORT).one("ul", class_="rows").all("a")) == 20
    assert visitor.page(f"{day(held)}&region=KZ-15").one("tfoot").all("td")[0].text == "1"


@pytest.mark.parametrize(("ending", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf")])
def test_it_is_taken_as_a_file_and_that_is_recorded(
    desk: Visitor, held: Event, session: Session, ending: str, begins: bytes
) -> None:
    answer = desk.get(f"{REPORT}.{ending}?day={held.day}")
    assert answer.status_code == 200
    assert answer.data.startswith(begins)
    assert f"TazaQazaqstan_KZ-15_{held.day}" in answer.headers["Content-Disposition"]
    (entry,) = session.query(AuditEntry).filter_by(action="exported")
    assert (entry.region_code, entry.detail["format"]) == ("KZ-15", ending)
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        assert "Айгерім Нұрланова" in str([cell.value for row in sheet.iter_rows(max_row=8) for cell in row])


@pytest.mark.parametrize(
    ("language", "headings", "nowhere"),
    [
        ("kk", "kk-ru", "Аудансыз"),
        ("ru", "kk-ru", "Без района"),
        ("en", "kk-ru", "Аудансыз"),
        ("ru", "kk", "Аудансыз"),
    ],
)
def test_the_paper_says_what_the_page_says(
    desk: Visitor, held: Event, language: str, headings: str, nowhere: str
) -> None:
    """Heads in their languages; below them the page's, where it is one of those."""
    path = f"/{language}/coordinator/report"
    query = f"day={held.day}&headings={headings}"
    rows = [row.one("th").text for row in desk.page(f"{path}?{query}").one("tbody").all("tr")]
    assert nowhere in rows
    with closing(pypdfium2.PdfDocument(desk.get(f"{path}.pdf?{query}").data)) as document:
        said = document[0].get_textpage().get_text_range()
    assert [name for name in rows if name not in said] == []
    assert (said.count("■"), said.count("□")) == (2, 2)


def test_a_year_is_said_once(desk: Visitor, held: Event) -> None:
    made = desk.get(f"{REPORT}.pdf?period={held.day:%Y}").data
    with closing(pypdfium2.PdfDocument(made)) as document:
        assert f"({held.day:%Y})" not in document[0].get_textpage().get_text_range()


def test_it_is_recorded_as_sent_and_later_changes_are_shown(
    desk: Visitor, held: Event, session: Session
) -> None:
    path = f"{REPORT}/send?period={held.day}"
    answer = desk.send(path, {"action": "Таза бейсенбі", "note.none": "Ауданы нақтыланады"})
    assert answer.status_code == 303, answer.text[:3000]
    sent = answer.headers["Location"]
    assert "ештеңе өзгерген жоқ" in desk.page(sent).one("main").text
    make_attendance(session, held, make_volunteer(session), minutes=60)
    ledger.add(session, held, participations=1, minutes=60)
    session.commit()
    page = desk.page(sent)
    assert "2 → 3" in page.one("main").text
    assert page.all("tfoot")[0].all("td")[1].text == "2"
    assert "Таза бейсенбі" in page.one("main").text
    for ending in ("xlsx", "pdf", "csv"):
        assert desk.get(f"{sent}/report.{ending}").status_code == 200
    listed = desk.page(day(held))
    assert [link["href"] for link in listed.all("a", class_="row")] == [sent]


def test_that_it_was_recorded_is_said_on_the_screen_alone(desk: Visitor, held: Event) -> None:
    """The page is printed right then, and signed."""
    sent = desk.send(f"{REPORT}/send?period={held.day}", {"action": "Таза бейсенбі"}).headers["Location"]
    said = [one.text for one in desk.page(sent).one("main").all("div", class_="no-print")]
    assert any("жіберілген күйінде бекітілді" in one for one in said)


def test_who_comes_back_to_the_form_reads_that_it_was_recorded(desk: Visitor, held: Event) -> None:
    """The way back leads there after the freeze: pressed again, it would be one more version of the same."""
    path = f"{REPORT}/send?period={held.day}"
    assert desk.page(path).all("p", class_="notice-wait") == []
    sent = desk.send(path, {"action": "Таза бейсенбі"}).headers["Location"]
    (notice,) = desk.page(path).all("p", class_="notice-wait")
    assert "бұрын бекітілген" in notice.text
    link = notice.one("a")
    assert (link["href"], link.text) == (sent, "Жіберілген нұсқа: 1")


def test_a_second_press_sends_once(desk: Visitor, held: Event) -> None:
    path = f"{REPORT}/send?period={held.day}"
    hidden = {one["name"]: one["value"] for one in desk.page(path).one("main").one("form").all(type="hidden")}
    first, second = (desk.post(path, data=hidden | {"action": "Акция"}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


def test_an_action_that_is_too_long_stays_typed(desk: Visitor, held: Event) -> None:
    answer = desk.send(f"{REPORT}/send?period={held.day}", {"action": "я" * 201})
    assert answer.status_code == 422
    assert read(answer.text).one("input", id="action")["value"] == "я" * 201


@pytest.mark.parametrize(
    ("name", "typed", "link"),
    [
        ("action", "", "action"),
        ("action", " ", "action"),
        ("note.none", "я" * 1001, "note.none"),
        ("note.751110000", "another region's", None),
        ("note." + "9" * 30, "nowhere's", None),
        ("note.", "nowhere's", None),
    ],
)
def test_what_cannot_be_recorded_is_said_and_all_that_was_typed_stays(
    desk: Visitor, held: Event, name: str, typed: str, link: str | None
) -> None:
    written = {"action": "Акция", "note.none": "Ауданы нақтыланады"} | {name: typed}
    answer = desk.send(f"{REPORT}/send?period={held.day}", written)
    assert answer.status_code == 422
    page = read(answer.text)
    said = page.one("div", role="alert")
    assert [one["href"] for one in said.all("a")] == ([] if link is None else [f"#{link}"])
    for field in ("action", "note.none"):
        assert page.one("input", id=field)["value"] == written[field]
    assert not desk.page(day(held)).all("a", class_="row")


def test_somebody_elses_sent_report_is_not_there(
    visitor: Visitor, desk: Visitor, session: Session, held: Event
) -> None:
    sent = desk.send(f"{REPORT}/send?period={held.day}", {"action": "Акция"}).headers["Location"]
    desk.sign_in(session, make_coordinator(session, "KZ-75"))
    assert desk.get(sent).status_code == 404
    assert desk.get(f"{sent}/report.xlsx").status_code == 404
