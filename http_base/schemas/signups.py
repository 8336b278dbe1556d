"""Signing up, as phones and forms send it."""

from typing import Any

from marshmallow import fields, post_load

from http_base.fields import DateTime, Point, Strict, whole
from service.events.seen import Seen
from service.models.signups import MAX_COMPANIONS


class SeenBody(Strict):
    """The event's day and place, as the answer that the person was shown had them."""

    starts_at = DateTime(required=True)
    ends_at = DateTime()
    meeting_point = fields.Nested(Point)

    @post_load
    def _made(self, found: dict[str, Any], **_options: Any) -> Seen:
        point = found.get("meeting_point")
        place = None if point is None else (point["latitude"], point["longitude"])
        return Seen(found["starts_at"], found.get("ends_at"), place)


SEEN = {
    "description": "What the person was shown. Where it is not so any more: 412 `stale`, nothing is kept."
}


class SignupBody(Strict):
    companions = whole(0, MAX_COMPANIONS, load_default=0)
    seen = fields.Nested(SeenBody, metadata=SEEN)


class ConfirmBody(Strict):
    """May be left out as a whole."""

    may_be_left_out = True

    seen = fields.Nested(SeenBody, metadata=SEEN)
