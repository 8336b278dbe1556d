"""What a guardian says, as phones and forms send it."""

from marshmallow import fields, validate

from http_base.fields import Strict, Text, one_of
from service.models import GuardianRelation


class GuardianWord(Strict):
    """`secret`: of the link, or the whole link. The name and adulthood are the guardian's own word."""

    secret = Text(required=True, longest=500)
    name = Text(required=True, longest=100)
    relation = one_of(*GuardianRelation, required=True)
    adult = fields.Boolean(required=True, validate=validate.Equal(comparable=True, error="adult"))
