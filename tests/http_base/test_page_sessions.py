"""Sessions of the pages: begun, found, renewed, ended; whoever stole or planted a cookie gets nowhere."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Coordinator, PageSession, SecondFactor, Volunteer
from service.people import accounts, bans, identities, numbers, sessions
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.http_base.page_world import HERE, Browser
from tests.makers import make_coordinator, make_organization, make_volunteer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def coordinator(session: Session) -> Volunteer:
    return make_coordinator(session)


def rows(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(PageSession)) or 0


def test_who_has_signed_in_is_known_until_they_sign_out(browser: Browser, person: Volunteer) -> None:
    assert browser.who()["id"] is None
    browser.sign_in(person)
    assert browser.who()["id"] == str(person.id)
    assert browser.post("act").json == {"id": str(person.id)}
    assert browser.post("sign-out").status_code == 200
    assert browser.cookie is None
    assert browser.who()["id"] is None


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(
    browser: Browser, another: Browser, person: Volunteer
) -> None:
    browser.sign_in(person)
    another.client.set_cookie("tazalyq_dev", browser.cookie or "")
    assert another.who()["id"] == str(person.id)
    browser.post("sign-out")
    assert another.who()["id"] is None


def test_signing_in_gives_a_new_token_so_that_a_planted_one_is_nobodys(
    browser: Browser, another: Browser, person: Volunteer
) -> None:
    planted = "planted-by-somebody-else"
    browser.client.set_cookie("tazalyq_dev", planted)
    browser.sign_in(person)
    assert browser.cookie != planted
    another.client.set_cookie("tazalyq_dev", planted)
    assert another.who()["id"] is None


def test_signing_in_again_ends_the_session_before(
    browser: Browser, person: Volunteer, session: Session
) -> None:
    browser.sign_in(person)
    browser.sign_in(make_volunteer(session))
    assert rows(session) == 1


def test_the_cookie_is_for_us_alone(browser: Browser, person: Volunteer) -> None:
    said = browser.post(f"sign-in/{person.subject}").headers["Set-Cookie"]
    assert said.startswith("tazalyq_dev=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(said.split("; "))
    assert "Domain" not in said


def test_over_https_no_other_host_can_have_set_it(paged: Any, person: Volunteer) -> None:
    services = paged.extensions["tazalyq"]
    before = services.settings
    services.settings = replace(before, public_url="https://tazalyq.test")
    try:
        client = paged.test_client()
        token = client.get("/kk/tried/who", base_url="https://tazalyq.test").json["csrf"]
        said = client.post(
            f"/kk/tried/sign-in/{person.subject}",
            data={"csrf_token": token},
            headers={"Origin": "https://tazalyq.test"},
            base_url="https://tazalyq.test",
        ).headers["Set-Cookie"]
        refused = client.post(
            "/kk/tried/act",
            data={"csrf_token": token},
            headers={"Origin": "http://tazalyq.test"},
            base_url="https://tazalyq.test",
        )
    finally:
        services.settings = before
    assert said.startswith("__Host-tazalyq=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(said.split("; "))
    assert refused.status_code == 403


def test_only_hashes_are_stored(browser: Browser, person: Volunteer, session: Session) -> None:
    browser.sign_in(person)
    row = session.scalars(sa.select(PageSession)).one()
    assert (browser.cookie or "").encode() not in row.token_hash
    assert row.token_hash == sessions.hash_of(browser.cookie or "")


def test_the_api_never_reads_the_cookie(browser: Browser, person: Volunteer) -> None:
    browser.sign_in(person)
    assert browser.client.get("/v1/me").status_code == 401
    assert browser.client.put("/v1/me/devices/x", json={}).status_code == 401
    # What is open shows nothing more.
    assert "Set-Cookie" not in browser.client.get("/v1/events").headers


def test_a_page_never_reads_a_bearer_token(browser: Browser, person: Volunteer, login: Any) -> None:
    assert browser.who(**login(person))["id"] is None


def test_what_asks_for_nothing_gives_no_cookie(browser: Browser) -> None:
    assert "Set-Cookie" not in browser.client.get("/kk/tried/plain").headers


def test_what_one_browser_was_told_is_kept_for_no_other(browser: Browser, person: Volunteer) -> None:
    browser.sign_in(person)
    answer = browser.client.get("/kk/tried/plain")
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("idle", "is_in"), [(29, True), (31, False)])
def test_a_coordinator_who_does_nothing_for_30_minutes_is_out(
    browser: Browser, coordinator: Volunteer, clock: FixedClock, idle: int, *, is_in: bool
) -> None:
    browser.sign_in(coordinator)
    clock.move(idle * MINUTE)
    assert (browser.who()["id"] is not None) is is_in


def test_each_act_begins_the_30_minutes_anew_but_what_a_page_does_by_itself(
    browser: Browser, coordinator: Volunteer, clock: FixedClock
) -> None:
    browser.sign_in(coordinator)
    for _ in range(3):
        clock.move(20 * MINUTE)
        assert browser.who()["id"]
    clock.move(20 * MINUTE)
    assert browser.who(**{"X-Live": "1"})["id"]
    clock.move(11 * MINUTE)
    assert browser.who()["id"] is None


def test_a_coordinator_is_out_after_12_hours_whatever_they_do(
    browser: Browser, coordinator: Volunteer, clock: FixedClock
) -> None:
    browser.sign_in(coordinator)
    for _ in range(12 * 3 - 1):
        clock.move(20 * MINUTE)
        assert browser.who()["id"]
    clock.move(20 * MINUTE)
    assert browser.who()["id"] is None


def test_everybody_else_stays_for_30_days(browser: Browser, person: Volunteer, clock: FixedClock) -> None:
    browser.sign_in(person)
    clock.move(timedelta(days=29, hours=23))
    assert browser.who()["id"]
    clock.move(timedelta(hours=1))
    assert browser.who()["id"] is None


def test_the_second_factor_gives_a_new_token_and_lapses_with_the_powers(
    browser: Browser, another: Browser, clock: FixedClock, session: Session
) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner)
    browser.sign_in(owner)
    before = browser.cookie
    assert browser.who()["elevated"] is False
    assert browser.post("elevate").status_code == 200
    assert browser.cookie != before
    assert browser.who()["elevated"] is True
    # What was under way with the token before is still known, without the powers.
    another.client.set_cookie("tazalyq_dev", before or "")
    assert another.who() | {"csrf": ""} == {"id": str(owner.id), "elevated": False, "csrf": ""}
    clock.move(timedelta(seconds=31))
    assert another.who()["id"] is None
    clock.move(31 * MINUTE)
    # An owner stays signed in; the factor is passed no more, at the next look either.
    assert browser.who() | {"csrf": ""} == {"id": str(owner.id), "elevated": False, "csrf": ""}
    assert browser.who()["elevated"] is False


def test_another_role_gives_a_new_token_once(browser: Browser, person: Volunteer, session: Session) -> None:
    browser.sign_in(person)
    before = browser.cookie
    session.add(Coordinator(volunteer_id=person.id, region_code="KZ-15", created_at=NOW))
    session.flush()
    assert browser.who()["id"]
    after = browser.cookie
    assert after != before
    assert browser.who()["id"]
    assert browser.cookie == after


def test_another_role_brings_no_lapsed_factor_back(
    browser: Browser, clock: FixedClock, session: Session
) -> None:
    """A page that looks for itself is no act, also where it is the first to learn of a new role."""
    owner = make_volunteer(session)
    make_organization(session, owner)
    browser.sign_in(owner)
    browser.post("elevate")
    clock.move(45 * MINUTE)
    assert browser.who(**{"X-Live": "1"})["elevated"] is False
    make_organization(session, owner)
    assert browser.who(**{"X-Live": "1"})["elevated"] is False
    assert browser.who(**{"X-Live": "1"})["elevated"] is False


@pytest.mark.parametrize("is_vouched", [False, True])
def test_who_becomes_a_coordinator_has_passed_only_a_factor_that_was_vouched_for(
    browser: Browser, session: Session, *, is_vouched: bool
) -> None:
    """An administrator enrols with their number alone: that is enough for no region."""
    owner = make_volunteer(session)
    make_organization(session, owner)
    session.add(SecondFactor(volunteer_id=owner.id, confirmed_at=NOW, is_vouched=is_vouched))
    session.flush()
    browser.sign_in(owner)
    browser.post("elevate")
    assert browser.who()["elevated"] is True
    session.add(Coordinator(volunteer_id=owner.id, region_code="KZ-15", created_at=NOW))
    session.flush()
    assert browser.who()["elevated"] is is_vouched
    assert browser.who()["elevated"] is is_vouched


def test_a_ban_ends_what_was_begun_and_refuses_what_begins(
    browser: Browser, another: Browser, person: Volunteer, session: Session
) -> None:
    national = identities.find_actor(session, make_coordinator(session, "*").subject)
    assert national is not None
    browser.sign_in(person)
    bans.put(session, national, person.id, "fights", None, NOW, "k" * 32)
    assert rows(session) == 0
    assert browser.who()["id"] is None
    another.sign_in(person)
    assert another.client.get("/kk/tried/who").json["code"] == "banned"


def test_a_disabled_account_is_out_at_once(browser: Browser, person: Volunteer, session: Session) -> None:
    browser.sign_in(person)
    person.disabled_at = NOW
    session.flush()
    assert browser.client.get("/kk/tried/who").status_code == 401


def test_what_the_provider_says_of_an_account_ends_its_sessions(
    browser: Browser, person: Volunteer, session: Session
) -> None:
    browser.sign_in(person)
    accounts._keep(session, [person.subject or ""], frozenset(), NOW)
    assert rows(session) == 1
    accounts._keep(session, [person.subject or ""], frozenset([person.subject or ""]), NOW)
    assert rows(session) == 0


def test_a_number_that_moves_ends_the_sessions_of_whose_it_was(
    browser: Browser, person: Volunteer, session: Session
) -> None:
    browser.sign_in(person)
    numbers.leave(session, person, NOW)
    assert rows(session) == 0


def test_a_record_that_nobody_can_sign_in_to_has_no_session(
    browser: Browser, person: Volunteer, session: Session
) -> None:
    browser.sign_in(person)
    person.subject = None
    session.flush()
    assert browser.who()["id"] is None


def test_sessions_are_listed_and_ended(
    browser: Browser, another: Browser, person: Volunteer, session: Session
) -> None:
    browser.sign_in(person)
    another.sign_in(person)
    actor = identities.find_actor(session, person.subject)
    assert actor is not None
    listed = sessions.all_of(session, actor, NOW)
    assert len(listed) == 2
    sessions.end_all(session, person.id, besides=listed[0].id)
    assert [one.id for one in sessions.all_of(session, actor, NOW)] == [listed[0].id]
    with pytest.raises(Exception, match="not-found"):
        sessions.end(session, make_volunteer(session).id, listed[0].id)


def test_one_more_than_20_ends_the_one_used_least_lately(person: Volunteer, session: Session) -> None:
    actor = identities.find_actor(session, person.subject)
    assert actor is not None
    tokens = [sessions.begin(session, actor, "", "", NOW + n * MINUTE) for n in range(21)]
    later = NOW + 30 * MINUTE
    assert sessions.find(session, tokens[0], later) is None
    assert all(sessions.find(session, token, later) for token in tokens[1:])


def test_who_uses_the_pages_has_been_here(
    browser: Browser, person: Volunteer, session: Session, clock: FixedClock
) -> None:
    browser.sign_in(person)
    clock.move(timedelta(days=2))
    browser.who()
    session.refresh(person)
    assert person.last_seen_at == NOW + timedelta(days=2)


class TestForms:
    """Of another site, of another session, of no session."""

    @pytest.fixture(autouse=True)
    def signed_in(self, browser: Browser, person: Volunteer) -> None:
        browser.sign_in(person)

    def act(self, browser: Browser, token: str | None, **headers: str) -> Any:
        data = {} if token is None else {"csrf_token": token}
        answer: Any = browser.client.post("/kk/tried/act", data=data, headers=headers).json
        return answer.get("code")

    def test_without_a_token(self, browser: Browser) -> None:
        assert self.act(browser, None, Origin=HERE) == "form-expired"
        assert self.act(browser, "", Origin=HERE) == "form-expired"
        assert self.act(browser, "ұзын", Origin=HERE) == "form-expired"

    def test_with_another_sessions_token(self, browser: Browser, another: Browser, session: Session) -> None:
        another.sign_in(make_volunteer(session))
        assert self.act(browser, another.who()["csrf"], Origin=HERE) == "form-expired"

    def test_with_the_token_of_before_signing_in(self, another: Browser, person: Volunteer) -> None:
        before = another.who()["csrf"]
        another.sign_in(person)
        assert self.act(another, before, Origin=HERE) == "form-expired"

    def test_with_the_token_of_before_the_second_factor(self, browser: Browser) -> None:
        """Another window's form goes on: it is the same session."""
        before = browser.who()["csrf"]
        browser.post("elevate")
        assert self.act(browser, before, Origin=HERE) is None

    def test_with_the_token_in_the_header(self, browser: Browser) -> None:
        token = browser.who()["csrf"]
        assert self.act(browser, None, Origin=HERE, **{"X-CSRF-Token": token}) is None

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "null"},
            {"Origin": "https://evil.test"},
            {"Origin": "http://localhost.evil.test"},
            {"Origin": "http://localhost:81"},
            {"Origin": "https://localhost"},
            {"Origin": "http://[bad"},
            {"Referer": "https://evil.test/?http://localhost"},
            {"Origin": "https://evil.test", "Referer": "http://localhost/kk"},
        ],
        ids=str,
    )
    def test_from_elsewhere(self, browser: Browser, headers: dict[str, str]) -> None:
        assert self.act(browser, browser.who()["csrf"], **headers) == "form-expired"

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": HERE}, {"Referer": f"{HERE}/kk/x"}, {"Origin": "http://127.0.0.1:8000"}],
        ids=str,
    )
    def test_from_here(self, browser: Browser, headers: dict[str, str]) -> None:
        assert self.act(browser, browser.who()["csrf"], **headers) is None


def test_what_has_ended_is_not_listed_to_a_coordinator_without_the_factor(
    browser: Browser, coordinator: Volunteer, session: Session
) -> None:
    browser.sign_in(coordinator)
    known = identities.find(session, coordinator.subject or "")
    assert known is not None
    for actor in (known.actor, known.actor.without_powers()):
        assert len(sessions.all_of(session, actor, NOW + 29 * MINUTE)) == 1
        assert sessions.all_of(session, actor, NOW + 31 * MINUTE) == []
