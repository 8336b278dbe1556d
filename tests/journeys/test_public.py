"""Pages for everybody in a real browser, over the demo, and the way from there to a sign-up."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from service.figures import public
from tests.journeys.browser import PC, PC_AT_NIGHT, PHONE, PHONE_AT_NIGHT, PLAIN, Look, Open, first, looks
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service

NUMBERS = itertools.count(1)
"""Of phones that nobody has registered with."""

COMING, OVER, CALLED_OFF, UNKNOWN = (
    f"019a1b2c-0000-7000-8000-00000000{last}" for last in ("1002", "1020", "1012", "9999")
)
PATHS = {
    "home": "/",
    "event": f"/events/{COMING}",
    "event-over": f"/events/{OVER}",
    "event-called-off": f"/events/{CALLED_OFF}",
    "event-missing": f"/events/{UNKNOWN}",
    "region": "/regions/KZ-15",
    "finding": "/events",
    "finding-near": "/events?place=aktobe&region=KZ-15&kind=cleanup",
    "finding-nothing": "/events?q=zzqx",
    "data": "/data",
    "privacy": "/privacy",
    "consents": "/consents",
}


def publish(session: Session) -> None:
    """The demo's months, as if they had been over long ago: so that a region has a chart and a table."""
    now = datetime.now(UTC)
    public.publish(session, now.date().replace(day=1), now)


@pytest.fixture(scope="module")
def service(postgres_url: str) -> Iterator[Service]:
    for database_url in fresh_demo(postgres_url, publish):
        with serving(database_url) as running:
            yield running


@pytest.fixture
def url(service: Service) -> str:
    return service.url


@looks()
def test_every_page_fits_and_is_readable(window: Open, url: str, look: Look, language: str) -> None:
    seen = window(url, look)
    for name, path in PATHS.items():
        seen.open(f"/{language}{path}")
        seen.check(f"public-{name}-{language}")


@first(PHONE, PLAIN, PC)
def test_from_the_first_page_to_a_district_and_an_event(window: Open, url: str, look: Look) -> None:
    seen = window(url, look)
    page = seen.open("/kk/")
    page.get_by_role("link", name="Ақтөбе облысы").click()
    page.get_by_label("Аудан").select_option(label="Ақтөбе қаласы")
    page.get_by_role("button", name="Көрсету").click()
    assert "district=151000000" in page.url
    page.locator("main .rows a").first.click()
    way = page.get_by_role("link", name="Жол көрсету").get_attribute("href")
    assert way is not None
    assert way.startswith("geo:50.")
    page.get_by_role("link", name="Рус").click()
    page.get_by_role("link", name="Показать путь").wait_for()
    assert page.context.cookies() == []
    seen.check()


WORDS = {
    "kk": ("Жазылу", "Код алу", "Кіру", "Тіркелу", "Барамын ✓", "Бас тарту"),
    "ru": ("Записаться", "Получить код", "Вход", "Зарегистрироваться", "Иду ✓", "Отказаться"),
}


@pytest.mark.parametrize(
    ("look", "language"),
    [
        (PLAIN, "kk"),
        (PHONE, "kk"),
        *(
            pytest.param(look, language, marks=pytest.mark.full)
            for look, language in ((PLAIN, "ru"), (PHONE_AT_NIGHT, "ru"), (PC, "ru"), (PC_AT_NIGHT, "kk"))
        ),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_stranger_comes_from_a_link_to_i_am_going(
    window: Open, service: Service, look: Look, language: str
) -> None:
    sign_up, get_code, sign_in, register, going, withdraw = WORDS[language]
    phone = f"+7705{next(NUMBERS):07d}"
    seen = window(service.url, look)
    page = seen.open(f"/{language}/events/{COMING}")
    page.get_by_role("link", name=sign_up, exact=True).click()
    page.locator("#phone").fill(phone)
    page.get_by_role("button", name=get_code).click()
    seen.check(f"signing-up-code-{language}")
    page.locator("#code").fill(service.messages(phone)[0]["code"])
    page.get_by_role("button", name=sign_in).click()
    page.locator("#display_name").fill("Әсем Қуанышқызы")
    page.get_by_role("button", name=register, exact=True).click()
    page.locator(".errors").wait_for()
    assert page.locator(".errors li").count() == 3
    seen.check(f"signing-up-register-{language}")
    page.locator("#birth_date").fill("1999-12-30")
    page.locator("#region").select_option("KZ-15")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name=register, exact=True).click()
    seen.check(f"signing-up-companions-{language}")
    page.locator("#companions").select_option("2")
    page.get_by_role("button", name=sign_up, exact=True).click()
    page.get_by_text(going).wait_for()
    seen.check(f"signing-up-going-{language}")
    page.get_by_role("link", name=withdraw).click()
    seen.check(f"signing-up-withdraw-{language}")
    page.get_by_role("button", name=withdraw).click()
    page.get_by_role("link", name=sign_up, exact=True).wait_for()
    seen.check(f"signing-up-withdrawn-{language}")
