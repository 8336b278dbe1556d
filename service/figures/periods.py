"""Periods of a report: a day of action, a week, a month, a year, by the country's own days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton

from service import errors
from service.models.base import COUNTRY_ZONE

FIRST_YEAR, LAST_YEAR = 2020, 2099
FORMS = "2026-W47, 2026-11, 2026, 2026-11-21"
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """`code` as it is written; both days belong to it."""

    code: str
    first_day: date
    last_day: date

    def words(self, language: str) -> str:
        """As people say it: «16.11.2026–22.11.2026»."""
        if _MONTH.fullmatch(self.code):
            return format_skeleton("yMMMM", self.first_day, locale=language)
        if _YEAR.fullmatch(self.code):
            return self.code
        first = format_date(self.first_day, "dd.MM.yyyy", locale=language)
        if self.first_day == self.last_day:
            return first
        return f"{first}–{format_date(self.last_day, 'dd.MM.yyyy', locale=language)}"


def parse(code: str | None, now: datetime) -> Period:
    """The period of a code; without one the last whole week, Monday to Sunday.

    Raises:
        Invalid: no period, one that does not exist, or one that begins in the future; it lists the forms.
    """
    today = now.astimezone(COUNTRY_ZONE).date()
    if code is None:
        return week_of(today - timedelta(days=7))
    try:
        period = _read(code)
    except ValueError as error:
        raise errors.Invalid("period", "period", forms=FORMS) from error
    if not FIRST_YEAR <= period.first_day.year <= LAST_YEAR:
        raise errors.Invalid("period", "period", forms=FORMS)
    if period.first_day > today:
        raise errors.Invalid("period", "period-future", today=today)
    return period


def week_of(day: date) -> Period:
    """The week that a day lies in, Monday to Sunday."""
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return Period(f"{year:04}-W{week:02}", monday, monday + timedelta(days=6))


def month_of(day: date) -> Period:
    """The month that a day lies in."""
    first = day.replace(day=1)
    return Period(f"{day:%Y-%m}", first, _month_end(first))


def year_of(day: date) -> Period:
    """The year that a day lies in."""
    return Period(f"{day.year}", date(day.year, 1, 1), date(day.year, 12, 31))


def _read(code: str) -> Period:
    """Raises ValueError."""
    if found := _WEEK.fullmatch(code):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(code, monday, monday + timedelta(days=6))
    if found := _MONTH.fullmatch(code):
        return month_of(date(int(found[1]), int(found[2]), 1))
    if _YEAR.fullmatch(code):
        return year_of(date(int(code), 1, 1))
    if _DAY.fullmatch(code):
        day = date.fromisoformat(code)
        return Period(code, day, day)
    raise ValueError(code)


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def before(first_day: date, last_day: date) -> tuple[date, date]:
    """The days before these: as many, or where these are whole months, as many months.

    May is compared with April, a year with the year before, a week with the week before.
    """
    eve = first_day - timedelta(days=1)
    if first_day.day != 1 or last_day != _month_end(last_day.replace(day=1)):
        return eve - (last_day - first_day), eve
    year, month = divmod(2 * _month_number(first_day) - _month_number(last_day) - 1, 12)
    return date(year, month + 1, 1), eve


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
