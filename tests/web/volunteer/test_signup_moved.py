"""An event that is moved while its page is open: nobody is signed up for a day they were not shown."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_signup, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor
from tests.web.volunteer.test_signup import hidden_of, path, stands

SATURDAY = NOW + timedelta(days=2)


@pytest.fixture
def person(visitor: Visitor, session: Session) -> Volunteer:
    made = make_volunteer(session)
    visitor.sign_in(session, made)
    return made


@pytest.fixture
def event(session: Session, person: Volunteer) -> Event:
    return make_event(session, starts_at=SATURDAY, capacity=5)


def move(session: Session, event: Event, by: timedelta = timedelta(0), north: float = 0) -> None:
    event.starts_at, event.ends_at = event.starts_at + by, event.ends_at + by
    event.latitude += north
    session.commit()


def when(page: Element) -> str:
    return page.one("dl").all("dd")[0].text


def facts(page: Element) -> str:
    return page.one("dl").text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_another_day_is_read_before_it_counts(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, language: str
) -> None:
    page = visitor.page(path(event, language=language))
    before = when(page)
    move(session, event, timedelta(days=1))
    answer = visitor.post(path(event, language=language), data=hidden_of(page) | {"companions": "2"})
    assert answer.status_code == 412
    assert stands(session, event, person) is None
    again = read(answer.text)
    assert again.one(class_="errors")
    assert before in when(again)
    assert when(visitor.page(path(event, language=language))) in when(again) != before
    # The same button, and what was chosen: pressed once more, it counts.
    assert again.one("option", value="2").attributes.get("selected") is not None
    answer = visitor.post(path(event), data=hidden_of(again) | {"companions": "2"})
    assert answer.status_code == 303
    assert stands(session, event, person) == ("going", 2)


def test_another_place_too(visitor: Visitor, session: Session, event: Event, person: Volunteer) -> None:
    page = visitor.page(path(event))
    move(session, event, north=0.01)
    answer = visitor.post(path(event), data=hidden_of(page))
    assert (answer.status_code, stands(session, event, person)) == (412, None)
    assert "Орны ауысты" in facts(read(answer.text))
    assert visitor.post(path(event), data=hidden_of(read(answer.text))).status_code == 303


def test_what_was_not_moved_asks_nothing(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    page = visitor.page(path(event))
    event.capacity, event.bring = 9, ["Қолғап"]
    session.commit()
    assert visitor.post(path(event), data=hidden_of(page)).status_code == 303
    assert stands(session, event, person) == ("going", 0)


@pytest.mark.parametrize("shown", [None, "", "x", "1 2", "nan nan nan nan", "9" * 40])
def test_a_page_of_the_release_before_or_a_broken_one_signs_up_or_asks(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, shown: str | None
) -> None:
    """Nothing said of what was shown is no reason to ask; nonsense is."""
    typed = hidden_of(visitor.page(path(event)))
    typed.pop("shown")
    answer = visitor.post(path(event), data=typed if shown is None else typed | {"shown": shown})
    assert answer.status_code == (412 if shown else 303)


def test_a_party_that_does_not_fit_the_new_day_reads_that_it_is_new(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    page = visitor.page(path(event))
    before = when(page)
    event.capacity = 2
    move(session, event, timedelta(days=1))
    answer = visitor.post(path(event), data=hidden_of(page) | {"companions": "5"})
    again = read(answer.text)
    assert before in facts(again)
    assert again.one("span", id="companions-error")


@pytest.mark.parametrize("where", ["events/{}", "account/going"])
def test_an_offer_of_another_day_is_looked_at_before_it_is_taken(
    visitor: Visitor, session: Session, event: Event, person: Volunteer, where: str
) -> None:
    event.offered = 1
    make_signup(session, event, person, status="offered", confirm_by=NOW + timedelta(minutes=20))
    form = visitor.page(f"/kk/{where.format(event.id)}").one("form", action=path(event, "/confirm"))
    typed = {one["name"]: one["value"] for one in form.all(type="hidden")}
    move(session, event, timedelta(days=1))
    answer = visitor.post(path(event, "/confirm"), data=typed)
    assert (answer.status_code, answer.location) == (303, f"/kk/events/{event.id}")
    assert stands(session, event, person) == ("offered", 0)
    told = visitor.page(answer.location)
    assert "ауысты" in told.one("main").text
    answer = visitor.post(path(event, "/confirm"), data=hidden_of(told, "confirm"))
    assert stands(session, event, person) == ("going", 0)


def test_who_signed_in_anew_meanwhile_reads_both(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    page = visitor.page(path(event))
    move(session, event, timedelta(days=1))
    visitor.sign_in(session, person)
    answer = visitor.post(path(event), data=hidden_of(page) | {"companions": "3"})
    assert (answer.status_code, stands(session, event, person)) == (403, None)
    again = read(answer.text)
    assert when(page) in when(again)
    assert again.one("option", value="3").attributes.get("selected") is not None


def test_a_refusal_says_nothing_of_what_the_form_had_shown(
    visitor: Visitor, session: Session, event: Event, person: Volunteer
) -> None:
    """It is no sentence that anybody has written."""
    typed = hidden_of(visitor.page(path(event)))
    event.status, event.cancel_reason, event.cancelled_at = "cancelled", "Дауыл", NOW
    session.commit()
    answer = visitor.post(path(event), data=typed)
    assert answer.status_code == 409
    assert not read(answer.text).all("textarea")
