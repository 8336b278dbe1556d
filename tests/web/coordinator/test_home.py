"""Where a coordinator's week begins: the week beside the one before, what waits, who is silent."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.ledger import ledger
from service.models import Event, EventReport
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import (
    box,
    make_attendance,
    make_coordinator,
    make_district,
    make_event,
    make_import,
    make_organization,
    make_volunteer,
)
from tests.web.visitor import Visitor

HOME = "/kk/coordinator/"


def held(session: Session, weeks_ago: int, people: int, **overrides: object) -> Event:
    """An event so many weeks ago, with people who count."""
    starts_at = NOW - timedelta(weeks=weeks_ago)
    event = make_event(session, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **overrides)
    for _ in range(people):
        make_attendance(session, event, make_volunteer(session), minutes=60)
    ledger.add(session, event, events=1, participations=people, minutes=60 * people)
    session.commit()
    return event


def reported(session: Session, event: Event) -> EventReport:
    by = make_volunteer(session)
    report = EventReport(
        id=new_id(), event_id=event.id, volunteer_id=by.id, reason="Орны басқа", created_at=NOW
    )
    session.add(report)
    session.commit()
    return report


@pytest.mark.parametrize("language", LOCALES)
def test_the_page_is_whole(desk: Visitor, session: Session, language: str) -> None:
    held(session, 1, 2)
    desk.page(f"/{language}/coordinator/")


def test_last_week_stands_beside_the_week_before(desk: Visitor, session: Session) -> None:
    held(session, 1, 3)
    held(session, 2, 1)
    rows = desk.page(HOME).one("table", class_="table-week").all("tr")[1:]
    figures = [[cell.text for cell in row.all("td")] for row in rows]
    assert figures[0] == ["1", "1", "0"]
    assert figures[1] == ["3", "1", "+2"]
    assert figures[2] == ["3", "1", "+2"]
    assert figures[5] == ["", "", ""]


def test_what_waits_leads_to_where_it_is_decided(desk: Visitor, session: Session) -> None:
    assert "Бәрі шешілді" in desk.page(HOME).one("main").text
    make_organization(session, status="pending")
    event = make_event(session)
    make_attendance(session, event, make_volunteer(session), status="review", reasons=["distance"])
    reported(session, event)
    waits = desk.page(HOME).one("ul", class_="rows-wait").all("a")
    assert [link["href"] for link in waits] == [
        "/kk/coordinator/organizations",
        "/kk/coordinator/reviews",
        "/kk/coordinator/reports",
    ]
    for link in waits:
        desk.page(link["href"])


def test_a_report_is_closed_with_a_word(desk: Visitor, session: Session) -> None:
    report = reported(session, make_event(session))
    path = "/kk/coordinator/reports"
    assert "Орны басқа" in desk.page(path).one("main").text
    assert desk.send(path, {"resolution": " "}).status_code == 422
    assert desk.send(path, {"resolution": "Түзетілді"}).status_code == 303
    session.refresh(report)
    assert report.resolution == "Түзетілді"
    assert "Ашық шағым жоқ" in desk.page(path).one("main").text


def test_a_report_says_the_place_in_the_readers_language(desk: Visitor, session: Session) -> None:
    names = {"kk": "Елек жағасы", "ru": "Берег Илека"}
    reported(session, make_event(session, address="Елек жағасы", address_names=names))
    reported(session, make_event(session))
    for language, said in names.items():
        listed = desk.page(f"/{language}/coordinator/reports").one("main")
        notes = [one.text for one in listed.all("p", class_="row-note") if "·" in one.text]
        assert [said in one for one in notes].count(True) == 1
        assert not [one for one in notes if one.rstrip().endswith("·")]


def test_another_regions_week_is_not_shown(visitor: Visitor, session: Session) -> None:
    held(session, 1, 3)
    visitor.sign_in(session, make_coordinator(session, "KZ-75"))
    assert visitor.get(f"{HOME}?region=KZ-15").status_code == 403
    rows = visitor.page(HOME).one("table", class_="table-week").all("tr")[1:]
    assert [cell.text for cell in rows[0].all("td")] == ["0", "0", "0"]


def test_the_country_is_shown_by_region(visitor: Visitor, session: Session) -> None:
    held(session, 1, 3)
    visitor.sign_in(session, make_coordinator(session, "*"))
    page = visitor.page(HOME)
    named = {link.text: link["href"] for link in page.all("a") if "region=KZ-15" in link["href"]}
    assert named == {"Ақтөбе облысы": "/kk/coordinator/?region=KZ-15"}
    assert "Ақтөбе облысы" in visitor.page(f"{HOME}?region=KZ-15").one("h1").text


def test_a_silent_region_leads_to_its_page_and_to_its_coordinators(
    visitor: Visitor, session: Session
) -> None:
    visitor.sign_in(session, make_coordinator(session, "*"))
    (row,) = (row for row in visitor.page(HOME).all("tr", class_="silent") if "Ұлытау" in row.text)
    region, contact = (link["href"] for link in row.all("a"))
    assert region == f"{HOME}?region=KZ-62"
    assert visitor.page(contact).one("h1").text == "Үйлестірушілер"


def test_a_silent_district_leads_to_its_last_event(desk: Visitor, session: Session) -> None:
    make_district(session, "151010000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_district(session, "153620000", box(59, 48, 60, 49), names={"kk": "Алға ауданы"})
    make_import(session)
    held(session, 3, 1, district_code="151010000")
    links = {row.one("th").text: row.all("a") for row in desk.page(HOME).all("tr", class_="silent")}
    assert links["Алға ауданы"] == []
    (last,) = links["Ақтөбе қаласы"]
    assert len(desk.page(last["href"]).one("tbody").all("tr")) == 1


def test_an_event_of_a_district_that_is_gone_stands_in_the_table_too(desk: Visitor, session: Session) -> None:
    """As in the report: what the rows say is what the week says in all."""
    make_district(session, "151010000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_import(session)
    held(session, 1, 2, district_code="151010000")
    held(session, 1, 7, district_code="153620000")
    page = desk.page(HOME)
    rows = {row.all("th")[0].text: row.text for row in page.all("tr") if row.all("th")}
    assert "7" in rows["Аудансыз"]
