"""The ground of all pages in a real browser: every component, on a phone and a PC, light and dark."""

from collections.abc import Iterator

import pytest

from tests.conftest import fresh_database
from tests.journeys.browser import PC, PC_AT_NIGHT, PHONE, PHONE_AT_NIGHT, PLAIN, Look, Open, looks, plain
from tests.journeys.processes import Service


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    """A service with nothing in it."""
    for database_url in fresh_database(postgres_url):
        running = Service(database_url, WEB_WORKERS="1")
        running.start("serve")
        try:
            running.wait_until_up()
            yield running.url
        finally:
            running.stop()


@looks((PHONE, "kk"), (PHONE_AT_NIGHT, "ru"), (PC, "ru"), (PC_AT_NIGHT, "kk"))
def test_every_component_fits_and_is_readable(window: Open, url: str, look: Look, language: str) -> None:
    seen = window(url, look)
    seen.open(f"/{language}/dev/design")
    seen.check(f"design-{language}")


@looks()
def test_charts_fit_and_are_readable(window: Open, url: str, look: Look, language: str) -> None:
    seen = window(url, look)
    seen.open(f"/{language}/dev/design/charts")
    seen.check(f"charts-{language}")


def test_refusals_fit_and_are_readable(window: Open, url: str) -> None:
    seen = window(url, PHONE)
    for status in (403, 404, 503):
        seen.open(f"/kk/dev/design/errors/{status}")
        seen.check(f"error-{status}-kk")


@pytest.mark.parametrize("look", [PHONE, PLAIN], ids=lambda look: look.name)
def test_a_form_is_mended_and_sent(window: Open, url: str, look: Look) -> None:
    seen = window(url, look)
    page = seen.open("/ru/dev/design")
    page.get_by_label("Название").fill("Уборка «Елек»")
    page.get_by_label("Начало").fill("")
    page.get_by_role("button", name="Посмотреть").click()
    summary = page.locator(".errors")
    assert plain(summary.locator("h2").inner_text()) == "Исправьте 1 поле"
    assert page.title().startswith("Ошибка: ")
    assert page.get_by_label("Название").input_value() == "Уборка «Елек»"
    if look.scripts:
        assert summary.evaluate("box => box === document.activeElement")
    seen.check("design-errors-ru")
    summary.get_by_role("link").click()
    assert page.url.endswith("#starts_at")
    page.get_by_label("Начало").fill("10:00")
    page.get_by_role("button", name="Посмотреть").click()
    assert plain(page.locator(".notice").first.inner_text()) == "Форма отправлена. Ничего не сохранено."
    page.reload()
    assert "Ничего не сохранено" not in page.locator("main").inner_text()


@pytest.mark.parametrize("look", [PHONE, PLAIN], ids=lambda look: look.name)
def test_a_view_is_switched_with_scripts_in_its_place_and_without_by_a_new_page(
    window: Open, url: str, look: Look
) -> None:
    seen = window(url, look)
    page = seen.open("/kk/dev/design")
    if look.scripts:
        page.wait_for_load_state("networkidle")
        page.get_by_label("Атауы").fill("жазылғаны қалады")
    page.get_by_role("link", name="Келмеген").click()
    page.locator("[aria-current]", has_text="Келмеген").wait_for()
    assert page.url.endswith("?state=absent")
    assert page.get_by_label("Атауы").input_value() == ("жазылғаны қалады" if look.scripts else "")
    page.go_back()
    page.locator("[aria-current]", has_text="Барлығы").wait_for()
    seen.check()


def test_a_phone_loads_no_letters_and_a_pc_does(window: Open, url: str) -> None:
    for look, expected in ((PHONE, 0), (PC, 2)):
        seen = window(url, look)
        seen.open("/kk/dev/design")
        seen.page.wait_for_load_state("networkidle")
        letters = [address for address in seen.asked if address.endswith(".woff2")]
        assert len(letters) >= expected if expected else letters == []
