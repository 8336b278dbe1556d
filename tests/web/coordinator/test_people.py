"""People on a coordinator's pages: found, seen, corrected, banned; nobody of another region."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import AuditAction, AuditEntry, Ban, Volunteer
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.web.html import read
from tests.web.visitor import Visitor

PEOPLE = "/kk/coordinator/people"
PHONE = "+77012223344"


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session, phone=PHONE, display_name="Әсем Қуанышқызы", birth_date=date(2000, 5, 9))


def path_of(person: Volunteer, act: str = "") -> str:
    return f"{PEOPLE}/{person.id}{act}"


def recorded(session: Session, action: AuditAction) -> list[AuditEntry]:
    session.expire_all()
    return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def ban_of(session: Session, person: Volunteer) -> Ban | None:
    session.expire_all()
    return session.scalars(
        sa.select(Ban).where(Ban.volunteer_id == person.id, Ban.lifted_at.is_(None))
    ).one_or_none()


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("act", ["", "/birth-date", "/ban", "/lift-ban"])
def test_pages_are_whole(desk: Visitor, session: Session, person: Volunteer, language: str, act: str) -> None:
    make_attendance(session, make_event(session), person, status="review", reasons=["distance"])
    desk.send(path_of(person, "/ban"), {"reason": "Төбелес", "expires_at": "2027-01-01T10:00", "sure": "yes"})
    desk.page(f"/{language}/coordinator/people")
    desk.page(f"/{language}/coordinator/people/{person.id}{act}")


@pytest.mark.parametrize("typed", ["әсем", "8 (701) 222-33-44"])
def test_somebody_is_found_and_looked_at(
    desk: Visitor, session: Session, person: Volunteer, typed: str
) -> None:
    page = desk.page(PEOPLE, query_string={"q": typed})
    (link,) = page.one("ul", id="found").all("a")
    assert link["href"] == path_of(person)
    assert PHONE not in page.text
    assert "Әсем Қуанышқызы" in desk.page(link["href"]).one("h1").text
    assert [look.subject_id for look in recorded(session, AuditAction.PERSON_READ)] == [None, person.id]


def not_even_asked(desk: Visitor, path: str, typed: dict[str, str]) -> bool:
    """Whether there is no form to fill in, and one that is sent is refused."""
    token = desk.page("/kk/account").one("main").all(name="csrf_token")[0]["value"]
    answers = (desk.get(path), desk.post(path, data=typed | {"csrf_token": token}))
    return [answer.status_code for answer in answers] == [403, 403]


def test_nobody_and_somebody_elsewhere_are_answered_alike(desk: Visitor, session: Session) -> None:
    far = make_volunteer(session, region_code="KZ-75", phone="+77019998877", display_name="Болат Ахметов")
    answers = [
        desk.page(PEOPLE, query_string={"q": typed}).one("main").one("div", class_="empty").text
        for typed in ("+77019998877", "Болат", "+77019998878", "Бораз")
    ]
    assert len(set(answers)) == 1
    for act in ("", "/birth-date", "/ban", "/lift-ban"):
        assert desk.get(path_of(far, act)).status_code == 404
    assert desk.post(path_of(far, "/lift-ban"), data={}).status_code == 403


def test_too_little_of_a_name_says_so(desk: Visitor) -> None:
    answer = desk.get(PEOPLE, query_string={"q": "Ә"})
    assert answer.status_code == 422
    assert read(answer.text).one("input", id="q")["value"] == "Ә"


def test_the_attendance_of_the_region_alone_is_shown(
    desk: Visitor, session: Session, person: Volunteer
) -> None:
    make_attendance(session, make_event(session, title={"kk": "Елек жағалауы"}), person)
    make_attendance(session, make_event(session, title={"kk": "Медеу"}, region_code="KZ-75"), person)
    main = desk.page(path_of(person)).one("main").text
    assert "Елек жағалауы" in main
    assert "Медеу" not in main


@pytest.mark.parametrize("act", ["ban", "birth-date"])
def test_a_form_that_is_refused_has_shown_its_person(
    desk: Visitor, session: Session, person: Volunteer, act: str
) -> None:
    token = desk.page("/kk/account").one("main").all(name="csrf_token")[0]["value"]
    answer = desk.post(f"/kk/coordinator/people/{person.id}/{act}", data={"csrf_token": token})
    assert answer.status_code == 422
    assert person.display_name in answer.text
    assert [look.subject_id for look in recorded(session, AuditAction.PERSON_READ)] == [person.id]


def test_a_birth_date_is_corrected(desk: Visitor, session: Session, person: Volunteer) -> None:
    path = path_of(person, "/birth-date")
    assert desk.page(path).one("input", id="birth_date")["value"] == "2000-05-09"
    for wrong in ("", "кеше", "2999-01-01", "2025-01-01"):
        answer = desk.send(path, {"birth_date": wrong})
        assert answer.status_code == 422
        assert read(answer.text).one("input", id="birth_date")["aria-invalid"] == "true"
    assert desk.send(path, {"birth_date": "2001-05-09"}).status_code == 303
    session.refresh(person)
    assert person.birth_date == date(2001, 5, 9)
    assert len(recorded(session, AuditAction.BIRTH_DATE_SET)) == 1


def test_a_guests_birth_date_is_for_home(desk: Visitor, session: Session) -> None:
    guest = make_volunteer(session, region_code="KZ-75")
    make_signup(session, make_event(session), guest)
    assert "/birth-date" not in desk.page(path_of(guest)).text
    assert not_even_asked(desk, path_of(guest, "/birth-date"), {"birth_date": "2001-05-09"})


def test_a_ban_is_asked_again_before_it_stands(desk: Visitor, session: Session, person: Volunteer) -> None:
    path = path_of(person, "/ban")
    assert desk.send(path, {"reason": " "}).status_code == 422
    assert desk.send(path, {"reason": "Төбелес", "expires_at": "2020-01-01T10:00"}).status_code == 422
    asked = desk.send(path, {"reason": "Төбелес\nекі рет", "expires_at": ""})
    assert asked.status_code == 200
    assert ban_of(session, person) is None
    form = read(asked.text).one("main").one("form", method="post")
    hidden = {one["name"]: one["value"] for one in form.all(type="hidden")}
    assert desk.post(path, data=hidden).status_code == 303
    ban = ban_of(session, person)
    assert ban is not None
    assert (ban.reason, ban.expires_at) == ("Төбелес\nекі рет", None)
    assert len(recorded(session, AuditAction.BANNED)) == 1
    page = desk.page(path_of(person))
    assert "Төбелес" in page.one("main").text
    assert "Төбелес" in desk.page(path).one("textarea").text


def test_a_ban_is_lifted(desk: Visitor, session: Session, person: Volunteer) -> None:
    assert desk.get(path_of(person, "/lift-ban")).location == path_of(person)
    asked = desk.send(path_of(person, "/ban"), {"reason": "Төбелес"})
    assert read(asked.text).one("nav", class_="tabs")
    assert ban_of(session, person) is None
    desk.send(path_of(person, "/ban"), {"reason": "Төбелес", "sure": "yes"})
    assert ban_of(session, person) is not None
    assert desk.page(path_of(person, "/lift-ban")).one("nav", class_="tabs")
    assert desk.send(path_of(person, "/lift-ban"), {"sure": "yes"}).status_code == 303
    assert ban_of(session, person) is None
    assert len(recorded(session, AuditAction.BAN_LIFTED)) == 1
    assert "Тыйым алынды" in desk.page(path_of(person)).one("main").text


def test_staff_is_for_a_national_one(
    visitor: Visitor, desk: Visitor, session: Session, person: Volunteer
) -> None:
    make_member(session, make_organization(session), person)
    assert "/ban" not in desk.page(path_of(person)).text
    assert not_even_asked(desk, path_of(person, "/ban"), {"reason": "Төбелес"})
    assert ban_of(session, person) is None
    visitor.sign_in(session, make_coordinator(session, "*"))
    assert visitor.send(path_of(person, "/ban"), {"reason": "Төбелес", "sure": "yes"}).status_code == 303


def test_oneself_is_for_another(desk: Visitor, session: Session, coordinator: Volunteer) -> None:
    page = desk.page(path_of(coordinator))
    assert "басқа үйлестіруші" in page.one("main").text
    assert "/ban" not in page.text
    assert not_even_asked(desk, path_of(coordinator, "/birth-date"), {"birth_date": "1990-01-01"})


def test_who_is_no_coordinator_sees_nobody(visitor: Visitor, session: Session, person: Volunteer) -> None:
    for path in (PEOPLE, path_of(person), path_of(person, "/ban")):
        assert visitor.get(path).status_code == 303
    visitor.sign_in(session, make_volunteer(session))
    for path in (PEOPLE, path_of(person), path_of(person, "/ban")):
        assert visitor.get(path).status_code == 403
