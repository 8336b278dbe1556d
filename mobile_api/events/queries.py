"""What lists of events may be asked."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from http_base.downloads import FileQuery
from http_base.fields import Paged, one_of
from http_base.schemas.finding import Finding
from service.models import EventStatus


class EventQuery(Finding, Paged, FileQuery):
    organization = fields.UUID()
    series = fields.UUID()
    mine = fields.Boolean(load_default=False)
    status = one_of(*EventStatus)

    @post_load
    def _drafts(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        if data.get("status") == EventStatus.DRAFT and not data["mine"]:
            raise ValidationError("status-without-mine", "status")
        return data
