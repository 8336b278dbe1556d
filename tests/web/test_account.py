"""The account page: sessions, second factor, and what stands before the pages of staff."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from http_base.application import Tazalyq
from service.models import PageSession, Volunteer
from service.models.audit import AuditEntry
from service.people import identities, second_factor, sessions
from service.platform.settings import DEVELOPMENT_SECRET
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_organization, make_volunteer
from tests.web.html import read
from tests.web.visitor import Visitor

STEP = timedelta(seconds=30)


pytestmark = pytest.mark.usefixtures("second_factor_required")


@pytest.fixture
def coordinator(session: Session) -> Volunteer:
    return make_coordinator(session)


@pytest.fixture
def authenticator(session: Session, coordinator: Volunteer, clock: FixedClock) -> Callable[[], str]:
    """Codes of an app that the coordinator has enrolled."""
    actor = identities.find_actor(session, coordinator.subject)
    assert actor is not None
    secret = second_factor.new_secret(session, coordinator.id, NOW, DEVELOPMENT_SECRET)
    made = second_factor.begin(session, actor, secret, NOW, DEVELOPMENT_SECRET, proven=False)
    app = pyotp.TOTP(made.secret)
    second_factor.confirm(session, actor, app.at(NOW), NOW, DEVELOPMENT_SECRET)
    session.commit()
    clock.move(STEP)
    return lambda: app.at(clock.now())


def confirm_with(visitor: Visitor, code: str, path: str = "/kk/account/confirm") -> TestResponse:
    return visitor.send(path, {"totp": code}, of="elevate")


def test_everybody_sees_and_ends_their_sessions(
    visitor: Visitor, session: Session, clock: FixedClock
) -> None:
    person = make_volunteer(session)
    actor = identities.find_actor(session, person.subject)
    assert actor is not None
    sessions.begin(session, actor, "Chrome, Android", "10.0.0.7", NOW)
    sessions.begin(session, actor, "", "10.0.0.8", NOW)
    visitor.sign_in(session, person, elevated=False)
    page = visitor.page("/ru/account/devices")
    assert "Chrome, Android" in page.text
    assert "10.0.0.8" in page.text
    assert page.text.count("этот браузер") == 1
    (first, _second) = [form for form in page.all("form") if form["action"].endswith("/end")]
    hidden = {one["name"]: one["value"] for one in first.all(type="hidden")}
    assert visitor.post(first["action"], data=hidden).location == "/ru/account/devices#sessions"
    assert len(session.scalars(sa.select(PageSession)).all()) == 2
    visitor.send("/ru/account/devices", {}, of="end-others")
    assert len(session.scalars(sa.select(PageSession)).all()) == 1
    assert "Остальные сеансы завершены" in visitor.page("/ru/account/devices").text


def test_nobody_ends_a_session_of_somebody_else(visitor: Visitor, session: Session) -> None:
    other = identities.find_actor(session, make_volunteer(session).subject)
    assert other is not None
    sessions.begin(session, other, "", "", NOW)
    theirs = session.scalars(sa.select(PageSession.id)).one()
    visitor.sign_in(session, make_volunteer(session))
    hidden = {
        one["name"]: one["value"]
        for one in visitor.page("/kk/account").one("form", id="sign-out").all(type="hidden")
    }
    # As of one that has ended by itself: nothing says whether there is such a session.
    assert visitor.post(f"/kk/account/sessions/{theirs}/end", data=hidden).status_code == 303
    assert theirs in session.scalars(sa.select(PageSession.id)).all()


def test_staffs_ended_sessions_are_written_down(
    visitor: Visitor, session: Session, coordinator: Volunteer
) -> None:
    actor = identities.find_actor(session, coordinator.subject)
    assert actor is not None
    sessions.begin(session, actor, "", "", NOW)
    visitor.sign_in(session, coordinator)
    visitor.send("/kk/account/devices", {}, of="end-others")
    entries = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor_id == coordinator.id))
    assert list(entries) == ["session-ended"]


def test_a_coordinator_sets_it_up_with_the_one_time_secret(
    visitor: Visitor, session: Session, coordinator: Volunteer, clock: FixedClock
) -> None:
    secret = second_factor.new_secret(session, coordinator.id, NOW, DEVELOPMENT_SECRET)
    visitor.sign_in(session, coordinator, elevated=False)
    path = "/kk/account/second-factor"
    # Who wants to pass what they do not have is led to it.
    assert visitor.get("/kk/account/confirm?next=/kk/x").location == f"{path}?next=/kk/x"
    wrong = visitor.send(path, {"secret": "AAAA-BBBB"}, of="begin")
    assert wrong.status_code == 422
    assert "Құпия сөз қате немесе ескірген" in wrong.text
    assert visitor.send(f"{path}?next=/kk/x", {"secret": secret}, of="begin").location == f"{path}?next=/kk/x"
    page = visitor.page(f"{path}?next=/kk/x")
    assert page.one("svg", class_="qr")
    app = pyotp.TOTP(page.one("b", class_="pairing-secret").text.replace(" ", ""))
    before = visitor.get_cookie("tazalyq_dev")
    refused = visitor.send(f"{path}?next=/kk/x", {"totp": "000000"}, of="confirm")
    assert refused.status_code == 422
    assert read(refused.text).one("input", id="totp")["aria-invalid"] == "true"
    done = visitor.send(f"{path}?next=/kk/x", {"totp": app.at(clock.now())}, of="confirm")
    assert done.location == "/kk/x"
    assert visitor.get_cookie("tazalyq_dev") != before
    assert "Осы браузерде растаудан өттіңіз" in visitor.page("/kk/account").text


def test_who_has_the_number_alone_does_not_see_an_enrolment_that_somebody_else_has_begun(
    visitor: Visitor, app: Tazalyq, session: Session, coordinator: Volunteer
) -> None:
    """What lets her begin was shown in one browser: the secret that came of it is for that one alone."""
    secret = second_factor.new_secret(session, coordinator.id, NOW, DEVELOPMENT_SECRET)
    visitor.sign_in(session, coordinator, elevated=False)
    path = "/kk/account/second-factor"
    visitor.send(path, {"secret": secret}, of="begin")
    thief = Visitor(app, app.response_class, use_cookies=True)
    thief.sign_in(session, coordinator, elevated=False)
    shown = thief.page(path)
    assert shown.all("b", class_="pairing-secret") == []
    assert shown.one("form", id="begin").one("input", id="secret")
    assert visitor.page(path).one("b", class_="pairing-secret")


def test_the_factor_is_passed_on_the_way(
    visitor: Visitor, session: Session, coordinator: Volunteer, authenticator: Callable[[], str]
) -> None:
    visitor.sign_in(session, coordinator, elevated=False)
    wrong = confirm_with(visitor, "000000", "/kk/account/confirm?next=/kk/account/sign-ins")
    assert wrong.status_code == 422
    code = authenticator()
    done = confirm_with(visitor, code, "/kk/account/confirm?next=/kk/account/sign-ins")
    assert (done.status_code, done.location) == (303, "/kk/account/sign-ins")
    # A code that somebody has looked on while it was typed is worth nothing.
    assert confirm_with(visitor, code).status_code == 422


def test_codes_cannot_be_tried_through_here_either(
    visitor: Visitor, session: Session, coordinator: Volunteer, authenticator: Callable[[], str]
) -> None:
    visitor.sign_in(session, coordinator, elevated=False)
    assert [confirm_with(visitor, "000000").status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_browser_where_a_code_was_right_goes_on_whatever_a_stranger_tries(
    visitor: Visitor,
    app: Tazalyq,
    session: Session,
    coordinator: Volunteer,
    authenticator: Callable[[], str],
    clock: FixedClock,
) -> None:
    """Known by a cookie of its own, which signing out and in again does not end."""
    visitor.sign_in(session, coordinator, elevated=False)
    assert confirm_with(visitor, authenticator()).status_code == 303
    clock.move(STEP)
    stranger = Visitor(app, app.response_class, use_cookies=True)
    stranger.sign_in(session, coordinator, elevated=False)
    assert [confirm_with(stranger, "000000").status_code for _ in range(6)] == [422] * 5 + [429]
    visitor.sign_in(session, coordinator, elevated=False)
    assert confirm_with(visitor, authenticator()).status_code == 303
    cookie = visitor.get_cookie("tazalyq_known")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")


def test_one_in_force_is_not_replaced_by_who_has_not_passed_it(
    visitor: Visitor, session: Session, coordinator: Volunteer, authenticator: Callable[[], str]
) -> None:
    visitor.sign_in(session, coordinator, elevated=False)
    path = "/kk/account/second-factor"
    answer = visitor.send(path, {}, of="begin")
    assert answer.location == "/kk/account/confirm"
    confirm_with(visitor, authenticator())
    assert visitor.send(path, {}, of="begin").location == path
    assert visitor.page(path).one("svg", class_="qr")


def test_the_session_of_a_coordinator_says_when_it_ends(
    visitor: Visitor, session: Session, coordinator: Volunteer, clock: FixedClock
) -> None:
    visitor.sign_in(session, coordinator, elevated=False)
    notice = visitor.page("/kk/account").all("form", class_="notice-wait")[0]
    assert notice["data-session-ends"] == "1800"
    assert "hidden" in notice.attributes
    clock.move(timedelta(minutes=29))
    hidden = {one["name"]: one["value"] for one in notice.all(type="hidden")}
    assert visitor.post(notice["action"], data=hidden).location == "/kk/account"
    clock.move(timedelta(minutes=29))
    assert visitor.get("/kk/account").status_code == 200


def test_nobody_elses_does(visitor: Visitor, session: Session) -> None:
    visitor.sign_in(session, make_volunteer(session))
    assert "data-session-ends" not in visitor.get("/kk/account").text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_pages_are_whole_in_every_language(
    visitor: Visitor, session: Session, coordinator: Volunteer, language: str
) -> None:
    make_organization(session, coordinator)
    visitor.sign_in(session, coordinator, elevated=False)
    for path in ("account", "account/second-factor", "account/sign-ins"):
        visitor.page(f"/{language}/{path}")


@pytest.mark.parametrize(
    "path", ["", "/second-factor", "/confirm", "/sign-ins", "/sign-ins/ABCD2345"], ids=str
)
def test_who_is_not_signed_in_is_led_to_the_door(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/kk/account{path}").location == f"/kk/sign-in?next=/kk/account{path}"


@pytest.mark.parametrize(
    "code", ["../../evil", "..%2f..%2fevil", "//evil.example", "ABCD2345/../..", "a b?c#d", "І"]
)
def test_what_is_no_code_leads_nowhere(visitor: Visitor, session: Session, code: str) -> None:
    visitor.sign_in(session, make_volunteer(session))
    answer = visitor.get("/kk/account/sign-ins", query_string={"code": code})
    assert answer.status_code == 422
    page = read(answer.text)
    assert page.one("input", id="code")["value"] == code
    assert page.one("input", id="code")["aria-invalid"] == "true"


@pytest.mark.parametrize("code", ["abcd2345", " ABCD 2345 ", "ABCD-2345"])
def test_a_code_is_taken_as_people_write_it(visitor: Visitor, session: Session, code: str) -> None:
    visitor.sign_in(session, make_volunteer(session))
    answer = visitor.get("/kk/account/sign-ins", query_string={"code": code})
    assert (answer.status_code, answer.location) == (303, "/kk/account/sign-ins/ABCD2345")
