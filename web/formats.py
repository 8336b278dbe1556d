"""Dates, numbers and spans as people of each language write them (month names from the CLDR)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal, get_decimal_symbol

from http_base.context import locale
from notifications import words
from service.models.base import COUNTRY_ZONE
from service.models.base import localized as named

MINUS = "−"


def day(on: date | datetime, zone: str | None = None) -> str:
    """«бс, 26 қараша», «чт, 26 ноября», "Thu 26 November". `zone`: of a moment; the country's when None."""
    return _day(_local(on, zone))


def short_day(on: date | datetime, zone: str | None = None) -> str:
    """«бс, 26», «чт, 26», "Thu 26": in a chart."""
    local = _local(on, zone)
    language = locale()
    return f"{_weekdays(language)[local.weekday()]}{' ' if language == 'en' else ', '}{local.day}"


def weekday(on: date) -> str:
    """«бс», «чт», "Thu"."""
    return _weekdays(locale())[on.weekday()]


def time(at: datetime, zone: str | None = None) -> str:
    """«10:00»."""
    return _time(_local(at, zone))


def moment(at: datetime, zone: str | None = None) -> str:
    """«бс, 26 қараша, 10:00»."""
    return _moment(_local(at, zone))


def span(starts_at: datetime, ends_at: datetime, zone: str | None = None) -> str:
    """«бс, 26 қараша, 10:00–12:00»; over midnight both days."""
    begins, ends = _local(starts_at, zone), _local(ends_at, zone)
    if begins.date() == ends.date():
        return f"{_moment(begins)}–{_time(ends)}"
    return f"{_moment(begins)} – {_moment(ends)}"


def period(first: date, last: date) -> str:
    """«16–22 қараша 2026», «30 қараша – 6 желтоқсан 2026»; `last` belongs to it."""
    if first == last:
        return f"{_day_of_month(last)} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day_of_month(last)} {last.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{_day_of_month(first)}{year} – {_day_of_month(last)} {last.year}"


def date_of(at: datetime, zone: str | None = None) -> str:
    """«26 қараша 2026»."""
    local = _local(at, zone)
    return f"{_day_of_month(local)} {local.year}"


def month(of: date) -> str:
    """«Қараша 2026», as a heading says it."""
    name = words.language(locale()).months["stand-alone"]["wide"][of.month]
    return f"{name[0].upper()}{name[1:]} {of.year}"


def stamp(at: datetime, zone: str | None = None) -> str:
    """«25.11.2026, 09:12»: when figures were read."""
    return f"{_local(at, zone):%d.%m.%Y, %H:%M}"


LEAST_GROUPED = 1_000
"""Below it a number is written alike in each language, but for the mark before its fractions."""


def number(value: float, digits: int = 1) -> str:
    """«2 386», «77,3»; at most `digits` behind the comma."""
    # A little less than nothing is nothing.
    rounded = round(value, digits) or 0
    if 0 <= rounded < LEAST_GROUPED:
        if rounded == int(rounded):
            return str(int(rounded))
        return f"{rounded:.{digits}f}".rstrip("0").replace(".", _decimal_mark(locale()))
    written: str = words.decimal(digits).apply(rounded, words.language(locale()))
    return written.replace("-", MINUS)


def typed(value: float | Decimal | None) -> str | None:
    """«1250,125»: a number as people of the language type it; whatever it has behind the comma."""
    return None if value is None else str(format_decimal(value, "0.######", locale=locale()))


def change(value: float, digits: int = 1) -> str:
    """«+141», «−4,6», «0»."""
    return f"+{number(value, digits)}" if round(value, digits) > 0 else number(value, digits)


def duration(minutes: int) -> str:
    """«2 сағ 10 мин»."""
    return words.duration(minutes, locale())


def distance(metres: float) -> str:
    """«640 м», «10,9 км»."""
    return words.distance(metres, locale())


def localized(names: Mapping[str, str]) -> str:
    """A name that stands in several languages, in the page's."""
    return named(names, locale())


ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
"""Of Kazakh, which has all letters of Russian at their places."""

_PLACES = str.maketrans(ALPHABET, "".join(chr(ord("а") + place) for place in range(len(ALPHABET))))


def in_order(name: str) -> str:
    """What names are sorted by, as people of each language look for them: «Қарағанды» before «Маңғыстау»."""
    return name.casefold().translate(_PLACES)


def _moment(local: datetime) -> str:
    return f"{_day(local)}, {_time(local)}"


def _day(on: date) -> str:
    language = locale()
    between = " " if language == "en" else ", "
    return f"{_weekdays(language)[on.weekday()]}{between}{on.day} {_months(language)[on.month]}"


def _time(local: datetime) -> str:
    """As `%H:%M`, in a sixth of its time."""
    return f"{local.hour:02}:{local.minute:02}"


def _day_of_month(on: date) -> str:
    return f"{on.day} {_months(locale())[on.month]}"


@cache
def _decimal_mark(language: str) -> str:
    return get_decimal_symbol(words.language(language))


@cache
def _weekdays(language: str) -> Mapping[int, str]:
    """Looked up once: the CLDR's tables are looked through name by name."""
    return dict(words.language(language).days["format"]["abbreviated"])


@cache
def _months(language: str) -> Mapping[int, str]:
    return dict(words.language(language).months["format"]["wide"])


def _local(on: date | datetime, zone: str | None) -> datetime:
    if not isinstance(on, datetime):
        return datetime(on.year, on.month, on.day, tzinfo=COUNTRY_ZONE)
    return on.astimezone(ZoneInfo(zone) if zone else COUNTRY_ZONE)


FORMATS = {
    maker.__name__: maker
    for maker in (day, time, moment, span, period, date_of, month, stamp, number, change, localized)
} | {"duration": duration, "distance": distance}
"""What templates call by these names, as filters."""
