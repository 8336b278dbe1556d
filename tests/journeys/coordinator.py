"""A coordinator at the desk, as journeys play them: signs in, reads tables, and asks the API the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pyotp

from service.models.base import COUNTRY_ZONE
from tests.journeys.browser import Window, plain
from tests.journeys.hands import Hands
from tests.journeys.processes import Service
from tests.journeys.stages import REGION, Stage


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the things that a coordinator touches."""

    language: str
    one_time: str
    set_up: str
    totp: str
    confirm: str
    open_report: str
    events: str
    correct: str
    came: str
    save: str
    saved: str
    organizations: str
    reviews: str
    verify: str
    reason: str
    ready: str
    accept: str
    decided: str
    record: str
    recorded: str
    no_changes: str
    all_columns: str
    all_decided: str


KK = Words(
    language="kk",
    one_time="Бір реттік құпия сөз",
    set_up="Қосу",
    totp="Қолданбадағы код",
    confirm="Растау",
    open_report="Апта есебін ашу",
    events="Іс-шаралар",
    correct="Түзету",
    came="Келген, адам",
    save="Сақтау",
    saved="Сақталды.",
    organizations="Ұйымдар",
    reviews="Тексеру",
    verify="Растау",
    reason="Себебі",
    ready="Ұйымдастырушы қатысуды растады",
    accept="Есепке алу",
    decided="Шешілді: {}. Адамдарға хабарланды.",
    record="Жіберілгенін бекіту",
    recorded="Есеп жіберілген күйінде бекітілді.",
    no_changes="Жіберілгеннен бері ештеңе өзгерген жоқ.",
    all_columns="Толық: 33 баған",
    all_decided="Бәрі шешілді",
)
RU = Words(
    language="ru",
    one_time="Одноразовый пароль",
    set_up="Подключить",
    totp="Код из приложения",
    confirm="Подтвердить",
    open_report="Открыть отчёт недели",
    events="Мероприятия",
    correct="Исправить",
    came="Пришло, чел.",
    save="Сохранить",
    saved="Сохранено.",
    organizations="Организации",
    reviews="Проверка",
    verify="Подтвердить",
    reason="Причина",
    ready="Организатор подтвердил участие",
    accept="Засчитать",
    decided="Решено: {}. Людям сообщено.",
    record="Зафиксировать отправку",
    recorded="Отчёт зафиксирован, как отправлен.",
    no_changes="После отправки ничего не изменилось.",
    all_columns="Полностью: 33 столбца",
    all_decided="Всё решено",
)


class Desk(Hands):
    """The coordinator, in one window and with the API at hand."""

    def __init__(self, service: Service, window: Window, words: Words, stage: Stage) -> None:
        super().__init__(service, window, words.language, "coordinator/")
        self.words, self.stage = words, stage

    def check(self, name: str) -> None:
        self.seen.check(f"{name}-{self.language}")

    def section(self, name: str) -> None:
        """By its tab, whose name ends in how many wait there."""
        self.page.locator("nav.tabs").get_by_role("link", name=name).click()

    # The doors, and the second factor.

    def come_in_by_code(self) -> None:
        self.come_in(self.stage.phone)

    def come_in_by_phone(self) -> None:
        """The page shows a code; the phone's app confirms it by the API."""
        code = self.page.locator(".pairing-code b").inner_text()
        path, token = f"/v1/me/web-sign-ins/{code}", self.service.sign_in(self.stage.phone)
        assert self.service.call("GET", path, token).json()["browser"].startswith("Chrome")
        assert self.service.call("POST", path, token).status_code == 204
        if not self.seen.look.scripts:
            self.page.locator("#by-phone button").click()

    def pass_second_factor(self) -> None:
        words = self.words
        self.page.get_by_label(words.one_time).fill(self.stage.secret)
        self.press(words.set_up)
        self.check("second-factor")
        self.app = pyotp.TOTP(self.page.locator(".pairing-secret").inner_text().replace(" ", ""))
        self.page.get_by_label(words.totp).fill(self.app.at(self.stage.now()))
        self.press(words.confirm)

    # What the API says to the same person.

    @cached_property
    def signed(self) -> dict[str, str]:
        """Token and elevation. A step of the app's time is taken once: this is the one after the pages'."""
        token = self.service.sign_in(self.stage.phone)
        code = self.app.at(self.stage.now() + timedelta(seconds=30))
        answer = self.service.call("POST", "/v1/me/elevation", token, json={"totp": code})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {token}", "X-Elevation": answer.json()["elevation"]}

    def ask(self, path: str, **params: str) -> Any:
        answer = self.service.call("GET", path, headers=self.signed, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def last_week(self) -> tuple[date, date]:
        """Monday and Sunday of the week before this one, in the country's time."""
        today = self.stage.now().astimezone(COUNTRY_ZONE).date()
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=6)

    def counts(self, **params: str) -> Any:
        """Of last week in the region."""
        first, last = self.last_week()
        return self.ask("/v1/counts", region=REGION, **{"from": str(first), "to": str(last)}, **params)

    # What the page's tables say.

    def week(self) -> dict[str, list[float | None]]:
        """By the words of a figure: last week, the week before, the change."""
        rows = self.page.locator(".table-week tbody tr")
        return {
            plain(row.locator("th").text_content() or ""): [
                number(cell) for cell in row.locator("td").all_text_contents()
            ]
            for row in rows.all()
        }

    def report(self) -> dict[str, list[str]]:
        """By the name of a district, or of the total: what stands in its cells, as it is written."""
        rows = self.page.locator(".table-report tbody tr, .table-report tfoot tr")
        return {
            plain(row.locator("th").text_content() or ""): [
                plain(cell) for cell in row.locator("td").all_text_contents()
            ]
            for row in rows.all()
        }

    def changes(self) -> dict[tuple[str, str], str]:
        """By the name of a row and a column: «412 → 415»; nothing where nothing has changed."""
        rows = self.page.locator("#changes tbody tr")
        return {
            (
                plain(row.locator("th").text_content() or ""),
                plain(row.locator("td").first.text_content() or ""),
            ): plain(row.locator("td").last.text_content() or "")
            for row in rows.all()
        }

    def download(self, link: str, folder: Path) -> Path:
        with self.page.expect_download() as waiting:
            self.follow(link)
        kept = folder / waiting.value.suggested_filename
        waiting.value.save_as(kept)
        return kept


def number(written: str) -> float | None:
    """«≈ 2 386,5» as a number; None where nobody filled it."""
    said = plain(written).replace("≈", "").replace(" ", "").replace("−", "-").replace(",", ".")
    return float(said) if said else None


def in_workbook(path: Path, rows: int) -> Sequence[Sequence[Any]]:
    """The two rows of the first sheet's head, and so many rows below them."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found = list(sheet.iter_rows(values_only=True))
    start = next(place for place, row in enumerate(found) if row[0] == "Аудан (қала)")
    return found[start : start + 2 + rows]


def same(written: Mapping[str, str], counted: Mapping[str, Any]) -> None:
    """The cells of the report by column beside the figures of `/v1/counts`."""
    for column, figure in FIGURES.items():
        value = number(written[column])
        assert (value or 0) == (counted.get(figure) or 0), (column, written, counted)


FIGURES = {
    "events": "events_held",
    "people_verified": "participations",
    "people_declared": "declared",
    "collectives": "collectives",
    "waste_t": "waste_t",
    "trees": "trees",
    "in_review": "in_review",
}
"""Columns of the report, and what they are called in counts."""
