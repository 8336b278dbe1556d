"""Dates, numbers and spans, as PAGES.md says them in each language."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from http_base.application import Tazalyq
from web import formats

TEN = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
TWELVE = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
STAMP = "25.11.2026, 09:12"
NIGHT = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)

CASES: list[tuple[Callable[..., str], tuple[Any, ...], str, str, str]] = [
    (formats.day, (TEN,), "бс, 26 қараша", "чт, 26 ноября", "Thu 26 November"),
    (formats.day, (date(2026, 5, 9),), "сб, 9 мамыр", "сб, 9 мая", "Sat 9 May"),
    (formats.moment, (TEN,), "бс, 26 қараша, 10:00", "чт, 26 ноября, 10:00", "Thu 26 November, 10:00"),
    (formats.day, (NIGHT,), "жм, 27 қараша", "пт, 27 ноября", "Fri 27 November"),
    (
        formats.span,
        (TEN, TWELVE),
        "бс, 26 қараша, 10:00–12:00",
        "чт, 26 ноября, 10:00–12:00",
        "Thu 26 November, 10:00–12:00",
    ),
    (
        formats.span,
        (TEN, NIGHT),
        "бс, 26 қараша, 10:00 – жм, 27 қараша, 01:00",
        "чт, 26 ноября, 10:00 – пт, 27 ноября, 01:00",
        "Thu 26 November, 10:00 – Fri 27 November, 01:00",
    ),
    (
        formats.period,
        (date(2026, 11, 16), date(2026, 11, 22)),
        "16–22 қараша 2026",
        "16–22 ноября 2026",
        "16–22 November 2026",
    ),
    (
        formats.period,
        (date(2026, 11, 30), date(2026, 12, 6)),
        "30 қараша – 6 желтоқсан 2026",
        "30 ноября – 6 декабря 2026",
        "30 November – 6 December 2026",
    ),
    (
        formats.period,
        (date(2025, 12, 29), date(2026, 1, 4)),
        "29 желтоқсан 2025 – 4 қаңтар 2026",
        "29 декабря 2025 – 4 января 2026",
        "29 December 2025 – 4 January 2026",
    ),
    (
        formats.period,
        (date(2026, 11, 21), date(2026, 11, 21)),
        "21 қараша 2026",
        "21 ноября 2026",
        "21 November 2026",
    ),
    (formats.month, (date(2026, 11, 1),), "Қараша 2026", "Ноябрь 2026", "November 2026"),
    (formats.stamp, (datetime(2026, 11, 25, 4, 12, tzinfo=UTC),), STAMP, STAMP, STAMP),
    (formats.number, (2386,), "2 386", "2 386", "2,386"),
    (formats.number, (77.3,), "77,3", "77,3", "77.3"),
    (formats.number, (77.0,), "77", "77", "77"),
    (formats.number, (999.96,), "1 000", "1 000", "1,000"),
    (formats.number, (0.375, 3), "0,375", "0,375", "0.375"),
    (formats.number, (Decimal("7.250"), 3), "7,25", "7,25", "7.25"),
    (formats.number, (-4.6,), "−4,6", "−4,6", "−4.6"),
    (formats.number, (1.256, 2), "1,26", "1,26", "1.26"),
    (formats.change, (141,), "+141", "+141", "+141"),
    (formats.change, (-4.6,), "−4,6", "−4,6", "−4.6"),
    (formats.change, (0,), "0", "0", "0"),
    (formats.change, (0.04,), "0", "0", "0"),
    (formats.change, (-0.04,), "0", "0", "0"),
    (formats.duration, (130,), "2 сағ 10 мин", "2 ч 10 мин", "2 h 10 min"),
    (formats.distance, (640,), "640 м", "640 м", "640 m"),
    (formats.distance, (10_900,), "10,9 км", "10,9 км", "10.9 km"),
]


@pytest.mark.parametrize(("maker", "given", "kk", "ru", "en"), CASES)
def test_it_is_said_as_people_say_it(
    app: Tazalyq, maker: Callable[..., str], given: tuple[Any, ...], kk: str, ru: str, en: str
) -> None:
    for language, said in (("kk", kk), ("ru", ru), ("en", en)):
        with app.test_request_context(f"/{language}/"):
            # A line never breaks within a number: there stands a space that holds.
            assert maker(*given).replace("\xa0", " ").replace("\u202f", " ") == said, language


def test_a_number_is_not_torn(app: Tazalyq) -> None:
    with app.test_request_context("/kk/"):
        assert " " not in formats.number(2_386_000)


def test_an_event_is_told_in_its_own_zone(app: Tazalyq) -> None:
    with app.test_request_context("/kk/"):
        assert formats.time(TEN, "Europe/Moscow") == "08:00"


def test_names_stand_in_the_order_of_the_alphabet() -> None:
    names = ["Ырғыз", "Қарғалы", "Әйтеке би", "Ақтөбе", "Маңғыстау", "Іле", "Almaty", "Астана"]
    assert sorted(names, key=formats.in_order) == [
        "Almaty",
        "Ақтөбе",
        "Астана",
        "Әйтеке би",
        "Қарғалы",
        "Маңғыстау",
        "Ырғыз",
        "Іле",
    ]
