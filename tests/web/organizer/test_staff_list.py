"""The list and the code on an organizer's or helper's phone, by forms alone."""

from datetime import date, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Attendance, Event, EventHelper, Organization, TypedPerson, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_member, make_signup, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization)


@pytest.fixture
def aigul(session: Session, event: Event) -> Volunteer:
    person = make_volunteer(session, display_name="Айгүл Серікқызы", phone="+77015554567")
    make_signup(session, event, person, companions=2)
    return person


def path(event: Event, more: str = "", language: str = "kk") -> str:
    return f"/{language}/organizer/events/{event.id}/list{more}"


def row(page: Element, person: Volunteer) -> Element:
    return page.one("li", id=f"p-{person.id}")


def tap(desk: Visitor, event: Event, person: Volunteer, present: str, query: str = "") -> Any:
    form = row(desk.page(path(event) + query), person).one("form")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    return desk.post(path(event) + query, data=hidden | {"present": present})


def stands(session: Session, person: Volunteer) -> tuple[str, int] | None:
    session.expire_all()
    found = session.scalar(sa.select(Attendance).where(Attendance.volunteer_id == person.id))
    return None if found is None else (found.status, found.companions)


def test_one_tap_makes_present_and_one_below_the_name_undoes(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer, clock: FixedClock
) -> None:
    before = row(desk.page(path(event)), aigul)
    assert [one.text for one in before.all("button")] == ["Келді"]
    assert "…4567 · бірге: 2" in before.text
    answer = tap(desk, event, aigul, "yes", "?state=absent")
    assert answer.location == f"{path(event)}?state=absent#p-{aigul.id}"
    assert stands(session, aigul) == ("counted", 2)
    after = row(desk.page(path(event)), aigul)
    assert "11:00" in after.one("span", class_="mark").text
    assert [one.text for one in after.all("button")] == ["Болдырмау"]
    clock.move(timedelta(minutes=1))
    tap(desk, event, aigul, "no")
    assert stands(session, aigul) == ("rejected", 2)
    assert [one.text for one in row(desk.page(path(event)), aigul).all("button")] == ["Келді"]


def test_a_second_press_changes_nothing(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer
) -> None:
    form = row(desk.page(path(event)), aigul).one("form")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")} | {"present": "yes"}
    for _ in range(2):
        assert desk.post(path(event), data=hidden).status_code == 303
    assert stands(session, aigul) == ("counted", 2)


def test_the_list_is_looked_through_by_names_digits_and_states(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer
) -> None:
    there = make_volunteer(session, display_name="Болат Сейіт")
    make_attendance(session, event, there)
    for query, names in {
        "": ["Айгүл Серікқызы", "Болат Сейіт"],
        "?q=болат": ["Болат Сейіт"],
        "?q=4567": ["Айгүл Серікқызы"],
        "?state=present": ["Болат Сейіт"],
        "?state=absent": ["Айгүл Серікқызы"],
        "?state=absent&q=болат": [],
    }.items():
        page = desk.page(path(event) + query)
        assert [one.text for one in page.all("span", class_="row-name")] == names, query
    page = desk.page(path(event) + "?q=Ержан")
    link = page.one("div", class_="empty").one("a")
    assert read(desk.get(link["href"]).text).one("input", id="display_name")["value"] == "Ержан"


def test_what_is_doubted_says_why_and_is_confirmed(
    desk: Visitor, session: Session, event: Event, organizer: Volunteer
) -> None:
    doubtful = make_volunteer(session, display_name="Ғалия Мұратова")
    make_attendance(session, event, doubtful, status="review", reasons=["accuracy"])
    own = make_volunteer(session, display_name="Өз Адам")
    make_member(session, session.get_one(Organization, event.organization_id), own)
    make_signup(session, event, own)
    tap(desk, event, own, "yes")
    page = desk.page(path(event))
    assert [one.text for one in row(page, doubtful).all("button")] == ["Растау"]
    assert "Тексеруде" in row(page, doubtful).text
    assert "Тек ұйымның сөзі бар" in row(page, own).text


