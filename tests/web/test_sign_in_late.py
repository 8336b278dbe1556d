"""A code that nobody can type any more: its page keeps the number, and leads on."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from http_base.address_limit import AddressLimit
from http_base.application import Tazalyq
from service.models import Volunteer
from tests.clock import FixedClock
from tests.makers import make_volunteer
from tests.web.html import read
from tests.web.test_sign_in import SIGN_IN, ask_code, code_of, hidden_of, type_code
from tests.web.visitor import Visitor


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.mark.parametrize("is_typed", [True, False], ids=["typed", "come back to"])
def test_a_code_that_has_expired_keeps_the_number_and_offers_another(
    visitor: Visitor, session: Session, person: Volunteer, clock: FixedClock, *, is_typed: bool
) -> None:
    asked = ask_code(visitor, person.phone, f"{SIGN_IN}?next=/kk/events")
    clock.move(timedelta(minutes=6))
    code = code_of(session, person.phone)
    again = type_code(visitor, asked, code) if is_typed else visitor.get(asked.request.full_path)
    assert again.status_code == (422 if is_typed else 200)
    page = read(again.text)
    assert "Код ескірді" in page.one(class_="errors").text
    assert person.phone or "" in page.one(class_="lead").text
    assert not page.all("form", id="use-code")
    form = page.one("form", id="new-code")
    assert form.one("button")["class"] == "btn btn-wide"
    answer = visitor.post(form["action"], data=hidden_of(form))
    asked = visitor.get(answer.location or "")
    assert type_code(visitor, asked, code_of(session, person.phone)).location == "/kk/events"


def test_half_an_hour_later_the_number_is_forgotten(visitor: Visitor, person: Volunteer) -> None:
    asked = ask_code(visitor, person.phone)
    kept = visitor.get_cookie("tazalyq_number")
    assert kept is not None
    assert kept.max_age == 30 * 60
    assert asked.status_code == 200


def test_too_many_codes_keep_the_number_and_say_when(
    visitor: Visitor, session: Session, person: Volunteer
) -> None:
    asked = ask_code(visitor, person.phone, f"{SIGN_IN}?next=/kk/events")
    form = read(asked.text).one("form", id="new-code")
    answers = [visitor.post(form["action"], data=hidden_of(form)) for _ in range(9)]
    last = answers[-1]
    assert (last.status_code, "Retry-After" in last.headers) == (429, True)
    page = read(last.text)
    assert "минуттан кейін" in page.one(class_="errors").text
    assert page.one("input", id="phone")["value"] == person.phone
    assert page.one("form", id="by-code").one("input", name="next")["value"] == "/kk/events"


def test_an_address_that_asks_too_often_keeps_number_and_code_in_the_form(
    visitor: Visitor, app: Tazalyq, person: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many people may stand behind one: the refusal is no fault of who types."""
    asked = ask_code(visitor, person.phone)
    monkeypatch.setattr(app.extensions["tazalyq"], "address_limit", AddressLimit("memory://", 1))
    assert type_code(visitor, asked, "000000").status_code == 422
    last = type_code(visitor, asked, "123 456")
    assert (last.status_code, int(last.headers["Retry-After"]) > 0) == (429, True)
    page = read(last.text)
    assert "минуттан кейін" in page.one(class_="errors").text
    assert hidden_of(page.one("form", id="use-code"))["phone"] == person.phone
    assert page.one("input", id="code")["value"] == "123 456"
