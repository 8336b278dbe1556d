"""Which of the audit's entries somebody asks for."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load

from http_base.fields import Paged, RegionCode, Strict, one_of, told
from http_base.schemas.days import KNOWN_DAYS
from service.audit.audit import AuditQuestion
from service.models import AuditAction

MAX_DAYS = 366 * 5


class AuditFields(Strict):
    """Which entries: of whom, of what, about whom."""

    actor = fields.UUID()
    action = one_of(*AuditAction)
    region = RegionCode()
    organization = fields.UUID()
    event = fields.UUID()
    subject = fields.UUID()


class AuditQuery(Paged, AuditFields):
    first_day = fields.Date(data_key="from", validate=KNOWN_DAYS)
    last_day = fields.Date(data_key="to", validate=KNOWN_DAYS)

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        if "first_day" in data and "last_day" in data and data["last_day"] < data["first_day"]:
            raise ValidationError(told("days", max=MAX_DAYS), "to")
        return data


def asked(query: Mapping[str, Any]) -> AuditQuestion:
    """The question of a query that AuditQuery has read."""
    return AuditQuestion(
        actor_id=query.get("actor"),
        action=query.get("action"),
        region_code=query.get("region"),
        organization_id=query.get("organization"),
        event_id=query.get("event"),
        subject_id=query.get("subject"),
        first_day=query.get("first_day"),
        last_day=query.get("last_day"),
    )
