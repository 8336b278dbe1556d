"""My events in my phone's own calendar: the page, and the ways to it."""

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import CalendarFeed, Volunteer
from tests.makers import make_event, make_signup, make_volunteer
from tests.web.visitor import Visitor

CALENDAR = "/kk/account/calendar"


def address(mine: Visitor) -> str:
    return mine.page(CALENDAR).one("input", id="address")["value"]


def path(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def test_it_is_begun_renewed_and_ended(mine: Visitor) -> None:
    assert mine.send(CALENDAR, {}, of="begin").location == CALENDAR
    first = address(mine)
    answer = mine.get(path(first))
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    webcal = mine.page(CALENDAR).one("main").one("a", class_="btn")["href"]
    assert webcal == "webcal:" + first.partition(":")[2]
    mine.send(CALENDAR, {}, of="renew")
    second = address(mine)
    assert [mine.get(path(one)).status_code for one in (first, second)] == [404, 200]
    assert mine.send(CALENDAR, {}, of="stop").location == CALENDAR
    page = mine.page(CALENDAR)
    assert "Күнтізбе жабылды." in page.text
    assert page.all("input", id="address") == []
    assert mine.get(path(second)).status_code == 404


def test_its_address_is_in_no_cache_and_leads_nobody_here(mine: Visitor) -> None:
    mine.send(CALENDAR, {}, of="begin")
    headers = mine.get(CALENDAR).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in headers["Vary"]


def test_two_tabs_with_one_old_form_leave_one_calendar(mine: Visitor, session: Session) -> None:
    form = mine.page(CALENDAR).one("form", id="begin")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    for _ in range(2):
        assert mine.post(CALENDAR, data=hidden).status_code == 303
    assert session.query(CalendarFeed).count() == 1


def test_another_persons_is_not_touched(mine: Visitor, session: Session) -> None:
    mine.send(CALENDAR, {}, of="begin")
    theirs = address(mine)
    other = Visitor(mine.application, mine.response_wrapper, use_cookies=True)
    other.sign_in(session, make_volunteer(session), elevated=False)
    other.send(CALENDAR, {}, of="begin")
    other.send(CALENDAR, {}, of="stop")
    assert other.get(path(theirs)).status_code == 200


def test_a_form_of_another_site_begins_nothing(mine: Visitor, session: Session) -> None:
    answer = mine.post(CALENDAR, data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert session.query(CalendarFeed).count() == 0


def test_what_i_go_to_and_the_events_page_lead_to_it(
    mine: Visitor, session: Session, volunteer: Volunteer
) -> None:
    event = make_event(session)
    make_signup(session, event, volunteer)
    one = f"/v1/events/{event.id}/calendar.ics?lang=kk"
    for page, links in (("/kk/account/going", [one, CALENDAR]), (f"/kk/events/{event.id}", [one])):
        found = [link["href"] for link in mine.page(page).one("main").all("a")]
        assert set(links) <= set(found), page
        assert mine.get(one).status_code == 200


def test_nobody_is_asked_to_sign_in(visitor: Visitor) -> None:
    assert visitor.get(CALENDAR).location == f"/kk/sign-in?next={CALENDAR}"
    assert visitor.get(f"{CALENDAR}/stop").location == f"/kk/sign-in?next={CALENDAR}/stop"


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(mine: Visitor, language: str) -> None:
    here = f"/{language}/account/calendar"
    assert mine.page(here).one("html")["lang"] == language
    mine.send(here, {}, of="begin")
    assert mine.page(here).one("input", id="address")
