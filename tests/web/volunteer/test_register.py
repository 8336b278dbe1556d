"""From a link in a chat to «Барамын ✓», by pages alone: the code, the record, the consents, the sign-up."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from http_base.application import Tazalyq
from notifications.words import LOCALES
from service.models import Consent, PageSession, Signup, Volunteer
from service.people import bans
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_ban, make_event, make_volunteer
from tests.web.html import read
from tests.web.test_sign_in import ask_code, code_of, hidden_of, type_code
from tests.web.visitor import Visitor

PHONE = "+77019998877"
TYPED = {
    "display_name": "Әсем Қуанышқызы",
    "birth_date": "1999-12-30",
    "region": "KZ-15",
    "locale": "kk",
    "guardian.name": "",
    "guardian.phone": "",
    "consents.personal_data": "2026-01",
    "consents.cross_border": "2026-01",
}
CHILD = TYPED | {"birth_date": "2011-02-03", "guardian.name": "Гүлнар", "guardian.phone": "+996700123456"}


def prove(visitor: Visitor, session: Session, path: str = "/kk/sign-in", phone: str = PHONE) -> TestResponse:
    """Sign in by the code of the phone."""
    asked = ask_code(visitor, phone, path)
    return type_code(visitor, asked, code_of(session, phone))


@pytest.fixture
def guest(visitor: Visitor, session: Session) -> Visitor:
    """Whose number is proven, and nothing else known."""
    prove(visitor, session)
    return visitor


def form_of(visitor: Visitor, path: str = "/kk/register") -> dict[str, str]:
    return hidden_of(visitor.page(path).one("form", id="register"))


def send(visitor: Visitor, typed: dict[str, Any], path: str = "/kk/register") -> TestResponse:
    return visitor.send(path, typed, of="register")


def person(session: Session, phone: str = PHONE) -> Volunteer | None:
    session.expire_all()
    return session.scalars(sa.select(Volunteer).where(Volunteer.phone == phone)).one_or_none()


def errors_of(answer: TestResponse) -> list[str]:
    return [one["href"] for one in read(answer.text).one(class_="errors").all("a")]


@pytest.mark.parametrize("language", LOCALES)
def test_a_stranger_comes_from_the_link_to_i_am_going(
    visitor: Visitor, session: Session, language: str
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1), capacity=10)
    shown = f"/{language}/events/{event.id}"
    link = visitor.page(shown).one(class_="bar-bottom").one("a")["href"]
    door = visitor.get(link).location
    registers = prove(visitor, session, door).location
    assert registers == f"/{language}/register?next=/{language}/events/{event.id}/signup"
    page = visitor.page(registers)
    assert page.one("html")["lang"] == language
    assert PHONE in page.one("main").text
    onwards = send(visitor, TYPED, registers).location
    assert onwards == link
    answer = visitor.send(onwards, {"companions": "2"}, of="sign-up")
    assert answer.location == shown
    assert "✓" in visitor.page(shown).one("main").text
    made = person(session)
    assert made is not None
    assert (made.display_name, made.birth_date, made.region_code) == (
        "Әсем Қуанышқызы",
        date(1999, 12, 30),
        "KZ-15",
    )
    assert set(session.scalars(sa.select(Consent.name).where(Consent.volunteer_id == made.id))) == {
        "personal_data",
        "cross_border",
    }
    assert session.get(Signup, (event.id, made.id)) is not None


def test_the_texts_are_whole_on_the_page_with_their_versions(guest: Visitor) -> None:
    page = guest.page("/kk/register")
    boxes = page.all("input", type="checkbox")
    assert [(one["name"], one["value"]) for one in boxes] == [
        ("consents.personal_data", "2026-01"),
        ("consents.cross_border", "2026-01"),
    ]
    assert not any("checked" in one.attributes for one in boxes)
    text = page.one("main").text
    assert "Қалай қайтарып алуға болады" in text
    assert text.count("2026-01") == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"display_name": " "}, "display_name"),
        ({"display_name": "a" * 101}, "display_name"),
        ({"birth_date": ""}, "birth_date"),
        ({"birth_date": "30.12.1999"}, "birth_date"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "2020-01-01"}, "birth_date"),
        ({"region": ""}, "region"),
        ({"region": "KZ-99"}, "region"),
        ({"locale": "de"}, "locale"),
        ({"birth_date": "2010-01-01"}, "guardian"),
        ({"birth_date": "2010-01-01", "guardian.name": "Ана"}, "guardian.phone"),
        ({"birth_date": "2010-01-01", "guardian.name": "Ана", "guardian.phone": "12"}, "guardian.phone"),
        ({"birth_date": "2010-01-01", "guardian.name": "Ана", "guardian.phone": PHONE}, "guardian.phone"),
        ({"consents.personal_data": "1999-01"}, "consents.personal_data"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    guest: Visitor, session: Session, change: dict[str, str], field: str
) -> None:
    answer = send(guest, TYPED | change)
    assert answer.status_code == 422
    assert f"#{field}" in errors_of(answer)
    page = read(answer.text)
    if "display_name" not in change:
        assert page.one("input", id="display_name")["value"] == TYPED["display_name"]
    assert [
        one["value"] for one in page.one("select", id="region").all("option") if "selected" in one.attributes
    ] == (["KZ-15"] if "region" not in change else [])
    assert person(session) is None


def test_without_the_consent_to_personal_data_there_is_no_record(guest: Visitor, session: Session) -> None:
    for without in (("consents.personal_data",), ("consents.personal_data", "consents.cross_border")):
        answer = send(guest, {name: value for name, value in TYPED.items() if name not in without})
        assert errors_of(answer) == ["#consents.personal_data"]
    assert person(session) is None


def test_the_other_consent_may_be_given_later(guest: Visitor, session: Session) -> None:
    answer = send(guest, {name: value for name, value in TYPED.items() if name != "consents.cross_border"})
    assert answer.status_code == 303
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    page = guest.page(f"/kk/events/{event.id}/signup")
    assert [one["name"] for one in page.all("input", type="checkbox")] == ["consents.cross_border"]


def test_somebody_under_18_names_a_guardian_of_any_country(guest: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    wanted = f"/kk/events/{event.id}/signup"
    link = f"/kk/account/guardian?next={wanted}"
    assert send(guest, CHILD, f"/kk/register?next={wanted}").location == link
    made = person(session)
    assert made is not None
    assert (made.guardian_name, made.guardian_phone) == ("Гүлнар", "+996700123456")
    # Before the guardian agrees, signing up leads to the link that they need.
    assert guest.get(wanted).location.startswith("/kk/account/guardian")
    assert wanted in [one["href"] for one in guest.page(link).all("a")]


def test_pressed_twice_one_record_and_a_session_whatever_answer_arrives(
    guest: Visitor, session: Session, app: Tazalyq
) -> None:
    typed = TYPED | form_of(guest, "/kk/register?next=/kk/account")
    before = guest.get_cookie("tazalyq_dev")
    assert before is not None
    first = guest.post("/kk/register", data=typed)
    assert (first.status_code, first.location) == (303, "/kk/account")
    # The first answer was lost: the browser comes with the cookie of before.
    guest.set_cookie("tazalyq_dev", before.value)
    second = guest.post("/kk/register", data=typed)
    assert (second.status_code, second.location) == (303, "/kk/account")
    assert guest.get("/kk/account").status_code == 200
    assert (
        session.scalar(sa.select(sa.func.count()).select_from(Volunteer).where(Volunteer.phone == PHONE)) == 1
    )
    assert session.scalar(sa.select(sa.func.count()).select_from(PageSession)) == 1


def test_the_former_cookie_of_a_guest_is_nobodys_after_half_a_minute(
    guest: Visitor, session: Session, clock: FixedClock
) -> None:
    typed = TYPED | form_of(guest)
    before = guest.get_cookie("tazalyq_dev")
    assert before is not None
    guest.post("/kk/register", data=typed)
    clock.move(timedelta(seconds=31))
    thief = Visitor(guest.application, guest.response_wrapper, use_cookies=True)
    thief.set_cookie("tazalyq_dev", before.value)
    assert thief.post("/kk/register", data=typed).status_code in (303, 403)
    assert thief.get("/kk/account").status_code == 303
    assert thief.get("/kk/register").location.startswith("/kk/sign-in")


def test_left_open_overnight_it_is_sent_all_the_same(
    guest: Visitor, session: Session, clock: FixedClock
) -> None:
    typed = TYPED | form_of(guest)
    clock.move(timedelta(hours=14))
    assert guest.post("/kk/register", data=typed).status_code == 303
    assert person(session) is not None


def test_whose_record_is_open_by_now_signs_in(guest: Visitor, session: Session) -> None:
    """As somebody who has registered in the app meanwhile: the guest of the browser replaces nothing."""
    typed = TYPED | form_of(guest)
    make_volunteer(session, phone=PHONE, display_name="Қолданбадан")
    session.commit()
    for answer in (guest.get("/kk/register?next=/kk/account"), guest.post("/kk/register", data=typed)):
        assert answer.status_code == 303
        assert answer.location.startswith("/kk/sign-in")
    made = person(session)
    assert made is not None
    assert made.display_name == "Қолданбадан"
    assert guest.get("/kk/account").status_code == 303


def test_a_dormant_record_opens_by_its_birth_date(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    old = make_volunteer(session, phone=PHONE, birth_date=date(1999, 12, 30))
    session.commit()
    clock.move(timedelta(days=181))
    assert prove(visitor, session).location == "/kk/register"
    assert "бұрын тіркелген" in visitor.page("/kk/register").one("main").text
    wrong = send(visitor, TYPED | {"birth_date": "1980-01-01"})
    assert (wrong.status_code, errors_of(wrong)) == (422, ["#birth_date"])
    assert send(visitor, TYPED).status_code == 303
    made = person(session)
    assert made is not None
    assert made.id == old.id


def test_another_birth_date_twice_begins_a_new_record(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    old = make_volunteer(session, phone=PHONE, birth_date=date(1980, 1, 1))
    session.commit()
    clock.move(timedelta(days=181))
    prove(visitor, session)
    assert [send(visitor, TYPED).status_code for _ in range(2)] == [422, 303]
    made = person(session)
    assert made is not None
    assert made.id != old.id


def test_who_is_banned_does_not_register(guest: Visitor, session: Session, app: Tazalyq) -> None:
    typed = TYPED | form_of(guest)
    marks = bans.marks(f"local:{PHONE}", PHONE, app.extensions["tazalyq"].settings.secret_key)
    make_ban(session, make_volunteer(session).id, marks=marks)
    session.commit()
    for answer in (guest.get("/kk/register"), guest.post("/kk/register", data=typed)):
        assert answer.status_code == 403
        assert "Қатысуға тыйым салынды" in answer.text
    assert person(session) is None


def test_who_lives_abroad_reads_that_the_number_is_not_served(visitor: Visitor, session: Session) -> None:
    prove(visitor, session, phone="+996700123456")
    answer = send(visitor, TYPED)
    assert answer.status_code == 422
    assert person(session, "+996700123456") is None


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/kk/..//evil",
        "javascript:alert(1)",
        "/v1/me",
    ],
)
def test_it_leads_to_no_other_site(guest: Visitor, session: Session, evil: str) -> None:
    page = guest.page(f"/kk/register?next={evil}")
    assert page.one("form", id="register").one("input", name="next")["value"] in ("", "/kk/..//evil")
    typed = TYPED | form_of(guest) | {"next": evil}
    location = guest.post("/kk/register", data=typed).location
    assert location.startswith("/kk/")
    again = guest.get(f"/kk/register?next={evil}").location
    assert again.startswith("/kk/")


def test_nobody_is_led_to_the_door_and_back(visitor: Visitor) -> None:
    answer = visitor.get("/kk/register?next=/kk/account")
    assert (answer.status_code, answer.location) == (303, "/kk/sign-in?next=/kk/register?next%3D/kk/account")


def test_a_guest_who_wants_more_registers_and_need_not_prove_the_number_again(
    guest: Visitor, session: Session
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    answer = guest.get(f"/kk/events/{event.id}/signup")
    assert answer.location == f"/kk/register?next=/kk/events/{event.id}/signup"


def test_another_number_is_one_press_away(guest: Visitor, session: Session) -> None:
    assert guest.send("/kk/register", {}, of="leave").status_code == 303
    assert guest.get("/kk/register").location.startswith("/kk/sign-in")


def test_another_site_registers_nobody(guest: Visitor, session: Session) -> None:
    typed = TYPED | form_of(guest)
    answer = guest.post("/kk/register", data=typed, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert guest.post("/kk/register", data=TYPED | {"csrf_token": "x"}).status_code == 403
    assert person(session) is None
