"""A volunteer with a phone, as journeys play one: reads the line of a check-in, presses what is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Locator
from sqlalchemy.orm import Session

from service.models import Volunteer as Person
from service.people import identities, sessions
from tests.journeys.browser import Window, plain
from tests.journeys.hands import Hands
from tests.journeys.processes import Service


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the things that a volunteer touches."""

    language: str
    arrive: str
    leave: str
    code: str
    code_label: str
    again: str
    anyway: str
    allow: str
    send: str
    sign_up: str
    name: str
    birth_date: str
    register: str
    going: str
    look: str
    what_was: str
    accept: str
    decided: str
    record: str
    make: str
    download: str


KK = Words(
    language="kk",
    arrive="Келдім",
    leave="Кеттім",
    code="Орын кодын енгізу",
    code_label="Орын коды",
    again="Қайталау",
    anyway="Бәрібір жіберу",
    allow="Рұқсат беру",
    send="Қазір жіберу",
    sign_up="Жазылу",
    name="Аты-жөніңіз",
    birth_date="Туған күніңіз",
    register="Тіркелу",
    going="Барамын ✓",
    look="Қайта қарауды сұрау",
    what_was="Не болғанын жазыңыз",
    accept="Есепке алу",
    decided="Шешілді: 1.",
    record="Еңбегім",
    make="Сертификат жасау",
    download="PDF жүктеу",
)
RU = Words(
    language="ru",
    arrive="Я на месте",
    leave="Я ухожу",
    code="Ввести код места",
    code_label="Код места",
    again="Ещё раз",
    anyway="Всё равно отправить",
    allow="Разрешить",
    send="Отправить сейчас",
    sign_up="Записаться",
    name="Имя и фамилия",
    birth_date="Дата рождения",
    register="Зарегистрироваться",
    going="Иду ✓",
    look="Попросить пересмотр",
    what_was="Напишите, как было",
    accept="Засчитать",
    decided="Решено: 1.",
    record="Мой вклад",
    make="Создать сертификат",
    download="Скачать PDF",
)


class Volunteer(Hands):
    """The volunteer, in one window."""

    def __init__(self, service: Service, window: Window, words: Words = KK) -> None:
        super().__init__(service, window, words.language)
        self.words = words
        self.line: Locator = self.page.locator("#check-in-line")

    def check(self, name: str) -> None:
        self.seen.check(f"volunteer-{self.language}-{name}")

    def reads(self, *said: str) -> str:
        """What the line says, once it says all of this."""
        found = self.line
        for one in said:
            found = found.filter(has_text=one)
        found.wait_for()
        return plain(found.inner_text())

    def tap_twice(self, button: str) -> None:
        """As a finger does that is quicker than the page: both on one spot."""
        found = self.main.get_by_role("button", name=button, exact=True).first
        found.scroll_into_view_if_needed()
        box = found.bounding_box()
        assert box is not None
        for pause_ms in (150, 0):
            self.page.touchscreen.tap(box["x"] + 40, box["y"] + box["height"] / 2)
            self.page.wait_for_timeout(pause_ms)

    def acts(self) -> list[str]:
        return [plain(text) for text in self.page.locator("#check-in-acts > *").all_inner_texts()]

    def stand_at(self, latitude: float, longitude: float, accuracy: float = 12) -> None:
        at = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        self.page.context.set_geolocation(at)

    def kept(self) -> list[Mapping[str, Any]]:
        """What this browser keeps of its taps."""
        found: list[Mapping[str, Any]] = self.page.evaluate(
            """() => Object.keys(localStorage).filter((key) => key.startsWith('tazalyq-tap:'))
                .map((key) => JSON.parse(localStorage.getItem(key)))"""
        )
        return found


def cookie_of(session: Session, phone: str, at: datetime, url: str) -> Any:
    """As a browser has it whose person has signed in; of a service without https."""
    subject = session.scalars(sa.select(Person.subject).where(Person.phone == phone)).one()
    known = identities.find(session, subject or "")
    assert known is not None
    token = sessions.begin(session, known.actor, "Chrome", "127.0.0.1", at)
    return {"name": "tazalyq_dev", "value": token, "url": url}
