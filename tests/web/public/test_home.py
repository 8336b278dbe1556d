"""The first page: figures of the year about nobody, what comes next, and where."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.events import search
from service.ledger import ledger
from service.models import Event
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_counted, make_event, make_organization, make_volunteer
from tests.web.html import Element
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)
LAST_WEEK = NOW - timedelta(days=7)


def figures(page: Element) -> dict[str, str]:
    return {
        one.one("span", class_="figure-label").text: one.one("span", class_="figure-value").text
        for one in page.one("div", class_="figures").all("p")
    }


def make_came(session: Session, people: int, **overrides: object) -> Event:
    event = make_event(session, **({"starts_at": LAST_WEEK} | overrides))
    for _ in range(people):
        make_counted(session, event, make_volunteer(session))
    ledger.add(session, event, events=1)
    session.flush()
    return event


@pytest.mark.parametrize("language", LOCALES)
def test_where_nothing_was_and_nothing_comes_it_leads_on(visitor: Visitor, language: str) -> None:
    page = visitor.page(f"/{language}/")
    assert page.one("section", **{"aria-labelledby": "next"}).one("a")["href"] == "#regions"
    assert len(page.one("section", **{"aria-labelledby": "regions"}).all("a")) == 20
    assert not page.all("div", class_="figures")


@pytest.mark.parametrize(("people", "said"), [(3, "5-тен аз"), (13, "10"), (15, "20")])
def test_people_of_the_year_are_rounded_and_few_are_no_number(
    visitor: Visitor, session: Session, people: int, said: str
) -> None:
    make_came(session, people)
    page = visitor.page("/kk/")
    assert figures(page)["адам келді, расталған"] == said
    (label,) = (one for one in page.all("span", class_="verified"))
    assert label.text == "адам келді, расталған"


def test_what_is_of_today_waits_for_tomorrow(visitor: Visitor, session: Session) -> None:
    make_came(session, 8, starts_at=NOW - timedelta(hours=5))
    assert not visitor.page("/kk/").all("div", class_="figures")


def test_figures_are_counted_once_in_some_minutes(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    make_came(session, 13)
    assert figures(visitor.page("/kk/"))["адам келді, расталған"] == "10"
    make_came(session, 30)
    assert figures(visitor.page("/ru/"))["человек пришло, подтверждено"] == "10"
    clock.move(timedelta(minutes=11))
    assert figures(visitor.page("/kk/"))["адам келді, расталған"] == "40"


def test_the_next_events_stand_before_the_map_and_each_region_says_how_many_come(
    visitor: Visitor, session: Session
) -> None:
    organization = make_organization(session)
    later = make_event(session, organization, starts_at=TOMORROW + timedelta(days=3))
    sooner = make_event(session, organization, starts_at=TOMORROW, region_code="KZ-75")
    make_event(session, organization, starts_at=TOMORROW, hidden_by="coordinator")
    make_event(session, organization, starts_at=TOMORROW, status="draft")
    make_event(session, organization, starts_at=LAST_WEEK)
    page = visitor.page("/kk/")
    main = page.one("main")
    coming = page.one("section", **{"aria-labelledby": "next"})
    assert [link["href"] for link in coming.all("a")] == [f"/kk/events/{one.id}" for one in (sooner, later)]
    assert main.text.index("Жақындағы іс-шаралар") < main.text.index("Аймақтар")
    rows = page.one("section", **{"aria-labelledby": "regions"}).all("a")
    said = {link["href"]: link.text for link in rows}
    assert said["/kk/regions/KZ-75"] == "Алматы қаласыЖақындағы іс-шаралар: 1"
    assert said["/kk/regions/KZ-10"] == "Абай облысы"
    chart = page.one("svg", class_="chart")
    assert len(chart.all("path")) == 20
    assert [one.text for one in chart.all("text")] == ["1", "1"]


def test_events_are_counted_by_region_while_they_are_not_over(session: Session) -> None:
    organization = make_organization(session)
    for at in (TOMORROW, NOW - timedelta(hours=1), NOW - timedelta(hours=3), LAST_WEEK):
        make_event(session, organization, starts_at=at)
    assert search.coming_by_region(session, NOW) == {"KZ-15": 2}


def test_it_is_kept_for_a_minute_whoever_looks(visitor: Visitor, session: Session) -> None:
    first = visitor.get("/kk/")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    visitor.sign_in(session, make_volunteer(session))
    again = visitor.get("/kk/?utm_source=x", headers={"If-None-Match": '"other"'})
    assert "Set-Cookie" not in again.headers
    assert again.text.replace("?utm_source=x", "") == first.text
