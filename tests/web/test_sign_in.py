"""Signing in to the pages: both doors, where they lead, and who gets no further."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from http_base.application import Tazalyq
from notifications.push import local
from service.models import PageSession, Volunteer, WebSignIn
from service.people import bans, identities
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_volunteer
from tests.web.html import Element, read
from tests.web.visitor import Visitor
from web.doors import back_to

Login = Callable[[Volunteer], dict[str, str]]
SIGN_IN = "/kk/sign-in"


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def another(app: Tazalyq) -> Visitor:
    """Another browser."""
    return Visitor(app, app.response_class, use_cookies=True)


def code_of(session: Session, phone: str | None) -> str:
    found = local.recent(session, phone, 1)[0].code
    assert found is not None
    return found


def hidden_of(form: Element) -> dict[str, str]:
    return {one["name"]: one["value"] for one in form.all(type="hidden")}


def ask_code(visitor: Visitor, phone: str | None, path: str = SIGN_IN) -> TestResponse:
    answer = visitor.send(path, {"phone": phone or ""}, of="by-code")
    return visitor.get(answer.location or "") if answer.status_code == 303 else answer


def type_code(visitor: Visitor, asked: TestResponse, code: str) -> TestResponse:
    form = read(asked.text).one("form", id="use-code")
    return visitor.post(form["action"], data=hidden_of(form) | {"code": code})


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/kk/account").status_code == 200


class TestByCode:
    def test_the_code_of_the_phone_leads_in(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        asked = ask_code(visitor, person.phone)
        assert (asked.status_code, read(asked.text).one("h1").text) == (200, "Кодты енгізіңіз")
        answer = type_code(visitor, asked, code_of(session, person.phone))
        assert (answer.status_code, answer.location) == (303, "/kk/account/going")
        page = visitor.page("/kk/account")
        assert person.display_name in page.text
        assert page.one("form", id="sign-out")

    def test_a_coordinator_comes_to_their_desk(self, visitor: Visitor, session: Session) -> None:
        coordinator = make_coordinator(session, phone="+77012223355")
        asked = ask_code(visitor, coordinator.phone)
        answer = type_code(visitor, asked, code_of(session, coordinator.phone))
        assert answer.location == "/kk/coordinator/"
        links = [link["href"] for link in visitor.page("/kk/account").all("a", class_="row")]
        assert links[0] == "/kk/coordinator/"

    def test_a_number_as_people_write_it(self, visitor: Visitor, session: Session) -> None:
        make_volunteer(session, phone="+77012223344")
        asked = ask_code(visitor, " 8 701 222-33-44 ")
        answer = type_code(visitor, asked, f" {code_of(session, '+77012223344')} ")
        assert answer.status_code == 303

    def test_a_wrong_code_says_how_many_tries_are_left(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        asked = ask_code(visitor, person.phone)
        for left in (4, 3, 2, 1):
            asked = type_code(visitor, asked, "000000")
            assert asked.status_code == 422
            assert f"Қалған әрекет саны: {left}" in asked.text
        assert "Жаңа код алыңыз" in type_code(visitor, asked, "000000").text
        # Neither does the right one lead in any more.
        assert type_code(visitor, asked, code_of(session, person.phone)).status_code == 422
        assert not is_in(visitor)

    def test_the_page_of_the_code_can_be_come_back_to_in_another_language_too(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        """By the browser's button, or anew: nobody comes back to a page that answers a form."""
        answer = visitor.send(
            f"{SIGN_IN}?next=/kk/events?near=1,2", {"phone": person.phone or ""}, of="by-code"
        )
        assert answer.status_code == 303
        address = answer.location or ""
        assert address.startswith("/kk/sign-in/code?next=/kk/events")
        wrong = type_code(visitor, visitor.get(address), "000000")
        assert wrong.status_code == 422
        (in_russian,) = read(wrong.text).all("a", hreflang="ru")
        asked = visitor.get(in_russian["href"])
        assert (person.phone or "") in asked.text
        typed = type_code(visitor, asked, code_of(session, person.phone))
        assert typed.location == "/ru/events?near=1,2"
        # Who is in goes on; and the number is forgotten.
        assert visitor.get(address).location == "/kk/events?near=1,2"
        visitor.delete_cookie("tazalyq_dev")
        assert (visitor.get(address).location or "").startswith(f"{SIGN_IN}?next=/kk/events")

    @pytest.mark.parametrize("phone", ["", "12", "алло", "+1 202 555", "9" * 29])
    def test_what_is_no_number_stays_in_the_form(self, visitor: Visitor, phone: str) -> None:
        answer = ask_code(visitor, phone)
        assert answer.status_code == 422
        page = read(answer.text)
        assert page.one("input", id="phone")["value"] == phone
        assert page.one("title").text.startswith("Қате: ")

    def test_nobody_learns_who_is_registered(self, visitor: Visitor, person: Volunteer) -> None:
        known, unknown = (ask_code(visitor, phone) for phone in (person.phone, "+77779998877"))
        assert known.status_code == unknown.status_code == 200
        assert read(known.text).one("h1").text == read(unknown.text).one("h1").text

    def test_who_is_not_registered_is_led_to_where_they_do(self, visitor: Visitor, session: Session) -> None:
        asked = ask_code(visitor, "+77779998877")
        answer = type_code(visitor, asked, code_of(session, "+77779998877"))
        assert (answer.status_code, answer.location) == (303, "/kk/register")
        assert not is_in(visitor)

    def test_a_record_left_alone_for_half_a_year_is_not_signed_in_to(
        self, visitor: Visitor, session: Session, clock: FixedClock, person: Volunteer
    ) -> None:
        clock.move(timedelta(days=181))
        asked = ask_code(visitor, person.phone)
        assert type_code(visitor, asked, code_of(session, person.phone)).location == "/kk/register"
        assert session.scalars(sa.select(PageSession)).all() == []

    def test_who_is_banned_is_told_so(self, visitor: Visitor, session: Session, person: Volunteer) -> None:
        national = identities.find_actor(session, make_coordinator(session, "*").subject)
        assert national is not None
        bans.put(session, national, person.id, "fights", None, NOW, "k" * 32)
        asked = ask_code(visitor, person.phone)
        answer = type_code(visitor, asked, code_of(session, person.phone))
        assert "fights" in visitor.page(answer.location).text
        assert session.scalars(sa.select(PageSession)).all() == []

    def test_a_disabled_account_does_not_come_in(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        person.disabled_at = NOW
        session.flush()
        asked = ask_code(visitor, person.phone)
        assert type_code(visitor, asked, code_of(session, person.phone)).status_code == 401
        assert session.scalars(sa.select(PageSession)).all() == []

    def test_a_number_that_moved_comes_in_as_its_new_owner(
        self, visitor: Visitor, session: Session, client: FlaskClient, person: Volunteer
    ) -> None:
        client.put("/dev/phones", json={"phone": person.phone, "to": "+77010009988"})
        asked = ask_code(visitor, "+77010009988")
        assert type_code(visitor, asked, code_of(session, "+77010009988")).status_code == 303
        session.refresh(person)
        assert person.phone == "+77010009988"

    def test_the_form_of_another_site_sends_no_code(self, visitor: Visitor, person: Volunteer) -> None:
        answer = visitor.post(SIGN_IN, data={"phone": person.phone})
        assert answer.status_code == 403
        form = read(visitor.get(SIGN_IN).text).one("form", id="by-code")
        data = hidden_of(form) | {"phone": person.phone}
        foreign = FlaskClient.post(visitor, SIGN_IN, data=data, headers={"Origin": "https://evil.test"})
        assert foreign.status_code == 403

    def test_signing_in_and_out_changes_the_cookie(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        asked = ask_code(visitor, person.phone)
        before = visitor.get_cookie("tazalyq_dev")
        type_code(visitor, asked, code_of(session, person.phone))
        after = visitor.get_cookie("tazalyq_dev")
        assert before is not None
        assert after is not None
        assert before.value != after.value
        left = visitor.send("/kk/account", {}, of="sign-out")
        assert visitor.get_cookie("tazalyq_dev") is None
        assert "Сіз шықтыңыз" in visitor.page(left.location).text
        visitor.set_cookie("tazalyq_dev", after.value)
        assert not is_in(visitor)


class TestByPhone:
    def shown(self, visitor: Visitor) -> tuple[str, Element]:
        page = visitor.page(SIGN_IN)
        form = page.one("form", id="by-phone")
        return hidden_of(form)["shown"], form

    def go_on(self, visitor: Visitor, form: Element, **headers: str) -> TestResponse:
        return visitor.post(form["action"], data=hidden_of(form), headers=headers)

    def test_a_phone_lets_the_browser_in(
        self, visitor: Visitor, client: FlaskClient, login: Login, person: Volunteer
    ) -> None:
        code, form = self.shown(visitor)
        early = self.go_on(visitor, form)
        assert (early.status_code, early.location) == (303, "/kk/sign-in")
        assert "Әзірге расталмаған" in visitor.get(SIGN_IN).text
        assert client.post(f"/v1/me/web-sign-ins/{code}", headers=login(person)).status_code == 204
        answer = self.go_on(visitor, form)
        assert (answer.status_code, answer.location) == (303, "/kk/account/going")
        assert person.display_name in visitor.page("/kk/account").text

    def test_the_page_asks_by_itself(
        self,
        visitor: Visitor,
        client: FlaskClient,
        login: Login,
        person: Volunteer,
        clock: FixedClock,
    ) -> None:
        htmx = {"HX-Request": "true"}
        code, form = self.shown(visitor)
        assert self.go_on(visitor, form, **htmx).status_code == 204
        clock.move(timedelta(seconds=90))
        renewed = self.go_on(visitor, form, **htmx)
        assert renewed.status_code == 200
        anew = read(renewed.text).one("form", id="by-phone")
        assert hidden_of(anew)["shown"] != code
        client.post(f"/v1/me/web-sign-ins/{hidden_of(anew)['shown']}", headers=login(person))
        answer = self.go_on(visitor, anew, **htmx)
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/kk/account/going")
        assert is_in(visitor)

    def test_another_browser_cannot_collect_it(
        self,
        visitor: Visitor,
        another: Visitor,
        client: FlaskClient,
        login: Login,
        person: Volunteer,
    ) -> None:
        code, _ = self.shown(visitor)
        _, theirs = self.shown(another)
        client.post(f"/v1/me/web-sign-ins/{code}", headers=login(person))
        data = hidden_of(theirs) | {"shown": code}
        assert another.post(theirs["action"], data=data).location == "/kk/sign-in"
        assert not is_in(another)

    def test_a_signed_in_browser_lets_another_one_in(
        self, visitor: Visitor, another: Visitor, session: Session, person: Volunteer
    ) -> None:
        code, form = self.shown(visitor)
        another.sign_in(session, person, elevated=False)
        assert "Бұл сіз бе?" in another.page(f"/kk/account/sign-ins/{code}").text
        found = another.get(f"/kk/account/sign-ins?code={code.lower()}")
        assert found.location == f"/kk/account/sign-ins/{code}"
        assert another.send(f"/kk/account/sign-ins/{code}", {}, of="confirm").status_code == 303
        assert self.go_on(visitor, form).location == "/kk/account/going"
        # Who came in so has not passed the second factor.
        assert is_in(visitor)
        assert [one.elevated_at for one in session.scalars(sa.select(PageSession))] == [None, None]

    def test_who_is_not_signed_in_signs_in_first_and_comes_back(self, visitor: Visitor) -> None:
        code, _ = self.shown(visitor)
        answer = visitor.get(f"/kk/account/sign-ins/{code}")
        assert answer.location == f"/kk/sign-in?next=/kk/account/sign-ins/{code}"

    def test_the_qr_leads_to_the_page_of_the_code(self, visitor: Visitor, app: Tazalyq) -> None:
        page = visitor.page(SIGN_IN)
        assert page.one("svg", class_="qr")["viewbox"]

    def test_a_code_that_is_over_lets_nobody_in(
        self,
        visitor: Visitor,
        another: Visitor,
        session: Session,
        person: Volunteer,
        clock: FixedClock,
    ) -> None:
        code, form = self.shown(visitor)
        another.sign_in(session, person)
        clock.move(timedelta(minutes=2))
        assert another.get(f"/kk/account/sign-ins/{code}").status_code == 404
        assert self.go_on(visitor, form).location == "/kk/sign-in"

    def test_a_browser_that_asks_on_has_one_code(self, visitor: Visitor, session: Session) -> None:
        code, form = self.shown(visitor)
        for _ in range(2):
            assert self.go_on(visitor, form, **{"HX-Request": "true"}).status_code == 204
        assert session.scalars(sa.select(WebSignIn.code)).all() == [code]


class TestWhereItLeads:
    @pytest.mark.parametrize(
        "typed",
        [
            "https://evil.test/kk/",
            "//evil.test/kk/",
            "/\\evil.test/kk/",
            "/kk/\\evil",
            "///evil.test",
            "javascript:alert(1)",
            "/v1/me",
            "/kk",
            "/de/x",
            "/kk/x\r\nSet-Cookie: a=b",
            "/kk/#x",
            "http:/kk/",
            "/kk/\u2028",
            "https://[x",
            "",
            None,
        ],
    )
    def test_nowhere_but_to_a_page_of_ours(self, typed: str | None) -> None:
        assert back_to(typed) is None

    @pytest.mark.parametrize("typed", ["/kk/", "/ru/coordinator/report?from=2026-05-01&q=%D2%9B", "/en/x//y"])
    def test_back_to_where_one_was_going(self, typed: str) -> None:
        assert back_to(typed) == typed

    def test_a_foreign_address_is_forgotten_on_the_way(
        self, visitor: Visitor, session: Session, person: Volunteer
    ) -> None:
        asked = ask_code(visitor, person.phone, f"{SIGN_IN}?next=https://evil.test/kk/")
        form = read(asked.text).one("form", id="use-code")
        data: dict[str, Any] = hidden_of(form) | {
            "code": code_of(session, person.phone),
            "next": "//evil.test/kk/",
        }
        assert visitor.post(form["action"], data=data).location == "/kk/account/going"

    @pytest.mark.parametrize("typed", ["/kk", "/ru?from=chat", "/kk/", "//"])
    def test_who_has_no_record_comes_in_whatever_they_wanted(
        self, visitor: Visitor, session: Session, typed: str
    ) -> None:
        asked = ask_code(visitor, "+77015550123", f"{SIGN_IN}?next={quote(typed)}")
        answer = type_code(visitor, asked, code_of(session, "+77015550123"))
        assert answer.status_code == 303
        assert answer.location.startswith("/kk/register")

    def test_back_after_the_code(self, visitor: Visitor, session: Session, person: Volunteer) -> None:
        going = "/kk/account/sign-ins"
        assert visitor.get(going).location == f"/kk/sign-in?next={going}"
        asked = ask_code(visitor, person.phone, f"{SIGN_IN}?next={going}")
        assert type_code(visitor, asked, code_of(session, person.phone)).location == going

    def test_who_is_in_already_goes_on(self, visitor: Visitor, session: Session, person: Volunteer) -> None:
        visitor.sign_in(session, person)
        assert visitor.get(f"{SIGN_IN}?next=/kk/account/sign-ins").location == "/kk/account/sign-ins"

    def test_a_part_of_a_page_sends_the_whole_browser_to_the_door(self, visitor: Visitor) -> None:
        answer = visitor.get("/kk/account", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/kk/sign-in")
