"""An event that is moved while its page is open: nobody is signed up for a day that they have not been shown."""

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
