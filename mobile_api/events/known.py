"""What is shown beside events, read for a whole list at once: whom to ask, and what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base.contacts import shown_by
from http_base.context import session
from http_base.fields import one_of
from service.attendance import groups
from service.events import results
from service.models import Event, EventResult, HeadcountCategory, WasteUnit
from service.organizations import contacts


class WasteShown(Schema):
    """`tonnes`: what counts; `converted`: made from another unit, by the service's factors."""

    amount = fields.Float()
    unit = one_of(*WasteUnit)
    tonnes = fields.Float()
    converted = fields.Boolean()


class FiguresShown(Schema):
    """What came of one event, or of many, beside the waste; null where nobody has said anything."""

    recycled_t = fields.Float(allow_none=True)
    places = fields.Integer(allow_none=True)
    machines = fields.Integer(allow_none=True)
    area_ha = fields.Float(allow_none=True)
    banks_km = fields.Float(allow_none=True)
    trees = fields.Integer(allow_none=True)
    shrubs = fields.Integer(allow_none=True)
    yards = fields.Integer(allow_none=True)
    parks = fields.Integer(allow_none=True)
    water_bodies = fields.Integer(allow_none=True)
    social = fields.Integer(allow_none=True)
    monuments = fields.Integer(allow_none=True)
    containers = fields.Integer(allow_none=True)
    # marshmallow takes fields out of the class: the method of this name stays.
    dumps = fields.Integer(allow_none=True)  # type: ignore[assignment]


class ResultShown(FiguresShown):
    """What came of an event, as its organizer says; null where nobody has said anything."""

    version = fields.Integer()
    waste = fields.Nested(WasteShown, allow_none=True)
    note = fields.String(allow_none=True)
    updated_at = fields.DateTime(format="iso")


class ExpectedGroup(Schema):
    """A group that was announced; `people`: null until it was seen there."""

    id = fields.UUID()
    group = fields.String()
    category = one_of(*HeadcountCategory, allow_none=True)
    expected = fields.Integer()
    people = fields.Integer(allow_none=True)


@dataclass(frozen=True, slots=True)
class Known:
    """Of some events, by their ids."""

    contacts: Mapping[UUID, dict[str, Any]]
    results: Mapping[UUID, EventResult]

    def result(self, event: Event) -> dict[str, Any] | None:
        """What came of it, as phones see it; None while nobody has said so."""
        found = self.results.get(event.id)
        return None if found is None else shown_result(event, found)


def of(listed: Sequence[Event]) -> Known:
    """What is known of a whole list, as the caller may see it."""
    return Known(
        shown_by(contacts.by_event(session(), listed)),
        results.by_event(session(), (event.id for event in listed)),
    )


def expected_groups(event: Event) -> list[dict[str, Any]]:
    """For its staff alone: where a class of children will be is nobody else's business."""
    return [
        {
            "id": one.id,
            "group": one.group_name,
            "category": one.category,
            "expected": one.expected,
            "people": one.people,
        }
        for one in groups.expected(session(), event.id)
    ]


def shown_result(event: Event, result: EventResult) -> dict[str, Any]:
    """A result as phones see it, its time in the event's zone; who gave it is staff's business."""
    document = {
        name: getattr(result, name)
        for name in ResultShown._declared_fields
        if name not in ("waste", "updated_at")
    }
    waste = None
    if result.waste_unit is not None:
        waste = {
            "amount": result.waste_amount,
            "unit": result.waste_unit,
            "tonnes": result.waste_t,
            "converted": result.waste_is_converted,
        }
    return document | {"waste": waste, "updated_at": event.local(result.updated_at)}
