"""An event is copied from its board: next week at the same hour, once however often it is pressed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event, Organization
from tests.conftest import NOW
from tests.makers import make_event
from tests.web.organizer.forms import filled
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization, starts_at=NOW - timedelta(days=15, hours=1), capacity=30)


def copies(session: Session, event: Event) -> list[Event]:
    session.expire_all()
    return list(session.scalars(sa.select(Event).where(Event.id != event.id)))


def test_the_next_such_day_is_offered_and_two_presses_are_one_copy(
    desk: Visitor, session: Session, event: Event
) -> None:
    path = f"/kk/organizer/events/{event.id}/copy"
    assert path in str(desk.get(f"/kk/organizer/events/{event.id}").text)
    form = filled(desk.page(path).all("form", method="post")[-1])
    assert (form["day"], form["starts"]) == ("2026-05-22", "10:00")
    first = desk.post(path, data=form)
    again = desk.post(path, data=form)
    (made,) = copies(session, event)
    assert first.location == again.location == f"/kk/organizer/events/{made.id}/edit"
    assert (made.status, made.capacity, made.starts_at) == ("draft", 30, NOW + timedelta(days=6, hours=-1))


def test_a_day_that_was_is_not_copied_to(desk: Visitor, session: Session, event: Event) -> None:
    path = f"/kk/organizer/events/{event.id}/copy"
    form = filled(desk.page(path).all("form", method="post")[-1])
    for typed in ({"day": "2026-05-01"}, {"day": ""}, {"starts": "25:00"}):
        assert desk.post(path, data=form | typed).status_code == 422
    assert copies(session, event) == []
