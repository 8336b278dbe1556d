"""A form from before its person signed in anew, or out: what was typed is not lost."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications.words import LOCALES
from service.models import Organization, Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer
from tests.web.coordinator.test_meanwhile import hidden_of
from tests.web.html import read
from tests.web.visitor import Visitor

TYPED = "Жарғыңыздың көшірмесін жіберіңіз"


@pytest.fixture
def waits(session: Session) -> Organization:
    return make_organization(session, status="pending")


def ask(waits: Organization, language: str = "kk") -> str:
    return f"/{language}/coordinator/organizations/{waits.id}/ask"


@pytest.mark.parametrize("language", LOCALES)
def test_who_signed_in_anew_finds_the_form_with_what_was_typed(
    desk: Visitor, session: Session, coordinator: Volunteer, waits: Organization, language: str
) -> None:
    path = ask(waits, language)
    typed = hidden_of(desk.page(path)) | {"question": TYPED}
    desk.sign_in(session, coordinator)
    answer = desk.post(path, data=typed)
    assert answer.status_code == 403
    page = read(answer.text)
    assert page.one("textarea").text.strip() == TYPED
    assert page.one(class_="errors").one("h2").text
    session.refresh(waits)
    assert waits.status == "pending"
    again = desk.post(path, data=typed | hidden_of(page))
    assert again.status_code == 303
    session.refresh(waits)
    assert (waits.status, waits.question) == ("asked", TYPED)


def test_the_form_keeps_its_id(desk: Visitor, session: Session, coordinator: Volunteer) -> None:
    path = "/kk/coordinator/events/plan"
    make_organization(session)
    typed = hidden_of(desk.page(path)) | {"title.kk": "Сенбілік күні"}
    desk.sign_in(session, coordinator)
    page = read(desk.post(path, data=typed).text)
    assert page.one("input", name="title.kk")["value"] == "Сенбілік күні"
    assert hidden_of(page)["id"] == typed["id"]


def test_who_is_signed_out_reads_what_they_wrote_and_where_to_sign_in(
    desk: Visitor, session: Session, waits: Organization
) -> None:
    path = ask(waits)
    typed = hidden_of(desk.page(path)) | {"question": TYPED}
    desk.delete_cookie("tazalyq_dev")
    answer = desk.post(path, data=typed)
    assert answer.status_code == 403
    main = read(answer.text).one("main")
    assert TYPED in main.text
    assert typed["version"] not in [one.text for one in main.all("p")]
    assert [one["href"] for one in main.all("a") if one.text == "Кіру"] == [f"/kk/sign-in?next={path}"]
    session.refresh(waits)
    assert waits.status == "pending"


def test_who_signs_in_again_beside_it_finds_all_that_was_typed(
    desk: Visitor, session: Session, coordinator: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW - timedelta(hours=9), ends_at=NOW - timedelta(hours=7))
    session.commit()
    path = f"/kk/coordinator/events/{event.id}/result"
    typed = hidden_of(desk.page(path)) | {"waste.amount": "12,5", "waste.unit": "t", "trees": "40"}
    desk.delete_cookie("tazalyq_dev")
    answer = desk.post(path, data=typed | {"secret": "one two"})
    assert answer.status_code == 403
    again = read(answer.text).one("form", id="again")
    assert again["action"] == path
    kept = {one["name"]: one["value"] for one in again.all(type="hidden")}
    assert kept | typed == kept | {"csrf_token": typed["csrf_token"]}
    assert "secret" not in kept
    # Pressed too early it is as it was: nothing is lost, nothing done.
    assert 'id="again"' in desk.post(path, data=kept).text
    desk.sign_in(session, coordinator)
    page = read(desk.post(path, data=kept).text)
    assert [page.one("input", name=name)["value"] for name in ("waste.amount", "trees")] == ["12,5", "40"]
    assert desk.post(path, data=kept | hidden_of(page)).status_code == 303


def test_what_was_typed_to_sign_in_is_sent_by_no_form(visitor: Visitor) -> None:
    visitor.page("/kk/sign-in")
    answer = visitor.post("/kk/sign-in", data={"csrf_token": "x", "phone": "+77010000001"})
    assert (answer.status_code, 'id="again"' in answer.text) == (403, False)


def test_who_may_not_look_at_the_page_sees_nothing_of_it(
    desk: Visitor, session: Session, waits: Organization
) -> None:
    typed = hidden_of(desk.page(ask(waits))) | {"question": TYPED}
    desk.sign_in(session, make_volunteer(session))
    answer = desk.post(ask(waits), data=typed)
    assert answer.status_code == 403
    assert 'name="question"' not in answer.text
    assert TYPED in answer.text


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_what_another_site_has_sent_is_not_shown(desk: Visitor, waits: Organization, origin: str) -> None:
    typed = hidden_of(desk.page(ask(waits))) | {"question": TYPED}
    for token in (typed["csrf_token"], "x"):
        answer = desk.post(ask(waits), data=typed | {"csrf_token": token}, headers={"Origin": origin})
        assert answer.status_code == 403
        assert TYPED not in answer.text


def test_what_a_rule_refuses_is_kept_in_words_too(desk: Visitor, session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    path = f"/kk/coordinator/events/{event.id}/cancel"
    typed = hidden_of(desk.page(path)) | {"reason": TYPED}
    event.starts_at, event.ends_at = NOW - timedelta(hours=9), NOW - timedelta(hours=7)
    session.commit()
    answer = desk.post(path, data=typed)
    assert answer.status_code == 409
    assert TYPED in read(answer.text).one("main").text


def test_no_secret_is_said_again(desk: Visitor, waits: Organization) -> None:
    typed = hidden_of(desk.page(ask(waits))) | {"secret": "one two three", "totp": "123 456", "q": "x"}
    desk.delete_cookie("tazalyq_dev")
    answer = desk.post(ask(waits), data=typed | {"code": "12 34 56", "phone": "+7 700 000"})
    for said in ("one two three", "123 456", "12 34 56", "+7 700 000"):
        assert said not in answer.text
