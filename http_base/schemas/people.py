"""What people say of themselves, and staff of people, as phones and forms send it."""

from marshmallow import fields

from http_base.fields import DateTime, Point, Strict, Text, one_of
from notifications.words import LOCALES


class BanBody(Strict):
    reason = Text(longest=1_000, required=True)
    expires_at = DateTime(allow_none=True)


class BirthDateBody(Strict):
    birth_date = fields.Date(required=True)


class CoordinatorBody(Strict):
    phone = Text(required=True)
    region = Text(required=True, allow_none=True)


class GuardianBody(Strict):
    name = Text(required=True)
    phone = Text(required=True)


class Consents(Strict):
    personal_data = Text()
    cross_border = Text()


class ProfileChange(Strict):
    display_name = Text(longest=100)
    birth_date = fields.Date()
    locale = one_of(*LOCALES)
    region = Text()
    home = fields.Nested(Point, allow_none=True)
    guardian = fields.Nested(GuardianBody, allow_none=True)
    consents = fields.Nested(Consents)


class ProfileBody(ProfileChange):
    display_name = Text(longest=100, required=True)
    birth_date = fields.Date(required=True)
    locale = one_of(*LOCALES, required=True)
    region = Text(required=True)
    consents = fields.Nested(Consents, required=True)
