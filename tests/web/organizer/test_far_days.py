"""Days that no calendar on a wall has, as a finger may type them: refused beside the field, never a 500."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event, Organization
from tests.conftest import NOW
from tests.makers import make_event
from tests.web.organizer.forms import filled
from tests.web.organizer.test_event_form import FIVE, NEW
from tests.web.organizer.test_series_pages import make_series, path
from tests.web.visitor import Visitor

FAR = ({"day": "9999-12-31"}, {"day": "0001-01-01"}, {"day": "3000-01-01"})
LATE = {"starts": "23:00", "ends": "01:00"}


@pytest.mark.parametrize("page", ["copy", "move", "edit"])
@pytest.mark.parametrize("typed", FAR)
def test_an_event_is_not_taken_there(
    desk: Visitor, session: Session, organization: Organization, page: str, typed: dict[str, str]
) -> None:
    event = make_event(session, organization, starts_at=NOW + timedelta(days=5))
    url = f"/kk/organizer/events/{event.id}/{page}"
    form = filled(desk.page(url).all("form", method="post")[-1])
    late = {name: value for name, value in LATE.items() if name in form}
    assert desk.post(url, data=form | late | typed).status_code == 422
    session.expire_all()
    assert [one.starts_at for one in session.scalars(sa.select(Event))] == [NOW + timedelta(days=5)]


@pytest.mark.parametrize("typed", FAR)
def test_nor_made_there(desk: Visitor, session: Session, typed: dict[str, str]) -> None:
    form = filled(desk.page(NEW).all("form", method="post")[-1])
    assert desk.post(NEW, data=form | FIVE | LATE | typed).status_code == 422
    assert session.scalars(sa.select(Event)).all() == []


@pytest.mark.parametrize("typed", FAR)
def test_nor_is_a_series_made_longer(desk: Visitor, session: Session, typed: dict[str, str]) -> None:
    made = make_series(desk, session)
    url = path(made[0], "dates")
    form = filled(desk.page(url).all("form", method="post")[-1])
    assert desk.post(url, data=form | {"weeks": "4"} | typed).status_code == 422
