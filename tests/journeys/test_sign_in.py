"""Signing in to the pages in a real browser: by code and second factor, and by a phone alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Route
from sqlalchemy.orm import Session

from cli.demo_ids import of_person
from service.models import Coordinator
from service.people import second_factor
from service.platform.settings import DEVELOPMENT_SECRET
from tests.journeys.browser import PC, PHONE, PLAIN, Look, Open, first, looks, plain
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.hands import Hands
from tests.journeys.processes import Service

PEOPLE = {"kk": "+77000000101", "ru": "+77000000102", "en": "+77000000103"}
"""Who is made a coordinator, by the language in which they look: a step of time is taken once of each."""

WORDS = {
    "kk": (
        "Телефон нөмірі",
        "Код алу",
        "Код",
        "Кіру",
        "Бір реттік құпия сөз",
        "Қосу",
        "Қолданбадағы код",
        "Растау",
    ),
    "ru": (
        "Номер телефона",
        "Получить код",
        "Код",
        "Вход",
        "Одноразовый пароль",
        "Подключить",
        "Код из приложения",
        "Подтвердить",
    ),
    "en": (
        "Phone number",
        "Get a code",
        "Code",
        "Sign in",
        "One-time password",
        "Set up",
        "Code of the app",
        "Confirm",
    ),
}
secrets: dict[str, str] = {}


def appoint(session: Session) -> None:
    now = datetime.now(UTC)
    for phone in PEOPLE.values():
        session.add(Coordinator(volunteer_id=of_person(phone), region_code="KZ-15", created_at=now))
        session.flush()
        secret = second_factor.new_secret(session, of_person(phone), now, DEVELOPMENT_SECRET)
        assert secret is not None
        secrets[phone] = secret


@pytest.fixture(scope="module")
def service(postgres_url: str) -> Iterator[Service]:
    """The demo, with the second factor as in production."""
    for database_url in fresh_demo(postgres_url, appoint):
        with serving(database_url, SECOND_FACTOR="required") as running:
            yield running


@pytest.mark.parametrize(
    ("look", "language"), [(PC, "kk"), (PLAIN, "en"), pytest.param(PHONE, "ru", marks=pytest.mark.full)]
)
def test_a_coordinator_comes_in_by_code_and_second_factor(
    window: Open, service: Service, look: Look, language: str
) -> None:
    phone, seen = PEOPLE[language], window(service.url, look)
    number, get_code, code, enter, one_time, set_up, totp, confirm = WORDS[language]
    page = seen.open(f"/{language}/coordinator/organizations")
    assert "/sign-in?next=" in page.url
    seen.check(f"sign-in-{language}")
    page.get_by_label(number).fill(phone)
    page.get_by_role("button", name=get_code).click()
    page.get_by_label(code, exact=True).fill("000000")
    page.get_by_role("button", name=enter).click()
    seen.check(f"wrong-code-{language}")
    page.get_by_label(code, exact=True).fill(service.messages(phone)[0]["code"])
    page.get_by_role("button", name=enter).click()
    # The page that they were going to asks for the second factor, which they do not have yet.
    page.get_by_label(one_time).wait_for()
    assert "/account/second-factor?next=" in page.url
    seen.check(f"second-factor-{language}")
    page.get_by_label(one_time).fill(secrets[phone])
    page.get_by_role("button", name=set_up).click()
    seen.check(f"second-factor-begun-{language}")
    app = pyotp.TOTP(page.locator(".pairing-secret").inner_text().replace(" ", ""))
    page.get_by_label(totp).fill(app.now())
    page.get_by_role("button", name=confirm).click()
    page.wait_for_url(f"**/{language}/coordinator/organizations")
    page = seen.open(f"/{language}/account")
    seen.check(f"account-{language}")
    page.locator("#sign-out button").click()
    page = seen.open(f"/{language}/coordinator/organizations")
    assert "/sign-in?next=" in page.url


@first(PC, PLAIN)
def test_a_phone_lets_a_browser_in_while_every_other_host_is_out_of_reach(
    window: Open, service: Service, look: Look
) -> None:
    phone = "+77000000105"
    token, seen = service.sign_in(phone), window(service.url, look)
    page = seen.open("/kk/sign-in")
    code = page.locator(".pairing-code b").inner_text()
    shown = service.call("GET", f"/v1/me/web-sign-ins/{code}", token).json()
    assert shown["browser"].startswith("Chrome")
    assert service.call("POST", f"/v1/me/web-sign-ins/{code}", token).status_code == 204
    if not look.scripts:
        page.locator("#by-phone button").click()
    page.wait_for_url("**/kk/account/going")
    assert "Барамын" in plain(page.locator("h1").inner_text())
    seen.check()


def test_a_signed_in_phone_lets_a_pc_in_by_its_browser(window: Open, service: Service) -> None:
    pc, phone = window(service.url, PC), window(service.url, PHONE)
    waiting = pc.open("/ru/sign-in")
    code = waiting.locator(".pairing-code b").inner_text()
    page = phone.open(f"/ru/account/sign-ins/{code}")
    Hands(service, phone, "ru").come_in("+77000000106")
    page.get_by_role("heading", name="Это вы?").wait_for()
    phone.check("web-sign-in-ru")
    page.get_by_role("button", name="Подтвердить").click()
    waiting.wait_for_url("**/ru/account/going")
    pc.open("/ru/account/devices")
    pc.check("account-volunteer-ru")
    assert waiting.locator("#sessions + ul li").count() == 2


@looks()
def test_the_door_fits_and_is_readable(window: Open, service: Service, look: Look, language: str) -> None:
    seen = window(service.url, look)
    seen.open(f"/{language}/sign-in")
    seen.check(f"door-{language}")


FIREBASE = {
    "FIREBASE_PROJECT_ID": "taza",
    "FIREBASE_WEB_API_KEY": "key",
    "FIREBASE_AUTH_DOMAIN": "taza.firebaseapp.com",
}


def test_where_google_does_not_answer_the_other_door_is_offered(window: Open, postgres_url: str) -> None:
    """Every other host is out of reach here: the page says so soon, and the phone is the way."""
    for database_url in fresh_demo(postgres_url):
        with serving(database_url, **FIREBASE) as running:
            seen = window(running.url, PHONE)
            page = seen.open("/kk/sign-in")
            page.get_by_label("Телефон нөмірі").fill("8 700 000 01 01")
            page.get_by_role("button", name="Код алу").click()
            page.locator("#firebase-away").wait_for(timeout=8_000)
            seen.shot("google-away-kk")
            assert page.locator("#by-phone").is_visible()
            assert [one for one in seen.wrong if one.startswith("script")] == []


GOOGLES: dict[str, dict[str, Any]] = {
    "recaptchaParams": {"recaptchaSiteKey": "key"},
    "accounts:sendVerificationCode": {"sessionInfo": "session"},
}
LATE = ["SESSION_EXPIRED", "TOO_MANY_ATTEMPTS_TRY_LATER"]
"""What Google says to who types a code too late, and to who does so again and again."""

CAPTCHA = """window.grecaptcha = {
    render: (box, given) => { window.given = given; return 0; },
    execute: () => { setTimeout(() => window.given.callback('token')); },
    reset: () => {},
    getResponse: () => '',
};
window[new URL(document.currentScript.src).searchParams.get('onload')]();"""

CLOSED = """if (!document.getElementById('challenge')) {
    document.body.append(Object.assign(document.createElement('i'), { id: 'challenge' }));
    return;
}"""


def as_google(route: Route, refusals: list[str]) -> None:
    url = route.request.url
    anybody = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    if "/recaptcha/" in url:
        route.fulfill(body=CAPTCHA, content_type="text/javascript")
        return
    if "accounts:signInWithPhoneNumber" in url and route.request.method == "POST":
        error = {"code": 400, "message": refusals.pop(0)}
        route.fulfill(status=400, json={"error": error}, headers=anybody)
        return
    said = next((found for call, found in GOOGLES.items() if call in url), {})
    route.fulfill(json=said, headers=anybody)


def test_a_code_of_googles_that_is_over_leads_to_another_for_the_same_number(
    window: Open, postgres_url: str
) -> None:
    refusals = list(LATE)
    for database_url in fresh_demo(postgres_url):
        with serving(database_url, **FIREBASE) as running:
            page = window(running.url, PHONE).page
            page.route(re.compile(r"^https://[^/]*google"), lambda route: as_google(route, refusals))
            page.goto(f"{running.url}/kk/sign-in")
            page.get_by_label("Телефон нөмірі").fill("8 700 000 01 01")
            for notice in ("over", "often"):
                page.get_by_role("button", name="Код алу").click()
                page.locator("#firebase-digits").fill("123456")
                assert not page.locator("#firebase-over").is_visible()
                page.locator("#firebase-code .btn").first.click()
                page.locator(f"#firebase-{notice}").wait_for()
                assert page.get_by_label("Телефон нөмірі").input_value() == "8 700 000 01 01"
            page.get_by_role("button", name="Код алу").click()
            page.locator("#firebase-digits").wait_for()
            assert page.locator("#firebase-digits").input_value() == ""
            # One that does not come is asked for anew, too.
            page.get_by_role("button", name="Жаңа код").click()
            assert page.get_by_label("Телефон нөмірі").is_visible()


def test_a_challenge_of_googles_that_was_closed_is_shown_by_the_next_press(
    window: Open, postgres_url: str
) -> None:
    """Google answers nothing to who presses beside it; and one message is sent, not two."""
    begins = "execute: () => {"
    closed = CAPTCHA.replace(begins, f"{begins} {CLOSED}")
    sent: list[str] = []

    def answer(route: Route) -> None:
        if "/recaptcha/" in route.request.url:
            route.fulfill(body=closed, content_type="text/javascript")
            return
        if "sendVerificationCode" in route.request.url and route.request.method == "POST":
            sent.append(route.request.url)
        as_google(route, [])

    for database_url in fresh_demo(postgres_url):
        with serving(database_url, **FIREBASE) as running:
            page = window(running.url, PHONE).page
            page.route(re.compile(r"^https://[^/]*google"), answer)
            page.goto(f"{running.url}/kk/sign-in")
            page.get_by_label("Телефон нөмірі").fill("8 700 000 01 01")
            page.get_by_role("button", name="Код алу").click()
            page.locator("#challenge").wait_for(state="attached")
            page.get_by_role("button", name="Код алу").click()
            page.locator("#firebase-digits").wait_for(timeout=8_000)
            assert len(sent) == 1
