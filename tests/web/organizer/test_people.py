"""Who takes part, on the organizer's page: lists, the line with its places, removing with a reason."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Event, Organization, Outbox, Signup, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_member, make_organization, make_signup, make_volunteer
from tests.web.html import Element
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    """Tomorrow's, with two places: two go, two wait, a third and a fourth in line."""
    event = make_event(
        session, organization, capacity=2, starts_at=NOW + timedelta(days=1), going=2, waitlisted=3
    )
    for name, values in (
        ("Айгүл", {"status": "going"}),
        ("Болат", {"status": "going"}),
        ("Ғалия", {"status": "waitlisted", "queue_number": 900_002, "companions": 1}),
        ("Дархан", {"status": "waitlisted", "queue_number": 900_001}),
    ):
        make_signup(session, event, make_volunteer(session, display_name=name), **values)
    return event


def url(event: Event, more: str = "") -> str:
    return f"/kk/organizer/events/{event.id}/people{more}"


def rows(page: Element) -> list[str]:
    return [one.text for one in page.one("main").all("li", class_="row")]


def person(session: Session, event: Event, name: str) -> Volunteer:
    query = sa.select(Volunteer).join(Signup).where(Signup.event_id == event.id)
    return session.scalars(query.where(Volunteer.display_name == name)).one()


def test_who_goes_stands_first_with_a_number_to_press(desk: Visitor, session: Session, event: Event) -> None:
    page = desk.page(url(event))
    assert sorted(text.split()[0] for text in rows(page)) == ["Айгүл", "Болат"]
    phone = person(session, event, "Айгүл").phone
    assert page.one("main").all("a", href=f"tel:{phone}")


@pytest.mark.parametrize("page", ["people", "list"])
def test_on_paper_a_list_says_of_which_event_it_is(desk: Visitor, event: Event, page: str) -> None:
    """The way back, which says so on the screen, is not printed."""
    (said,) = desk.page(f"/kk/organizer/events/{event.id}/{page}").one("main").all("p", class_="only-print")
    assert event.title["kk"] in said.text


def test_the_line_is_shown_in_its_order_with_places(desk: Visitor, event: Event) -> None:
    first, second = rows(desk.page(url(event, "?list=waitlisted")))
    assert first.startswith("1")
    assert "Дархан" in first
    assert second.startswith("2")
    assert "Ғалия" in second


def test_an_offer_says_until_when(desk: Visitor, session: Session, event: Event) -> None:
    event.offered = 1
    offered = make_volunteer(session, display_name="Ерлан")
    make_signup(session, event, offered, status="offered", confirm_by=NOW + timedelta(minutes=30))
    (row,) = rows(desk.page(url(event, "?list=offered")))
    assert "Ерлан" in row
    assert "11:30" in row


def test_a_search_looks_in_the_list_that_is_open(desk: Visitor, session: Session, event: Event) -> None:
    (row,) = rows(desk.page(url(event, "?list=waitlisted&q=%D0%B4%D0%B0%D1%80")))
    assert "Дархан" in row
    digits = (person(session, event, "Болат").phone or "")[-4:]
    (row,) = rows(desk.page(url(event, f"?q={digits}")))
    assert "Болат" in row
    page = desk.page(url(event, "?q=%D0%B4%D0%B0%D1%80"))
    assert rows(page) == []
    assert "Ешкім табылмады" in page.one("main").text


def remove(desk: Visitor, session: Session, event: Event, name: str, reason: str = "Екі рет жазылған") -> Any:
    path = url(event, f"/{person(session, event, name).id}/remove")
    return desk.send(path, {"reason": reason})


def test_removing_is_said_what_it_does_and_asks_why(desk: Visitor, session: Session, event: Event) -> None:
    path = url(event, f"/{person(session, event, 'Айгүл').id}/remove")
    page = desk.page(path).one("main")
    assert "Айгүл" in page.text
    assert "қайта жазыла алмайды" in page.text
    assert remove(desk, session, event, "Айгүл", " ").status_code == 422
    assert session.scalars(sa.select(Outbox)).all() == []


def test_who_is_removed_makes_room_for_the_line(desk: Visitor, session: Session, event: Event) -> None:
    answer = remove(desk, session, event, "Айгүл")
    assert (answer.status_code, answer.location) == (303, url(event))
    page = desk.page(url(event))
    assert sorted(text.split()[0] for text in rows(page)) == ["Болат", "Дархан"]
    assert "Тізімнен шығарылды" in page.text
    (row,) = rows(desk.page(url(event, "?list=removed")))
    assert "Айгүл" in row
    kinds = session.scalars(sa.select(Outbox.kind).order_by(Outbox.kind)).all()
    assert kinds == ["removed", "waitlist_moved_up"]


def test_two_who_press_at_once_remove_once(desk: Visitor, session: Session, event: Event) -> None:
    path = url(event, f"/{person(session, event, 'Айгүл').id}/remove")
    hidden = {one["name"]: one["value"] for one in desk.page(path).one("main").all(type="hidden")}
    for _ in range(2):
        answer = desk.post(path, data=hidden | {"reason": "Екі рет жазылған"})
        assert (answer.status_code, answer.location) == (303, url(event))
    assert len(session.scalars(sa.select(Outbox).where(Outbox.kind == "removed")).all()) == 1


def test_who_has_left_meanwhile_is_no_error(desk: Visitor, session: Session, event: Event) -> None:
    left = person(session, event, "Дархан")
    path = url(event, f"/{left.id}/remove")
    hidden = {one["name"]: one["value"] for one in desk.page(path).one("main").all(type="hidden")}
    signup = session.get_one(Signup, (event.id, left.id))
    signup.status = "cancelled"
    session.flush()
    assert desk.post(path, data=hidden | {"reason": "Екі рет"}).location == url(event)
    assert desk.get(path).location == url(event)
    assert "тізімде енді жоқ" in desk.page(url(event)).text


def test_who_was_removed_may_be_let_in_again(desk: Visitor, session: Session, event: Event) -> None:
    remove(desk, session, event, "Айгүл")
    answer = desk.send(url(event, "?list=removed"), {})
    assert answer.status_code == 303
    assert rows(desk.page(url(event, "?list=removed"))) == []


def test_it_is_the_organizers_alone(visitor: Visitor, session: Session, event: Event) -> None:
    helper = make_volunteer(session)
    make_member(session, event.organization, helper, role="helper")
    other = make_volunteer(session)
    make_organization(session, other)
    for stranger in (helper, other):
        visitor.sign_in(session, stranger, elevated=False)
        assert visitor.get(url(event)).status_code == 403


@pytest.mark.parametrize("query", ["?list=nobody", "?cursor=x", "?list=waitlisted&cursor=abc", "?list="])
def test_an_address_that_says_nothing_is_no_error_of_ours(desk: Visitor, event: Event, query: str) -> None:
    assert desk.get(url(event, query)).status_code in (200, 422)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("state", ["going", "offered", "waitlisted", "removed"])
def test_it_is_whole_in_every_language(desk: Visitor, event: Event, language: str, state: str) -> None:
    path = url(event, f"?list={state}").replace("/kk/", f"/{language}/")
    assert desk.page(path).one("html")["lang"] == language


def test_the_board_leads_here(desk: Visitor, event: Event) -> None:
    assert desk.page(f"/kk/organizer/events/{event.id}").one("main").all("a", href=url(event))