def test_a_minor_has_an_age_and_no_digits(desk: Visitor, session: Session, event: Event) -> None:
    minor = make_volunteer(session, display_name="Дина Сейітова", birth_date=date(2009, 3, 1))
    make_signup(session, event, minor)
    shown = row(desk.page(path(event)), minor).text
    assert "жасы: 17" in shown
    assert "…" not in shown


def test_a_walk_in_is_added_by_phone_and_name(desk: Visitor, session: Session, event: Event) -> None:
    bad = desk.send(path(event, "/add"), {"phone": "12", "display_name": "Болат Сейіт"})
    assert bad.status_code == 422
    assert read(bad.text).one("input", id="display_name")["value"] == "Болат Сейіт"
    empty = desk.send(path(event, "/add"), {"phone": "", "display_name": ""})
    assert empty.status_code == 422
    added = desk.send(
        path(event, "/add"), {"phone": "8 701 555 45 67", "display_name": "Болат Сейіт", "companions": "1"}
    )
    assert added.location == path(event)
    (typed,) = session.scalars(sa.select(TypedPerson))
    assert (typed.digits, typed.present, typed.companions) == ("4567", True, 1)
    page = desk.page(path(event))
    shown = page.one("li", id=f"p-{typed.id}")
    assert "…4567 · бірге: 1" in shown.text
    form = {one["name"]: one["value"] for one in shown.one("form").all(type="hidden")}
    desk.post(path(event), data=form | {"present": "no"})
    session.expire_all()
    assert typed.present is False


def test_a_helper_has_the_list_without_digits_and_the_code(
    visitor: Visitor, session: Session, event: Event, aigul: Volunteer, organizer: Volunteer
) -> None:
    helper = make_volunteer(session)
    session.add(EventHelper(event_id=event.id, volunteer_id=helper.id, named_by=organizer.id, named_at=NOW))
    session.flush()
    visitor.sign_in(session, helper, elevated=False)
    page = visitor.page(path(event))
    assert "4567" not in page.text
    tap(visitor, event, aigul, "yes")
    assert stands(session, aigul) == ("counted", 2)
    code = visitor.page(f"/kk/organizer/events/{event.id}/code")
    assert pyotp.TOTP(event.code_secret, interval=60).at(NOW) in code.text.replace(" ", "")
    home = visitor.page("/kk/organizer/")
    assert path(event) in {one["href"] for one in home.all("a")}
    assert visitor.get(f"/kk/organizer/events/{event.id}").status_code == 403


def test_whoever_else_sees_nothing(visitor: Visitor, session: Session, event: Event) -> None:
    visitor.sign_in(session, make_volunteer(session), elevated=False)
    for page in ("list", "list/add", "code"):
        assert visitor.get(f"/kk/organizer/events/{event.id}/{page}").status_code == 403


@pytest.mark.parametrize("language", LOCALES)
def test_in_each_language_and_of_many(
    desk: Visitor, session: Session, event: Event, aigul: Volunteer, language: str
) -> None:
    for number in range(60):
        make_signup(session, event, make_volunteer(session, display_name=f"Қатысушы {number:02}"))
    answer = desk.get(path(event, language=language))
    assert len(answer.data) < 100_000
    page = read(answer.text)
    assert len(page.all("span", class_="row-name")) == 40
    further = desk.page(page.all("a", class_="btn-wide")[0]["href"])
    assert len(further.all("span", class_="row-name")) == 21


def test_the_code_stands_in_large_digits_with_its_address(desk: Visitor, event: Event) -> None:
    page = desk.page(f"/kk/organizer/events/{event.id}/code")
    code = pyotp.TOTP(event.code_secret, interval=60).at(NOW)
    assert page.one("p", class_="code-now").text.replace(" ", "") == code
    assert "11:01" in page.one("p", class_="code-until").text
    assert page.one("svg", class_="qr")
