"""What events may be looked for by: days, place, kind and words; the API's list and the pages' share it."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from http_base.context import now
from http_base.fields import FIRST_YEAR, LAST_YEAR, NUMBER_ABOVE, Near, RegionCode, Text, one_of, told
from service.models import EventKind
from service.models.base import COUNTRY_ZONE

DEFAULT_DAYS = 60
MAX_DAYS = 366
MAX_WITHIN_KM = 500
WITHIN_KM = 50.0


class Finding(Schema):
    """Which events, from today on where it names no day."""

    near = Near()
    within_km = fields.Float(
        validate=validate.Range(0, MAX_WITHIN_KM, min_inclusive=False, error=NUMBER_ABOVE)
    )
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    region = RegionCode()
    district = Text()
    kind = one_of(*EventKind)
    q = Text()

    @post_load
    def _within(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        if "within_km" in data and "near" not in data:
            raise ValidationError("within-without-near", "within_km")
        data.setdefault("within_km", WITHIN_KM)
        return data

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """From today on, without a day: what is over by now is left out, but of one's own events."""
        if "first_day" not in data:
            data["first_day"] = now().astimezone(COUNTRY_ZONE).date()
            if not data.get("mine"):
                data["not_over_at"] = now()
        first = data["first_day"]
        if not FIRST_YEAR <= first.year < LAST_YEAR:
            raise ValidationError(told("days", max=MAX_DAYS), "from")
        last = data.setdefault("last_day", first + timedelta(days=DEFAULT_DAYS))
        if last < first or (last - first).days > MAX_DAYS:
            raise ValidationError(told("days", max=MAX_DAYS), "to")
        return data
