"""A check-in or check-out, and what was kept of them without signal, as phones and pages send it."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from http_base.fields import ITEMS_TO, DateTime, Number, Point, Strict, Text, YesNo, one_of, whole
from http_base.one_by_one import Kept
from service.models.signups import MAX_COMPANIONS

MAX_RECORDS = 200


class PositionBody(Point):
    accuracy_m = Number(0, required=True, allow_none=True)
    fixed_at = DateTime(required=True)
    # iOS has no such flag, and some apps say so with a null.
    mocked = YesNo(load_default=False, allow_none=True)


class Evidenced(Strict):
    """A position, the code of the place, or both."""

    id = fields.UUID(required=True)
    position = fields.Nested(PositionBody, allow_none=True)
    code = Text(longest=20, allow_none=True)

    @validates_schema
    def _some_evidence(self, data: dict[str, Any], **_options: Any) -> None:
        if not data.get("position") and not data.get("code"):
            raise ValidationError("position-or-code", "position")


class PresenceBody(Evidenced):
    sent_at = DateTime(required=True)
    installation_id = Text(required=True)


def _companions() -> fields.Integer:
    """People without phones who came along; null as if absent."""
    return whole(0, MAX_COMPANIONS, allow_none=True)


class CheckInBody(PresenceBody):
    companions = _companions()


class KeptRecord(Evidenced):
    type = one_of("check_in", "check_out", required=True)
    event_id = fields.UUID(required=True)
    captured_at = DateTime(required=True)
    companions = _companions()

    @validates_schema
    def _who_comes_brings(self, data: dict[str, Any], **_options: Any) -> None:
        if data.get("companions") and data.get("type") == "check_out":
            raise ValidationError("companions-of-check-out", "companions")


class BatchBody(Strict):
    checked_by_item = "records"

    sent_at = DateTime(required=True)
    installation_id = Text(required=True)
    records = fields.List(
        Kept(KeptRecord), required=True, validate=validate.Length(max=MAX_RECORDS, error=ITEMS_TO)
    )


class KeptTapsBody(BatchBody):
    """The same from a browser: `by` says who made the taps, and nobody else sends them."""

    by = fields.UUID(required=True)
