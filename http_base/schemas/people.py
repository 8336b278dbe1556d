"""What staff says of people, as phones and forms send it."""

from marshmallow import fields

from http_base.fields import DateTime, Strict, Text


class BanBody(Strict):
    reason = Text(longest=1_000, required=True)
    expires_at = DateTime(allow_none=True)


class BirthDateBody(Strict):
    birth_date = fields.Date(required=True)


class CoordinatorBody(Strict):
    phone = Text(required=True)
    region = Text(required=True, allow_none=True)
