"""A region's page: what comes next, by district too; what came of its months, as it was published."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.figures import public
from service.ledger import ledger
from tests.conftest import NOW
from tests.makers import (
    box,
    make_contact,
    make_counted,
    make_district,
    make_event,
    make_import,
    make_organization,
    make_volunteer,
)
from tests.web.html import read
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)
PAGE = "/kk/regions/KZ-15"


def publish(session: Session, month: int, people: int, region: str = "KZ-15") -> None:
    """A month in which so many came to one event there."""
    event = make_event(session, starts_at=datetime(2026, month, 10, 5, 0, tzinfo=UTC), region_code=region)
    for _ in range(people):
        make_counted(session, event, make_volunteer(session))
    ledger.add(session, event, events=1)
    session.flush()
    public.publish(session, date(2026, month, 1), NOW)


@pytest.mark.parametrize("language", LOCALES)
def test_a_region_in_which_nothing_was_yet_is_whole(visitor: Visitor, language: str) -> None:
    page = visitor.page(f"/{language}/regions/KZ-71")
    assert page.one("h1").text in {"Астана қаласы", "город Астана", "Astana"}
    assert not page.all("table")
    links = [link["href"] for link in page.one("main").all("a")]
    assert f"/{language}/#regions" in links


@pytest.mark.parametrize("code", ["KZ-99", "kz-15", "x", "%D3%98", "../data"])
def test_an_unknown_region_is_a_page_that_leads_on(visitor: Visitor, code: str) -> None:
    answer = visitor.get(f"/kk/regions/{code}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert read(answer.text).one("main").all("a")[-1]["href"] == "/kk/"


def test_the_next_events_are_of_the_region_and_may_be_of_one_district(
    visitor: Visitor, session: Session
) -> None:
    make_district(
        session, "151000000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы", "ru": "город Актобе"}
    )
    make_district(session, "153200000", box(58, 50, 59, 51), names={"kk": "Алға ауданы"})
    make_import(session)
    organization = make_organization(session)
    here, there = (
        make_event(session, organization, starts_at=TOMORROW, district_code=code)
        for code in ("151000000", "153200000")
    )
    make_event(session, organization, starts_at=TOMORROW, region_code="KZ-75")

    def listed(path: str) -> list[str]:
        section = visitor.page(path).one("section", **{"aria-labelledby": "next"})
        return [link["href"] for link in section.all("a")]

    assert listed(PAGE) == [f"/kk/events/{one.id}" for one in sorted((here, there), key=lambda one: one.id)]
    assert listed(f"{PAGE}?district=153200000&utm_source=x") == [f"/kk/events/{there.id}"]
    page = visitor.page(f"{PAGE}?district=153200000")
    assert [one.text for one in page.one("select").all("option")] == ["Бәрі", "Ақтөбе қаласы", "Алға ауданы"]
    assert [one["value"] for one in page.all("option") if "selected" in one.attributes] == ["153200000"]
    there.status = "draft"
    session.flush()
    assert listed(f"{PAGE}?district=153200000") == [PAGE]


@pytest.mark.parametrize("code", ["nothing", "191000000"])
def test_a_district_that_is_gone_is_said_to_be_and_all_are_shown(
    visitor: Visitor, session: Session, code: str
) -> None:
    """An address that was kept from before the outlines changed."""
    event = make_event(session, starts_at=TOMORROW)
    page = visitor.page(f"{PAGE}?district={code}")
    section = page.one("section", **{"aria-labelledby": "next"})
    assert f"/kk/events/{event.id}" in [link["href"] for link in section.all("a")]
    assert page.one("p", class_="notice").text.startswith("Мұндай аудан")
    assert not visitor.page(f"{PAGE}?district=").all("p", class_="notice")


@pytest.mark.parametrize("query", ["cursor=x", "district=%00"])
def test_a_filter_that_is_none_is_a_page(visitor: Visitor, query: str) -> None:
    answer = visitor.get(f"{PAGE}?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_many_events_are_pages(visitor: Visitor, session: Session) -> None:
    organization = make_organization(session)
    made = {
        f"/kk/events/{make_event(session, organization, starts_at=TOMORROW + timedelta(hours=at)).id}"
        for at in range(25)
    }
    seen = set()
    path: str | None = PAGE
    while path is not None:
        page = visitor.page(path)
        seen |= {link["href"] for link in page.one("ul", class_="rows").all("a", class_="row")}
        path = next((link["href"] for link in page.all("a", rel="next")), None)
    assert seen == made


def test_months_are_shown_as_they_were_published_newest_first(visitor: Visitor, session: Session) -> None:
    publish(session, 3, 7)
    publish(session, 4, 1_200 // 100)
    page = visitor.page(PAGE)
    rows = page.one("table").one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["Сәуір 2026", "Наурыз 2026"]
    assert [[cell.text for cell in row.all("td")] for row in rows] == [
        ["1", "12", "0", ""],
        ["1", "7", "0", ""],
    ]
    chart = page.one("svg", class_="chart")
    assert chart["role"] == "img"
    assert [one.text for one in chart.all("text") if one.has("class", "muted")] == ["03", "04"]


def test_few_people_are_not_shown_neither_in_the_table_nor_in_the_chart(
    visitor: Visitor, session: Session
) -> None:
    publish(session, 4, 3)
    page = visitor.page("/ru/regions/KZ-15")
    (row,) = page.one("table").one("tbody").all("tr")
    assert [cell.text for cell in row.all("td")][1] == "не показано"
    assert not page.all("svg", class_="chart")


@pytest.mark.parametrize("for_everybody", [True, False])
def test_whom_to_ask_is_named_and_the_number_is_its_holders_choice(
    visitor: Visitor, session: Session, *, for_everybody: bool
) -> None:
    holder = make_volunteer(session)
    make_contact(session, holder, public=for_everybody)
    text = visitor.page(PAGE).one("section", **{"aria-labelledby": "ask"}).text
    assert "Ерлан Сейітұлы" in text
    assert (holder.phone in text) == for_everybody
