"""What I go to, wait for or am offered; and the frame that all of a volunteer's pages stand in."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Volunteer
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_signup, make_volunteer
from tests.web.html import Element
from tests.web.visitor import Visitor
from web import assets

GOING = "/kk/account/going"


def rows(page: Element) -> list[str]:
    """The texts of the rows of what one goes to."""
    return [" ".join(row.text.split()) for row in page.one("main").all("li", class_="row")]


def test_what_i_go_to_stands_soonest_first_with_place_and_companions(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    later = make_event(session, title={"kk": "Кейінгі"}, starts_at=NOW + timedelta(days=3))
    sooner = make_event(session, title={"kk": "Жақыны"}, starts_at=NOW + timedelta(days=1))
    make_signup(session, later, volunteer)
    make_signup(session, sooner, volunteer, companions=2)
    make_signup(session, make_event(session, title={"kk": "Бөтен"}), make_volunteer(session))
    over = make_event(session, title={"kk": "Өткен"}, starts_at=NOW - timedelta(days=1))
    make_signup(session, over, volunteer)
    left = make_event(session, title={"kk": "Бас тартқан"}, starts_at=NOW + timedelta(days=1))
    make_signup(session, left, volunteer, status="cancelled")
    first, second = rows(mine.page(GOING))
    assert first.startswith("Жақыны")
    assert "Ақтөбе" in first
    assert "Сізбен бірге: 2" in first
    assert second.startswith("Кейінгі")


def test_who_waits_reads_the_place_in_the_line_and_who_is_offered_one_until_when(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    waiting = make_event(session, starts_at=NOW + timedelta(days=1), capacity=1)
    make_signup(session, waiting, make_volunteer(session), status="waitlisted")
    make_signup(session, waiting, volunteer, status="waitlisted")
    offered = make_event(session, starts_at=NOW + timedelta(hours=1), capacity=1, offered=1)
    until = NOW + timedelta(minutes=20)
    make_signup(session, offered, volunteer, status="offered", confirm_by=until)
    first, second = rows(mine.page(GOING))
    assert f"растау мерзімі: {offered.local(until):%H:%M}" in first
    assert "Кезекте орныңыз: 2" in second
    assert mine.send(GOING, {}).location == f"/kk/events/{offered.id}"
    assert "растау мерзімі" not in mine.page(GOING).text


def test_from_here_one_withdraws(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    make_signup(session, event, volunteer)
    event.going = 1
    session.commit()
    (link,) = [one for one in mine.page(GOING).one("main").all("a") if "withdraw" in one["href"]]
    mine.send(link["href"], {}, of="withdraw")
    assert rows(mine.page(GOING)) == []


def test_what_was_called_off_or_hidden_says_so(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    tomorrow = NOW + timedelta(days=1)
    off = make_event(session, starts_at=tomorrow, status="cancelled", cancelled_at=NOW)
    hidden = make_event(session, starts_at=tomorrow + timedelta(hours=1), hidden_by="coordinator")
    for event in (off, hidden):
        make_signup(session, event, volunteer)
    first, second = rows(mine.page(GOING))
    assert "Өткізілмейді" in first
    assert "көрсетілмейді" in second


def test_there_may_be_more_than_fit_a_page(mine: Visitor, session: Session, volunteer: Volunteer) -> None:
    for hours in range(21):
        event = make_event(
            session, title={"kk": f"№{hours:02d}"}, starts_at=NOW + timedelta(days=1, hours=hours)
        )
        make_signup(session, event, volunteer)
    page = mine.page(GOING)
    assert len(rows(page)) == 20
    (last,) = rows(mine.page(page.one("main").one("a", rel="next")["href"]))
    assert last.startswith("№20")


def test_nothing_yet_leads_to_what_there_is(mine: Visitor) -> None:
    empty = mine.page(GOING).one("main").one("div", class_="empty")
    assert mine.get(empty.one("a", class_="btn")["href"]).status_code == 200


def test_who_has_no_role_begins_here_after_signing_in(mine: Visitor) -> None:
    assert mine.get("/kk/sign-in").location == GOING


def test_nobody_is_asked_to_sign_in(visitor: Visitor) -> None:
    assert visitor.get(GOING).location == f"/kk/sign-in?next={GOING}"


def test_staff_have_the_same_pages_about_themselves(visitor: Visitor, session: Session) -> None:
    coordinator = make_coordinator(session)
    make_signup(session, make_event(session), coordinator)
    visitor.sign_in(session, coordinator)
    assert len(rows(visitor.page(GOING))) == 1


def test_every_tab_leads_to_its_page_and_one_says_where_one_is(mine: Visitor) -> None:
    tabs = mine.page(GOING).one("nav", class_="tabs")
    hrefs = [link["href"] for link in tabs.all("a")]
    assert len(hrefs) == 4
    assert tabs.one("a", **{"aria-current": "page"})["href"] == GOING
    for href in hrefs:
        assert mine.get(href).status_code == 200


def test_who_is_signed_in_has_the_tabs_where_events_are_found_and_nobody_else(
    mine: Visitor, session: Session
) -> None:
    event = make_event(session)
    near = mine.page("/kk/events").one("nav", class_="tabs")
    assert near.one("a", **{"aria-current": "page"})["href"] == "/kk/events"
    assert mine.page(f"/kk/events/{event.id}").all("nav", class_="tabs")
    stranger = Visitor(mine.application, mine.response_wrapper, use_cookies=True)
    for path in ("/kk/events", f"/kk/events/{event.id}"):
        assert stranger.page(path).all("nav", class_="tabs") == []


def test_the_styles_of_these_pages_are_read_by_them_alone(visitor: Visitor, mine: Visitor) -> None:
    address = assets.asset("volunteer.css")
    assert address is not None
    assert address in mine.get(GOING).text
    assert address not in mine.get("/kk/").text
    assert len(mine.get(address).data) < 4_000


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(
    mine: Visitor, session: Session, volunteer: Volunteer, language: str
) -> None:
    make_signup(session, make_event(session, hidden_by="coordinator"), volunteer, companions=1)
    page = mine.page(f"/{language}/account/going")
    assert page.one("html")["lang"] == language
    assert len(rows(page)) == 1


@pytest.mark.parametrize("cursor", ["a%00b", "%ED%A0%80", "W10", "x" * 600])
def test_no_forged_cursor_breaks_it(mine: Visitor, cursor: str) -> None:
    assert mine.get(f"{GOING}?cursor={cursor}").status_code in (200, 422)
