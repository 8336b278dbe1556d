"""Days that a question is about."""

from datetime import date, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from http_base.context import now
from http_base.fields import told
from service.models.base import COUNTRY_ZONE

DEFAULT_DAYS = 90
MAX_DAYS = 366


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
