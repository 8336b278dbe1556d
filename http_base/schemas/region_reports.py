"""Which report of a region is asked for, and how one is sent."""

from marshmallow import fields, validate

from http_base.fields import ITEMS_TO, RegionCode, Strict, Text

MAX_NOTES = 300
LONGEST_ACTION, LONGEST_NOTE = 200, 1_000


class RegionReportBody(Strict):
    """`notes` by the code of the district, `none` for events without one."""

    id = fields.UUID(required=True)
    region = RegionCode(required=True)
    period = Text(required=True)
    action = Text(longest=LONGEST_ACTION)
    notes = fields.Dict(
        keys=Text(longest=20),
        values=Text(longest=LONGEST_NOTE),
        validate=validate.Length(max=MAX_NOTES, error=ITEMS_TO),
    )
