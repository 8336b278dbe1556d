"""Series: how an event is repeated, and which of its dates something is done to."""

from datetime import date, datetime
from typing import Any

from marshmallow import fields

from http_base.fields import DateTime, Strict, Text, one_of, whole
from http_base.openapi import Converter
from http_base.schemas.events import ReasonBody
from service.events.recurrence import MAX_DATES, Repeat
from service.events.series_scopes import CHANGES, Scope

MAX_RULE = 200


class Until(fields.Field[date | datetime]):
    """The last day, in the event's zone, or the last moment with an offset that a date may begin at."""

    def openapi(self, _converter: Converter) -> dict[str, Any]:
        """A day, or a moment."""
        return {
            "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
            "description": "The last day, in the event's zone; or a moment, which no date begins after.",
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date | datetime:
        if isinstance(value, str) and len(value) == len("2026-12-31"):
            day: date = fields.Date().deserialize(value, attr, data, **options)
            return day
        moment: datetime = DateTime().deserialize(value, attr, data, **options)
        return moment


class RepeatBody(Strict):
    """A rule of RFC 5545 that makes days, and one end: `count` or `until`, or COUNT or UNTIL in the rule."""

    rrule = Text(longest=MAX_RULE, required=True)
    count = whole(1, MAX_DATES)
    until = Until()


class ScopeBody(Strict):
    """Of a series: whether it is done to this date alone or to the later ones, too."""

    scope = one_of(
        *CHANGES,
        load_default=Scope.THIS,
        metadata={"description": "Of a series: this date alone, or the later ones, too."},
    )


class WideScopeBody(Strict):
    """Of a series: whether it is done to this date, to the later ones, too, or to all that are to come."""

    scope = one_of(*Scope, load_default=Scope.THIS)


class PublishBody(ScopeBody):
    """Of a series: which dates come out; may be left out."""

    may_be_left_out = True


class ReasonedScopeBody(WideScopeBody, ReasonBody):
    """Why, and of a series which dates."""


def repeat_of(body: dict[str, Any]) -> Repeat:
    """What `RepeatBody` has read."""
    return Repeat(body["rrule"], body.get("count"), body.get("until"))
