"""Pages for everybody in a real browser, over the demo: nobody signs in, and no other host is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from service.figures import public
from tests.journeys.browser import PC, PHONE, PLAIN, Look, Open, first, looks
from tests.journeys.demo import fresh_demo, serving

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
    "data": "/data",
    "privacy": "/privacy",
    "consents": "/consents",
}


def publish(session: Session) -> None:
    """The demo's months, as if they had been over long ago: so that a region has a chart and a table."""
    now = datetime.now(UTC)
    public.publish(session, now.date().replace(day=1), now)


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    for database_url in fresh_demo(postgres_url, publish):
        with serving(database_url) as running:
            yield running.url


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
    assert page.get_by_role("link", name="Показать путь").count() == 1
    assert page.context.cookies() == []
    seen.check()
