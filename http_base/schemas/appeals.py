"""What somebody answers to a refusal, a doubt or a rejection."""

from marshmallow import fields

from http_base.fields import Strict, Text


class AppealBody(Strict):
    id = fields.UUID()
    text = Text(longest=2_000, required=True)
