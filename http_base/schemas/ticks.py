"""An organizer's list, as phones and pages send it."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from http_base.fields import DateTime, Strict, Text, YesNo, whole
from http_base.schemas.corrections import MINUTES_A_DAY
from service.models.events import MAX_COMPANIONS

MAX_TICKS = 200


class TickBody(Strict):
    """One word of the list, about a volunteer by id, or about somebody by phone and name."""

    id = fields.UUID(required=True)
    volunteer_id = fields.UUID()
    phone = Text(longest=40)
    display_name = Text(longest=100)
    present = YesNo(required=True)
    captured_at = DateTime(required=True)
    minutes = whole(0, MINUTES_A_DAY, load_default=None, allow_none=True)
    companions = whole(0, MAX_COMPANIONS, load_default=None, allow_none=True)

    @validates_schema
    def _somebody(self, data: dict[str, Any], **_options: Any) -> None:
        is_typed = "phone" in data or "display_name" in data
        if is_typed == ("volunteer_id" in data):
            raise ValidationError("volunteer-or-phone", "volunteer_id")
        for name in ("phone", "display_name"):
            if is_typed and name not in data:
                raise ValidationError("required", name)
