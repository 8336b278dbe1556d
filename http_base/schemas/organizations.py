"""Organizations and contacts, as phones and forms send them."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates

from http_base.fields import Names, Strict, Text, YesNo, one_of, whole
from service.happenings import EventsFate
from service.models import MemberRole, OrganizationKind
from service.organizations import verification


class ContactBody(Strict):
    """Whom to ask. One's own number stands at once, a colleague's after that person's yes."""

    name = Text(longest=100)
    phone = Text()
    link = Text(longest=500)
    public = YesNo(load_default=False)

    @validates("link")
    def _https(self, value: str, **_options: Any) -> None:
        if not value.startswith("https://") or any(character.isspace() for character in value):
            raise ValidationError("link")


def _bin() -> fields.String:
    """Its check digit is looked at by the service."""
    return fields.String(allow_none=True, validate=validate.Regexp("^[0-9]{12}$", error="bin"))


class OrganizationBody(Strict):
    id = fields.UUID()
    name = fields.Nested(Names, required=True)
    region = Text(required=True)
    bin = _bin()
    kind = one_of(*OrganizationKind, allow_none=True)
    contact = fields.Nested(ContactBody, allow_none=True)


class OrganizationPatch(Strict):
    version = whole(1, 2**31 - 1, required=True)
    name = fields.Nested(Names)
    bin = _bin()
    kind = one_of(*OrganizationKind, allow_none=True)
    contact = fields.Nested(ContactBody, allow_none=True)


class StatusBody(Strict):
    status = one_of(*verification.DECISIONS, required=True)
    reason = Text(longest=1_000, allow_none=True)
    question = Text(longest=1_000)
    events = one_of(*EventsFate)
    version = whole(1, 2**31 - 1)


class InvitationBody(Strict):
    phone = Text(required=True)
    role = one_of(*MemberRole, required=True)


class RoleBody(Strict):
    role = one_of(*MemberRole, required=True)
