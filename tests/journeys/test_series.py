"""A series in a real browser: made, moved, called off and brought back by its organizer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from benchmarks.kit.service import wait_for
from service.models.base import COUNTRY_ZONE
from tests.journeys.browser import Open
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.organizer import AS_PIXEL_7, PIXEL_7, Organizer, sign_up
from tests.journeys.processes import Service

GOES = "+77000000101"


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the way."""

    language: str
    create: str
    title: str
    day: str
    begins: str
    ends: str
    address: str
    point: str
    weeks: str
    preview: str
    publish: str
    move: str
    following: str
    every: str
    because: str
    call_off: str
    restore: str


KK = Words(
    language="kk",
    create="Іс-шара құру",
    title="Атауы",
    day="Күні",
    begins="Басталуы",
    ends="Аяқталуы",
    address="Қайда: мекенжайы",
    point="Кездесетін нүкте",
    weeks="Апта сайын: неше рет?",
    preview="Алдын ала қарау",
    publish="Бәрін жариялау: 4",
    move="Жылжыту",
    following="Осы және кейінгілері",
    every="Барлық алдағы күндер",
    because="Ауа райы қолайсыз",
    call_off="Бас тарту",
    restore="Қалпына келтіру",
)
RU = Words(
    language="ru",
    create="Создать",
    title="Название",
    day="День",
    begins="Начало",
    ends="Конец",
    address="Где: адрес",
    point="Точка встречи",
    weeks="Каждую неделю: сколько раз?",
    preview="Посмотреть",
    publish="Опубликовать все: 4",
    move="Перенести",
    following="Эта и следующие",
    every="Все предстоящие даты",
    because="Плохая погода",
    call_off="Отменить",
    restore="Восстановить",
)


@pytest.fixture
def service(postgres_url: str) -> Iterator[Service]:
    for database_url in fresh_demo(postgres_url):
        with serving(database_url, "worker") as running:
            yield running


@pytest.mark.parametrize(
    "words", [KK, pytest.param(RU, marks=pytest.mark.full)], ids=lambda words: words.language
)
def test_a_series_is_made_moved_called_off_and_brought_back(
    window: Open, service: Service, words: Words
) -> None:
    organizer = Organizer(service, window(service.url, PIXEL_7, **AS_PIXEL_7), words.language)
    organizer.open("")
    organizer.come_in()
    dates = creates_and_publishes(organizer, words)
    sign_up(service, dates[1]["id"], [GOES])
    sign_up(service, dates[2]["id"], [GOES])
    moves_the_later_ones(organizer, words, dates)
    for scope, off in ((words.following, "123"), (words.every, "0123")):
        calls_off(organizer, words, dates[1]["id"], scope)
        assert positions_off(organizer, dates) == off
        restores(organizer, words, dates[1]["id"], scope)
        assert positions_off(organizer, dates) == ""
    hears_of_it_once_each(service, {one["id"] for one in dates})


def creates_and_publishes(organizer: Organizer, words: Words) -> list[dict[str, Any]]:
    """A week from today, four times; the dates, soonest first."""
    day = datetime.now(COUNTRY_ZONE) + timedelta(days=7)
    organizer.follow(words.create)
    organizer.fill(words.title, "Елек жағалауы")
    organizer.fill(words.day, f"{day:%Y-%m-%d}")
    organizer.fill(words.begins, "10:00")
    organizer.fill(words.ends, "12:00")
    organizer.fill(words.address, "Ақтөбе, Елек жағалауы")
    organizer.fill(words.point, "50.28391, 57.16701")
    organizer.fill(words.weeks, "4")
    organizer.press(words.preview)
    organizer.page.wait_for_url("**/preview")
    found = re.search(r"/events/([0-9a-f-]{36})/preview", organizer.page.url)
    assert found is not None
    organizer.press(words.publish)
    organizer.page.wait_for_url(f"**/organizer/events/{found[1]}")
    series_id = organizer.ask(f"/v1/events/{found[1]}")["series_id"]
    dates: list[dict[str, Any]] = organizer.ask(
        "/v1/events", mine="true", series=series_id, **{"from": f"{day:%Y-%m-%d}"}
    )["items"]
    assert [one["status"] for one in dates] == ["published"] * 4
    weeks = [datetime.fromisoformat(one["starts_at"]) for one in dates]
    assert [later - weeks[0] for later in weeks] == [timedelta(weeks=number) for number in range(4)]
    return dates


def moves_the_later_ones(organizer: Organizer, words: Words, dates: list[dict[str, Any]]) -> None:
    """By one hour, from the second on."""
    organizer.open(f"events/{dates[1]['id']}")
    organizer.follow(words.move)
    organizer.check(f"series-move-{words.language}")
    organizer.fill(words.begins, "11:00")
    organizer.fill(words.ends, "13:00")
    organizer.main.get_by_label(words.because).check()
    organizer.main.get_by_label(words.following).check()
    organizer.press(words.move)
    organizer.page.wait_for_url(f"**/organizer/events/{dates[1]['id']}")
    begins = [organizer.ask(f"/v1/events/{one['id']}")["starts_at"][11:16] for one in dates]
    assert begins == ["10:00", "11:00", "11:00", "11:00"]


def calls_off(organizer: Organizer, words: Words, event_id: str, scope: str) -> None:
    organizer.open(f"events/{event_id}")
    organizer.follow(words.call_off)
    organizer.main.get_by_label(words.because).check()
    organizer.main.get_by_label(scope).check()
    organizer.check(f"series-cancel-{words.language}")
    organizer.press(words.call_off)
    organizer.page.wait_for_url(f"**/organizer/events/{event_id}")


def restores(organizer: Organizer, words: Words, event_id: str, scope: str) -> None:
    organizer.follow(words.restore)
    organizer.main.get_by_label(scope).check()
    organizer.check(f"series-restore-{words.language}")
    organizer.press(words.restore)
    organizer.page.wait_for_url(f"**/organizer/events/{event_id}")


def positions_off(organizer: Organizer, dates: list[dict[str, Any]]) -> str:
    """Which dates do not take place."""
    standing = [organizer.ask(f"/v1/events/{one['id']}")["status"] for one in dates]
    return "".join(str(at) for at, status in enumerate(standing) if status == "cancelled")


def hears_of_it_once_each(service: Service, dates: set[str]) -> None:
    """Who goes to two of the dates hears of each act once: moved, and twice off and on again."""
    expected = sorted(["event_changed"] + ["event_cancelled", "event_restored"] * 2)
    told = service.sign_in(GOES)

    def heard() -> list[str]:
        items = service.call("GET", "/v1/me/inbox", told).json()["items"]
        return sorted(one["kind"] for one in items if one["event_id"] in dates and one["kind"] in expected)

    wait_for(lambda: len(heard()) >= len(expected), "told", 20)
    assert heard() == expected
