"""Events and what staff says about them, as phones and forms send it."""

from marshmallow import fields

from http_base.fields import Names, Strict, Text, Texts, YesNo, one_of, whole
from http_base.schemas.organizations import ContactBody
from service.models import EventKind

MAX_ADDRESS = 500


class AddressNames(Strict):
    """An address in up to three languages, or none."""

    kk = Text(longest=MAX_ADDRESS)
    ru = Text(longest=MAX_ADDRESS)
    en = Text(longest=MAX_ADDRESS)


class EventFields(Strict):
    """What phones and forms say alike of an event."""

    title = fields.Nested(Names)
    description = fields.Nested(Texts)
    kind = one_of(*EventKind)
    address = Text(longest=MAX_ADDRESS, shortest=0)
    address_names = fields.Nested(AddressNames)
    capacity = whole(1, 100_000, allow_none=True)
    min_age = whole(0, 99, allow_none=True)
    hazard = YesNo()
    accessible = YesNo()
    walk_ins = YesNo()
    contact = fields.Nested(ContactBody, allow_none=True)


class ReasonBody(Strict):
    """Why: its people read it."""

    reason = Text(longest=1_000, required=True)


class DistrictBody(Strict):
    """In which district an event counts; null: in that of its meeting point."""

    district = Text(required=True, allow_none=True)
