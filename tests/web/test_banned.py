"""Who is banned is heard once from a browser, too: nobody needs the app to answer."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from service.models import Ban, Volunteer
from service.people import bans, identities
from service.platform.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_volunteer
from tests.web.html import Element, read
from tests.web.test_sign_in import ask_code, code_of, hidden_of, type_code
from tests.web.visitor import Visitor

WORDS = "Мен төбелескен жоқпын, куәларым бар."


def ban(session: Session, person: Volunteer) -> None:
    national = identities.find_actor(session, make_coordinator(session, "*").subject)
    assert national is not None
    bans.put(session, national, person.id, "төбелес", NOW + timedelta(days=30), NOW, "k" * 32)
    session.commit()


def told(visitor: Visitor, session: Session, phone: str | None) -> TestResponse:
    """What the door says to whose number this is."""
    return type_code(visitor, ask_code(visitor, phone), code_of(session, phone))


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
    assert refused.status_code == 403
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
    assert again.status_code == 403
    assert "төбелес" in read(again.text).one("main").text
    assert read(again.text).all("form", id="answer-ban") == []


def test_nobody_answers_for_somebody_else_or_much_later(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    person = make_volunteer(session)
    ban(session, person)
    form = form_of(told(visitor, session, person.phone))
    for forged in ("", "x", person.subject, hidden_of(form)["token"][:-1] + "~"):
        assert sent(visitor, form, token=forged).status_code in (303, 422)
    clock.move(timedelta(hours=2))
    assert sent(visitor, form).location.startswith("/kk/sign-in")
    assert answers(session) == [None]


def test_who_is_not_banned_has_nothing_to_answer_to(session: Session) -> None:
    assert not bans.awaits_answer(session, make_volunteer(session).subject or "", NOW)
    assert not bans.awaits_answer(session, "local:nobody", NOW)
