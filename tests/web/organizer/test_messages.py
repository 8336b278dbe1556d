"""A message from an organizer's phone."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event, Organization, Outbox
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer
from tests.web.html import read
from tests.web.organizer.forms import filled
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, going=12, waitlisted=3)


def path(event: Event) -> str:
    return f"/kk/organizer/events/{event.id}/message"


def sent(session: Session) -> list[tuple[str, str]]:
    session.expire_all()
    return [(one.facts["to"], one.facts["text"]) for one in session.scalars(sa.select(Outbox))]


@pytest.mark.parametrize("to", ["going", "not_here", "waitlisted"])
def test_it_is_sent_once_however_often_it_is_pressed_and_stands_below(
    desk: Visitor, session: Session, event: Event, to: str
) -> None:
    page = desk.page(path(event))
    form = filled(page.all("form", method="post")[-1])
    assert form["to"] == "going"
    assert ": 12" in page.one("main").text
    for _press in range(2):
        answer = desk.post(path(event), data=form | {"to": to, "text": "Су алыңыз\nҚолғап та"})
        assert answer.location == path(event)
    assert sent(session) == [(to, "Су алыңыз\nҚолғап та")]
    page = desk.page(path(event))
    (row,) = page.one("main").one("ul", class_="rows").all("li")
    assert "Су алыңыз" in row.text
    assert "Хабарлама жіберілді" in page.one("p", class_="notice").text


@pytest.mark.parametrize("text", ["", "   ", "а" * 1_001])
def test_nothing_or_too_much_is_refused_in_words(
    desk: Visitor, session: Session, event: Event, text: str
) -> None:
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    answer = desk.post(path(event), data=form | {"text": text})
    assert answer.status_code == 422
    assert read(answer.text).one("div", class_="errors").one("a")["href"] == "#text"
    assert sent(session) == []


def test_the_sixth_of_a_day_is_refused_and_its_text_stays(
    desk: Visitor, session: Session, event: Event
) -> None:
    for number in range(5):
        form = filled(desk.page(path(event)).all("form", method="post")[-1])
        assert desk.post(path(event), data=form | {"text": f"№{number}"}).status_code == 303
    form = filled(desk.page(path(event)).all("form", method="post")[-1])
    answer = desk.post(path(event), data=form | {"text": "Алтыншы"})
    assert answer.status_code == 422
    assert read(answer.text).one("textarea").text.strip() == "Алтыншы"
    assert len(sent(session)) == 5


@pytest.mark.parametrize(
    "values", [{"status": "draft"}, {"status": "cancelled", "cancelled_at": NOW, "cancel_reason": "Дауыл"}]
)
def test_where_nobody_is_told_there_is_no_form(
    desk: Visitor, session: Session, organization: Organization, values: dict[str, str]
) -> None:
    event = make_event(session, organization, **values)
    assert desk.page(path(event)).one("main").all("form") == []


def test_who_is_suspended_reads_what_was_said_and_says_nothing(visitor: Visitor, session: Session) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner, status="suspended"))
    visitor.sign_in(session, owner, elevated=False)
    assert visitor.page(path(event)).one("main").all("form") == []


def test_it_is_ones_own_events_alone(desk: Visitor, session: Session) -> None:
    assert desk.get(path(make_event(session))).status_code == 403


@pytest.mark.parametrize("language", LOCALES)
def test_it_is_whole_in_every_language(desk: Visitor, event: Event, language: str) -> None:
    address = path(event).replace("/kk/", f"/{language}/")
    form = filled(desk.page(address).all("form", method="post")[-1])
    desk.post(address, data=form | {"text": "Су алыңыз"})
    assert desk.page(address).one("html")["lang"] == language
