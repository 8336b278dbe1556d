"""What anybody does in a window, as journeys play it: opens, presses and fills what is written there."""

from dataclasses import dataclass

from playwright.sync_api import Locator

from tests.journeys.browser import Window, plain
from tests.journeys.processes import Service


@dataclass(frozen=True, slots=True)
class Door:
    """What is written on the way in by telephone number."""

    number: str
    get_code: str
    code: str
    enter: str


DOORS = {
    "kk": Door(number="Телефон нөмірі", get_code="Код алу", code="Код", enter="Кіру"),
    "ru": Door(number="Номер телефона", get_code="Получить код", code="Код", enter="Вход"),
}


class Hands:
    """Somebody's, in one window; `section`: where the addresses begin that are theirs, after the language."""

    def __init__(self, service: Service, window: Window, language: str = "kk", section: str = "") -> None:
        self.service, self.seen, self.page = service, window, window.page
        self.language, self._root = language, f"/{language}/{section}"
        self.main: Locator = self.page.locator("main")

    def open(self, path: str) -> None:
        self.seen.open(self._root + path)

    def press(self, button: str) -> None:
        self.main.get_by_role("button", name=button, exact=True).first.click()

    def follow(self, link: str) -> None:
        self.main.get_by_role("link", name=link).first.click()

    def fill(self, label: str, text: str) -> None:
        self.main.get_by_label(label, exact=True).fill(text)

    def told(self) -> str:
        """The notice that answers what was just done."""
        notice = self.main.locator(".notice").first
        notice.wait_for()
        return plain(notice.inner_text())

    def come_in(self, phone: str) -> None:
        """By the code that comes to the phone."""
        door = DOORS[self.language]
        self.page.get_by_label(door.number).fill(phone)
        self.press(door.get_code)
        self.fill(door.code, self.service.messages(phone)[0]["code"])
        self.press(door.enter)
