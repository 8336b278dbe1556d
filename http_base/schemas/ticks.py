"""An organizer's list, as phones and pages send it."""

from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from http_base.fields import ITEMS_TO, DateTime, Strict, Text, YesNo, whole
from http_base.one_by_one import Kept
from http_base.schemas.corrections import MINUTES_A_DAY
from service.models.signups import MAX_COMPANIONS
from service.rulings.staff_list import Tick, Typed, TypedBefore

MAX_TICKS = 200


def tick_of(record: dict[str, Any]) -> Tick:
    """A tick as it was read."""
    who: UUID | Typed | TypedBefore
    if "volunteer_id" in record:
        who = record["volunteer_id"]
    elif "typed_id" in record:
        who = TypedBefore(record["typed_id"])
    else:
        who = Typed(record["phone"], record["display_name"])
    said = {name: record[name] for name in ("id", "present", "captured_at", "minutes", "companions")}
    return Tick(who=who, **said)


class TickBody(Strict):
    """One word of the list: a volunteer by id, somebody by phone and name, or who was typed before."""

    id = fields.UUID(required=True)
    volunteer_id = fields.UUID()
    typed_id = fields.UUID(metadata={"description": "Of one of `typed` in the list of participants."})
    phone = Text(longest=40)
    display_name = Text(longest=100)
    present = YesNo(required=True)
    captured_at = DateTime(required=True)
    minutes = whole(0, MINUTES_A_DAY, load_default=None, allow_none=True)
    companions = whole(0, MAX_COMPANIONS, load_default=None, allow_none=True)

    @validates_schema
    def _somebody(self, data: dict[str, Any], **_options: Any) -> None:
        is_typed = "phone" in data or "display_name" in data
        if is_typed + ("volunteer_id" in data) + ("typed_id" in data) != 1:
            raise ValidationError("volunteer-or-phone", "volunteer_id")
        for name in ("phone", "display_name"):
            if is_typed and name not in data:
                raise ValidationError("required", name)


class ListBody(Strict):
    """`sent_at`: by the clock of the phone that kept the ticks. `reason`: by the list, when left out."""

    checked_by_item = "records"

    sent_at = DateTime(required=True)
    records = fields.List(
        Kept(TickBody), required=True, validate=validate.Length(max=MAX_TICKS, error=ITEMS_TO)
    )
    reason = Text(longest=1_000, load_default="", allow_none=True)


class KeptListBody(ListBody):
    """The same from a browser: `by` says who made the ticks, and nobody else sends them (R36)."""

    by = fields.UUID(required=True)
