"""A whole series from a coordinator's page: called off, hidden, and either taken back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event, EventSeries
from tests.conftest import NOW
from tests.makers import make_event, make_organization
from tests.web.organizer.forms import filled
from tests.web.visitor import Visitor

WEEK = timedelta(weeks=1)


@pytest.fixture
def dates(session: Session) -> list[Event]:
    """Four Saturdays to come, after one that is over."""
    series = EventSeries(rrule="FREQ=WEEKLY", created_at=NOW - 2 * WEEK)
    session.add(series)
    session.flush()
    organization = make_organization(session)
    made = [
        make_event(
            session, organization, starts_at=NOW + week * WEEK + timedelta(days=1), series_id=series.id
        )
        for week in (-1, 0, 1, 2, 3)
    ]
    session.commit()
    return made


def path(event: Event, act: str = "") -> str:
    return f"/kk/coordinator/events/{event.id}{act and '/'}{act}"


def offered(desk: Visitor, event: Event, act: str) -> list[str]:
    return [one["value"] for one in desk.page(path(event, act)).all("input", name="scope")]


def form_of(desk: Visitor, event: Event, act: str) -> dict[str, str]:
    (form,) = desk.page(path(event, act)).one("main").all("form", method="post")
    return filled(form)


def send(desk: Visitor, event: Event, act: str, scope: str) -> None:
    form = form_of(desk, event, act)
    said = {"reason": "Дауыл"} if act in ("cancel", "hide") else {}
    answer = desk.post(path(event, act), data=form | said | {"scope": scope})
    assert (answer.status_code, answer.location) == (303, path(event))


def away(session: Session, dates: list[Event]) -> str:
    session.expire_all()
    return "".join(str(at) for at, one in enumerate(dates) if one.is_cancelled or one.is_hidden)


@pytest.mark.parametrize(("act", "back"), [("cancel", "restore"), ("hide", "show")])
@pytest.mark.parametrize(("scope", "meant"), [("this", "2"), ("following", "234"), ("all", "1234")])
def test_it_goes_and_comes_back(
    desk: Visitor, session: Session, dates: list[Event], act: str, back: str, scope: str, meant: str
) -> None:
    assert offered(desk, dates[2], act) == ["this", "following", "all"]
    send(desk, dates[2], act, scope)
    assert away(session, dates) == meant
    if scope != "this":
        assert str(len(meant)) in desk.page(path(dates[2])).one("p", class_="notice-good").text
    others = ["this", "following", "all"] if scope == "all" else ["this", "following"]
    assert offered(desk, dates[2], back) == ([] if scope == "this" else others)
    send(desk, dates[2], back, scope)
    assert away(session, dates) == ""


def test_only_what_there_is_is_offered(desk: Visitor, session: Session, dates: list[Event]) -> None:
    assert offered(desk, dates[1], "cancel") == ["this", "following"]
    assert offered(desk, dates[4], "cancel") == ["this", "all"]
    assert offered(desk, dates[0], "hide") == []
    send(desk, dates[4], "cancel", "this")
    send(desk, dates[3], "cancel", "this")
    assert offered(desk, dates[2], "cancel") == ["this", "all"]
    alone = make_event(session, starts_at=NOW + timedelta(days=1))
    session.commit()
    assert offered(desk, alone, "cancel") == []
    send(desk, alone, "cancel", "this")
    assert away(session, [alone]) == "0"


def test_what_was_off_before_is_not_counted(desk: Visitor, session: Session, dates: list[Event]) -> None:
    send(desk, dates[3], "cancel", "this")
    send(desk, dates[2], "cancel", "following")
    assert desk.page(path(dates[2])).one("p", class_="notice-good").text.startswith("Болмайтын күндер: 2.")
    assert away(session, dates) == "234"


def test_nothing_chosen_is_this_date_alone(desk: Visitor, session: Session, dates: list[Event]) -> None:
    page = desk.page(path(dates[2], "cancel"))
    assert [one["value"] for one in page.all("input", name="scope") if "checked" in one.attributes] == [
        "this"
    ]
    form = form_of(desk, dates[2], "cancel")
    form.pop("scope", None)
    desk.post(path(dates[2], "cancel"), data=form | {"reason": "Дауыл"})
    assert away(session, dates) == "2"


def test_a_reason_is_asked_and_the_choice_stays(desk: Visitor, session: Session, dates: list[Event]) -> None:
    form = form_of(desk, dates[2], "cancel")
    answer = desk.post(path(dates[2], "cancel"), data=form | {"scope": "all", "reason": ""})
    assert answer.status_code == 422
    assert away(session, dates) == ""
    assert 'value="all" checked' in answer.text


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("act", ["cancel", "hide"])
def test_pages_are_whole_in_every_language(
    desk: Visitor, session: Session, dates: list[Event], language: str, act: str
) -> None:
    page = desk.page(path(dates[2], act).replace("/kk/", f"/{language}/"))
    assert page.one("html")["lang"] == language
    assert "3" in page.one("fieldset").text
    assert session.scalar(sa.select(sa.func.count(Event.id))) == 5


def test_a_date_in_another_region_is_not_offered(desk: Visitor, session: Session, dates: list[Event]) -> None:
    """It is another coordinator's."""
    for one in (dates[1], dates[4]):
        one.region_code, one.latitude, one.longitude = "KZ-75", 43.24, 76.9
    session.commit()
    assert offered(desk, dates[2], "cancel") == ["this", "following"]
    assert offered(desk, dates[3], "cancel") == ["this", "all"]
    send(desk, dates[2], "cancel", "following")
    assert away(session, dates) == "23"
