"""Finding an event: by day or nearest first, by filters that stand in the address, page by page."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event
from tests.conftest import NOW
from tests.makers import box, make_district, make_event, make_import, make_organization, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)
PAGE = "/kk/events"
AKTOBE = "near=50.28,57.17"


def listed(page: Element) -> list[str]:
    """The ids of the events on a page, in its order."""
    section = page.one("section", **{"aria-labelledby": "found"})
    return [link["href"].rpartition("/")[2] for link in section.all("a", class_="row")]


def ids(*events: Event) -> list[str]:
    return [str(event.id) for event in events]


@pytest.mark.parametrize("language", LOCALES)
def test_where_nothing_comes_the_next_step_is_a_region(visitor: Visitor, language: str) -> None:
    section = visitor.page(f"/{language}/events").one("section", **{"aria-labelledby": "found"})
    assert [link["href"] for link in section.all("a")] == [f"/{language}/#regions"]


def test_coming_events_stand_under_their_days(visitor: Visitor, session: Session) -> None:
    organization = make_organization(session)
    runs = make_event(session, organization, starts_at=NOW - timedelta(hours=1))
    later = make_event(session, organization, starts_at=TOMORROW + timedelta(hours=2), capacity=2, going=2)
    sooner = make_event(session, organization, starts_at=TOMORROW)
    make_event(session, organization, starts_at=TOMORROW, hidden_by="coordinator")
    make_event(session, organization, starts_at=TOMORROW, status="draft")
    make_event(session, organization, starts_at=NOW - timedelta(hours=5))
    page = visitor.page(PAGE)
    assert listed(page) == ids(runs, sooner, later)
    section = page.one("section", **{"aria-labelledby": "found"})
    assert len(section.all("h3")) == 2
    assert "Бос орын қалмады" in section.text


@pytest.mark.parametrize(
    ("query", "said"),
    [("q=Сквер", "found"), ("kind=tree_planting", "found"), ("region=KZ-75&utm_source=chat", "found")],
)
def test_a_filter_leaves_what_it_says_and_the_next_step_is_all(
    visitor: Visitor, session: Session, query: str, said: str
) -> None:
    organization = make_organization(session)
    make_event(session, organization, starts_at=TOMORROW, search="elek")
    wanted = make_event(
        session, organization, starts_at=TOMORROW, search="skver", kind="tree_planting", region_code="KZ-75"
    )
    assert listed(visitor.page(f"{PAGE}?{query}")) == ids(wanted), said
    wanted.status = "draft"
    session.flush()
    empty = visitor.page(f"{PAGE}?{query}").one("section", **{"aria-labelledby": "found"})
    assert empty.one("a", class_="btn")["href"] == PAGE


def test_days_may_stand_the_wrong_way_round(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=10))
    make_event(session, starts_at=NOW + timedelta(days=13))
    first, last = (f"{NOW + timedelta(days=days):%Y-%m-%d}" for days in (9, 11))
    assert listed(visitor.page(f"{PAGE}?from={last}&to={first}")) == ids(event)


def test_a_district_is_chosen_within_its_region_and_falls_away_with_it(
    visitor: Visitor, session: Session
) -> None:
    make_district(session, "151000000", box(57, 50, 58, 51), names={"kk": "Ақтөбе қаласы"})
    make_import(session)
    organization = make_organization(session)
    within = make_event(session, organization, starts_at=TOMORROW, district_code="151000000")
    beside = make_event(session, organization, starts_at=TOMORROW + timedelta(hours=1))
    other = make_event(session, organization, starts_at=TOMORROW, region_code="KZ-75")
    assert listed(visitor.page(f"{PAGE}?region=KZ-15&district=151000000")) == ids(within)
    assert listed(visitor.page(f"{PAGE}?region=KZ-15")) == ids(within, beside)
    page = visitor.page(f"{PAGE}?region=KZ-75&district=151000000")
    assert listed(page) == ids(other)
    assert page.one("p", class_="notice").text.startswith("Мұндай аудан")


@pytest.mark.parametrize("query", [AKTOBE, "place=Ақтөбе", "place=aqtobe&near=43.24,76.9"])
def test_round_a_place_the_nearest_come_first_with_their_distance(
    visitor: Visitor, session: Session, query: str
) -> None:
    organization = make_organization(session)
    far, near = (
        make_event(session, organization, starts_at=TOMORROW, latitude=50.28 + north) for north in (0.2, 0.1)
    )
    make_event(session, organization, starts_at=TOMORROW, latitude=43.24, longitude=76.9)
    page = visitor.page(f"{PAGE}?{query}")
    assert listed(page) == ids(near, far)
    section = page.one("section", **{"aria-labelledby": "found"})
    assert [one.text[:2] for one in section.all("b", class_="num")] == ["11", "22"]
    assert "Ақтөбе" in section.all("p")[0].text


def test_a_place_that_nobody_knows_is_said_so_and_the_list_stays(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW)
    page = visitor.page(f"{PAGE}?place=Нью-Васюки<b>")
    assert listed(page) == ids(event)
    assert "Нью-Васюки<b>" in page.one(role="status", class_="notice").text


@pytest.mark.parametrize("query", ["", f"?{AKTOBE}", "?q=elek"])
def test_pages_have_each_event_once(visitor: Visitor, session: Session, query: str) -> None:
    organization = make_organization(session)
    made = [
        make_event(session, organization, starts_at=TOMORROW + timedelta(hours=at // 2), search="elek")
        for at in range(45)
    ]
    seen: list[str] = []
    path: str | None = f"{PAGE}{query}"
    while path is not None:
        page = visitor.page(path)
        seen += listed(page)
        path = next((link["href"] for link in page.all("a", rel="next")), None)
    assert sorted(seen) == sorted(ids(*made))


@pytest.mark.parametrize(
    "query",
    [
        *("region=KZ-99", "kind=party", "near=1,2", "near=57.17,50.28", "from=yesterday"),
        *("from=2026-01-01&to=2028-01-01", "cursor=x", "q=%00", "q=" + "x" * 500),
        f"{AKTOBE}&cursor=WyIyMDI2LTAxLTAxIl0",
    ],
)
def test_a_filter_that_is_none_is_a_page(visitor: Visitor, query: str) -> None:
    answer = visitor.get(f"{PAGE}?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


@pytest.mark.parametrize("query", ["q=%25_%5C%25", "q=😀", "q=+++", "q=('\"", "place=+", "q=%E2%80%8E"])
def test_odd_words_find_nothing_or_all_and_break_nothing(
    visitor: Visitor, session: Session, query: str
) -> None:
    make_event(session, starts_at=TOMORROW)
    assert visitor.get(f"{PAGE}?{query}").status_code in (200, 422)


def test_it_is_kept_for_a_minute_for_nobody_and_has_the_tabs_of_who_is_signed_in(
    visitor: Visitor, session: Session
) -> None:
    answer = visitor.get(PAGE)
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    visitor.sign_in(session, make_volunteer(session))
    again = visitor.get(PAGE)
    assert again.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "Cookie" in again.headers["Vary"]
    tabs = read(again.text).one("nav", class_="tabs")
    assert tabs.one("a", **{"aria-current": "page"})["href"] == PAGE


def test_a_small_map_stands_behind_the_list(visitor: Visitor, session: Session) -> None:
    organization = make_organization(session)
    make_event(session, organization, starts_at=TOMORROW)
    make_event(session, organization, starts_at=TOMORROW)
    page = visitor.page(PAGE)
    (drawn,) = page.all("svg", class_="chart")
    assert len(drawn.all("path")) == 1
    assert len(drawn.all("circle")) == 1
    make_event(session, organization, starts_at=TOMORROW, region_code="KZ-75", latitude=43.2, longitude=76.9)
    assert len(visitor.page(PAGE).one("svg", class_="chart").all("path")) == 20


@pytest.mark.parametrize("path", ["/kk/", "/kk/regions/KZ-15"])
def test_other_pages_lead_there(visitor: Visitor, session: Session, path: str) -> None:
    make_event(session, starts_at=TOMORROW)
    assert any(link["href"].split("?")[0] == PAGE for link in visitor.page(path).one("main").all("a"))
