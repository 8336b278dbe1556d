"""What an organizer says of what came of an event."""

from typing import Any

from marshmallow import fields

from http_base.fields import MAX_TEXT, Number, Strict, Text, one_of, whole
from service.events.results import Result, Waste
from service.models import WasteUnit
from service.models.results import FIGURES

LARGEST_MEASURE = 1_000_000
LARGEST_NUMBER = 10_000_000


def _measure() -> Number:
    return Number(0, LARGEST_MEASURE, allow_none=True)


def _number() -> fields.Integer:
    return whole(0, LARGEST_NUMBER, allow_none=True)


class WasteBody(Strict):
    """How much was taken away, as it was measured."""

    amount = Number(0, LARGEST_MEASURE, required=True)
    unit = one_of(*WasteUnit, required=True)


class ResultBody(Strict):
    """The whole result: what is left out, or null, nobody has said. `version`: 0 where there is none yet."""

    version = whole(0, 2**31 - 1, required=True)
    waste = fields.Nested(WasteBody, allow_none=True)
    recycled_t = _measure()
    places = _number()
    machines = _number()
    area_ha = _measure()
    banks_km = _measure()
    trees = _number()
    shrubs = _number()
    yards = _number()
    parks = _number()
    water_bodies = _number()
    social = _number()
    monuments = _number()
    containers = _number()
    dumps = _number()  # type: ignore[assignment] # marshmallow takes fields out of the class
    note = Text(longest=MAX_TEXT, allow_none=True)


def said(body: dict[str, Any]) -> Result:
    """The body as the service takes it."""
    waste = body.get("waste")
    return Result(
        waste=waste and Waste(waste["amount"], WasteUnit(waste["unit"])),
        figures={name: body.get(name) for name in FIGURES},
        note=body.get("note"),
    )
