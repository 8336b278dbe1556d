"""Who is banned is heard once from a browser, too, and has their data: nobody needs the app for it."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from notifications.words import LOCALES
from service.models import Ban, PageSession, Volunteer
from service.people import bans, identities
from service.platform.settings import DEVELOPMENT_SECRET
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_volunteer
from tests.web.html import Element, read
from tests.web.test_sign_in import ask_code, code_of, hidden_of, type_code
from tests.web.visitor import Visitor
from web.banned import COOKIE

PAGE = "/kk/sign-in/banned"
WORDS = "Мен төбелескен жоқпын, куәларым бар."


def ban(session: Session, person: Volunteer) -> None:
    national = identities.find_actor(session, make_coordinator(session, "*").subject)
    assert national is not None
    bans.put(session, national, person.id, "төбелес", NOW + timedelta(days=30), NOW, DEVELOPMENT_SECRET)
    session.commit()


def told(visitor: Visitor, session: Session, phone: str | None) -> TestResponse:
    """What the door says to whose number this is."""
    answer = type_code(visitor, ask_code(visitor, phone), code_of(session, phone))
    return visitor.get(answer.location or "") if answer.status_code == 303 else answer


def form_of(answer: TestResponse) -> Element:
    return read(answer.text).one("form", id="answer-ban")


def sent(visitor: Visitor, form: Element, **typed: Any) -> TestResponse:
    return visitor.post(form["action"], data=hidden_of(form) | {"text": WORDS} | typed)


def answers(session: Session) -> list[str | None]:
    session.expire_all()
    return list(session.scalars(sa.select(Ban.answer)))


def test_the_door_says_why_and_until_when_and_takes_the_one_answer(
    visitor: Visitor, session: Session
) -> None:
    person = make_volunteer(session)
    ban(session, person)
    refused = told(visitor, session, person.phone)
    said = read(refused.text).one("main").text
    assert "төбелес" in said
    assert "15 маусым" in said
    form = form_of(refused)
    assert sent(visitor, form, text=" ").status_code == 422
    done = sent(visitor, form)
    assert "Жауабыңыз жіберілді" in visitor.page(done.location).text
    assert answers(session) == [WORDS]
    assert sent(visitor, form).status_code == 303
    assert sent(visitor, form, id=str(person.id)).status_code == 409
    assert answers(session) == [WORDS]
    again = told(visitor, session, person.phone)
    assert "төбелес" in read(again.text).one("main").text
    assert read(again.text).all("form", id="answer-ban") == []


def test_nobody_answers_for_somebody_else_or_much_later(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    person = make_volunteer(session)
    ban(session, person)
    form = form_of(told(visitor, session, person.phone))
    proven = visitor.get_cookie(COOKIE)
    assert proven is not None
    for forged in ("", "x", person.subject or "", proven.value[:-1] + "~"):
        visitor.set_cookie(COOKIE, forged)
        assert (sent(visitor, form).location or "").startswith("/kk/sign-in")
    visitor.set_cookie(COOKIE, proven.value)
    clock.move(timedelta(hours=2))
    assert sent(visitor, form).location.startswith("/kk/sign-in")
    assert answers(session) == [None]


def test_who_is_banned_gets_a_copy_of_their_data_and_nothing_else(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session, display_name="Көшірме Иесі")
    ban(session, person)
    told(visitor, session, person.phone)
    copy = visitor.send(PAGE, {}, of="copy-form")
    assert copy.headers["Content-Disposition"] == 'attachment; filename="tazalyq-my-data.json"'
    assert json.loads(copy.text)["held"]["volunteer"]["rows"][0]["display_name"] == "Көшірме Иесі"
    for path in ("/kk/account", "/kk/account/data", "/kk/account/going"):
        assert (visitor.get(path).location or "").startswith("/kk/sign-in"), path
    assert session.scalars(sa.select(PageSession.id)).all() == []


def test_who_is_banned_reads_what_stays_before_they_are_erased_and_stays_banned(
    visitor: Visitor, session: Session
) -> None:
    person = make_volunteer(session)
    ban(session, person)
    person_id, phone = person.id, person.phone
    told(visitor, session, phone)
    asked = visitor.page(f"{PAGE}/erase").one("main").text
    assert "Деректерді жою тыйымды тоқтатпайды" in asked
    assert "15 маусым" in asked
    assert visitor.send(f"{PAGE}/erase", {"word": "жойма"}, of="erase").status_code == 422
    answer = visitor.send(f"{PAGE}/erase", {"word": "жою"}, of="erase")
    assert "Деректеріңіз жойылды" in visitor.page(answer.location).text
    session.expire_all()
    assert session.scalars(sa.select(Volunteer.id).where(Volunteer.id == person_id)).all() == []
    assert (visitor.get(PAGE).location or "").startswith("/kk/sign-in")
    again = told(visitor, session, phone)
    assert again.status_code == 403
    page = read(again.text)
    assert "төбелес" in page.one("main").text
    assert "белгісі ғана сақталады" in page.one("main").text
    assert page.all("form", id="copy-form") == []


@pytest.mark.parametrize("language", LOCALES)
def test_these_pages_are_whole_in_every_language_and_lead_to_each_other(
    visitor: Visitor, session: Session, language: str
) -> None:
    person = make_volunteer(session)
    ban(session, person)
    told(visitor, session, person.phone)
    page = visitor.page(PAGE.replace("/kk/", f"/{language}/"))
    (further,) = (one["href"] for one in page.all("a", class_="btn-second"))
    assert visitor.page(further).one("html")["lang"] == language


@pytest.mark.parametrize("ended", [{"lifted_at": NOW}, {"expires_at": NOW + timedelta(minutes=10)}])
def test_whose_ban_has_ended_goes_on_to_the_door(
    visitor: Visitor, session: Session, clock: FixedClock, ended: dict[str, Any]
) -> None:
    person = make_volunteer(session)
    ban(session, person)
    told(visitor, session, person.phone)
    session.execute(sa.update(Ban).values(ended))
    session.commit()
    clock.move(timedelta(minutes=10))
    assert (visitor.get(PAGE).location or "").startswith("/kk/sign-in")


def test_who_signs_out_at_the_door_is_forgotten_there(visitor: Visitor, session: Session) -> None:
    person = make_volunteer(session)
    ban(session, person)
    told(visitor, session, person.phone)
    visitor.send(PAGE, {}, of="sign-out")
    assert (visitor.get(PAGE).location or "").startswith("/kk/sign-in")


def test_who_is_not_banned_has_nothing_to_answer_to(session: Session) -> None:
    assert not bans.awaits_answer(session, make_volunteer(session).subject or "", NOW)
    assert not bans.awaits_answer(session, "local:nobody", NOW)
