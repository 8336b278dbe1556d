"""What is asked of an export: its filters, by what it is of."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from http_base.fields import DistrictCode, RegionCode, Strict, Text, one_of, told
from http_base.schemas.audit import AuditFields
from http_base.schemas.days import KNOWN_DAYS
from service.figures.counts import GROUPINGS
from service.figures.report_columns import HEADINGS
from service.models import EventKind, EventStatus
from service.models.exports import ExportFormat, ExportOf
from service.platform.sheets import Dialect

MAX_DAYS = 366 * 5


class _Days(Strict):
    first_day = fields.Date(data_key="from", validate=KNOWN_DAYS)
    last_day = fields.Date(data_key="to", validate=KNOWN_DAYS)

    @post_load
    def _days(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and not 0 <= (last - first).days <= MAX_DAYS:
            raise ValidationError(told("days", max=MAX_DAYS), "to")
        return data


class ParticipantFilters(Strict):
    event = fields.UUID(required=True)


class EventFilters(_Days):
    region = RegionCode()
    district = DistrictCode()
    organization = fields.UUID()
    kind = one_of(*EventKind)
    status = one_of(*EventStatus)


class CountFilters(_Days):
    group_by = one_of(*GROUPINGS)
    region = RegionCode()
    district = DistrictCode()
    organization = fields.UUID()


class RegionReportFilters(Strict):
    region = RegionCode()
    period = Text()
    columns = Text(longest=1_000)


class AuditFilters(_Days, AuditFields):
    """As the list of the audit."""


FILTERS: Mapping[str, type[Schema]] = {
    ExportOf.PARTICIPANTS: ParticipantFilters,
    ExportOf.EVENTS: EventFilters,
    ExportOf.COUNTS: CountFilters,
    ExportOf.REGION_REPORT: RegionReportFilters,
    ExportOf.AUDIT: AuditFilters,
}


class ExportBody(Strict):
    """`filters` are those of the list that it is of; they are kept as JSON."""

    id = fields.UUID(required=True)
    what = one_of(*ExportOf, required=True)
    format = one_of(*ExportFormat, required=True)
    dialect = one_of(*Dialect, load_default=Dialect.PLAIN)
    headings = one_of(*HEADINGS, load_default="kk-ru")
    filters = fields.Dict(keys=fields.String(), values=fields.Raw(), load_default=dict)

    @post_load
    def _filters(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        schema = FILTERS[data["what"]]()
        try:
            data["filters"] = schema.dump(schema.load(data["filters"]))
        except ValidationError as error:
            raise ValidationError({"filters": error.messages}) from error
        return data
