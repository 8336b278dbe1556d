"""What a coordinator asks of many organizations at once."""

from marshmallow import fields, validate

from http_base.fields import LENGTH, DateTime, Names, Strict, one_of
from service.events.day_plans import MAX_ORGANIZATIONS
from service.models import EventKind

MAX_EVENTS = 50


class DayPlanBody(Strict):
    """A day's plan for organizations, under the client's own id."""

    id = fields.UUID(required=True)
    title = fields.Nested(Names, required=True)
    kind = one_of(*EventKind, required=True)
    starts_at = DateTime(required=True)
    ends_at = DateTime(required=True)
    organizations = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, MAX_ORGANIZATIONS, error=LENGTH)
    )


class RemindBody(Strict):
    """The events whose organizers are asked for a result."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MAX_EVENTS, error=LENGTH))
