"""Days that a question is about."""

from datetime import date, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from http_base.context import now
from http_base.fields import DAYS_FROM_TO, FIRST_YEAR, LAST_YEAR, Strict, told
from service.models.base import COUNTRY_ZONE

DEFAULT_DAYS = 90
MAX_DAYS = 366
MOST_DAYS_OF_YEARS = 366 * 5
KNOWN_DAYS = validate.Range(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31), error=DAYS_FROM_TO)
"""Others overflow when the days about them are looked for, or the hours of an event are moved."""


class LastDays(Schema):
    """From a day to a day, both inclusive, at most a year; without them the last 90 days."""

    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        last: date = data.setdefault("last_day", now().astimezone(COUNTRY_ZONE).date())
        try:
            first: date = data.setdefault("first_day", last - timedelta(days=DEFAULT_DAYS))
        except OverflowError as error:
            raise ValidationError(told("days", max=MAX_DAYS), "to") from error
        if not timedelta(0) <= last - first <= timedelta(days=MAX_DAYS):
            raise ValidationError(told("days", max=MAX_DAYS), "to")
        return data


class Years(Strict):
    """From a day to a day, both inclusive, at most five years; without them the running year."""

    first_day = fields.Date(data_key="from", validate=KNOWN_DAYS)
    last_day = fields.Date(data_key="to", validate=KNOWN_DAYS)

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """What is left out is completed by the running year, or by the year of the day that is named."""
        today = now().astimezone(COUNTRY_ZONE).date()
        first = data.setdefault("first_day", data.get("last_day", today).replace(month=1, day=1))
        last = data.setdefault("last_day", max(first, today).replace(month=12, day=31))
        if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS_OF_YEARS):
            raise ValidationError(told("days", max=MOST_DAYS_OF_YEARS), "to")
        return data
