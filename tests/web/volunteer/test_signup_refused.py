"""Refused at sign-up: the page offers the next ones near that its reader may join."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def person(visitor: Visitor, session: Session) -> Volunteer:
    """Fourteen years old this year."""
    made = make_volunteer(session, birth_date=date(NOW.year - 14, 1, 1))
    visitor.sign_in(session, made)
    return made


def path(event: Event) -> str:
    return f"/kk/events/{event.id}/signup"


def events_in(rows: Element) -> list[str]:
    return [one["href"] for one in rows.all("a")]


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    "state",
    [
        {"min_age": 16},
        {"hazard": True},
        {"status": "cancelled", "cancelled_at": NOW, "cancel_reason": "Дауыл"},
        {"starts_at": NOW - timedelta(days=2)},
    ],
    ids=["too young", "hazard", "called off", "over"],
)
def test_a_refusal_offers_the_next_ones_near_that_its_reader_may_join(
    visitor: Visitor, session: Session, state: dict[str, Any]
) -> None:
    event = make_event(session, **({"starts_at": TOMORROW} | state))
    later = TOMORROW + timedelta(hours=2)
    fits = make_event(session, starts_at=later, min_age=14)
    for kind in ({"min_age": 15}, {"hazard": True}, {"hidden_by": "coordinator"}, {"status": "draft"}):
        make_event(session, starts_at=later, **kind)
    answer = visitor.get(path(event))
    assert answer.status_code == 409
    assert events_in(read(answer.text).one("main").one("ul", class_="rows")) == [f"/kk/events/{fits.id}"]


@pytest.mark.usefixtures("person")
def test_a_refusal_leads_on_also_where_nothing_is_near(visitor: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=TOMORROW, hazard=True)
    main = read(visitor.get(path(event)).text).one("main")
    assert main.one(class_="empty").one("a")["href"] == "/kk/#regions"


def test_a_party_that_never_fits_is_offered_others_below_its_form(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_volunteer(session))
    event = make_event(session, starts_at=TOMORROW, capacity=3)
    wide = make_event(session, starts_at=TOMORROW)
    main = read(visitor.send(path(event), {"companions": "5"}).text).one("main")
    assert events_in(main.one("ul", class_="rows")) == [f"/kk/events/{wide.id}"]
