"""What came of an event, as pages show it and begin their forms with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from http_base.context import actor, now, services, session
from http_base.schemas.results import said
from service.events import results
from service.events.results import WasteFactors
from service.models import EventResult, WasteUnit
from service.models.results import FIGURES
from web import formats
from web.templating import text

UNITS: Mapping[str, str] = {"recycled_t": "t", "area_ha": "ha", "banks_km": "km"}
"""Of the figures that are measured."""


def put(event_id: UUID, data: Mapping[str, Any]) -> EventResult:
    """Say by a form's data what came of an event. Raises what `results.put` raises."""
    settings = services().settings
    factors = WasteFactors(settings.waste_bag_t, settings.waste_m3_t)
    return results.put(session(), actor(), event_id, data["version"], said(dict(data)), factors, now())


def units() -> list[tuple[str, str]]:
    """Of waste: (value, label) each."""
    return [(unit, text(f"page.event.unit.{unit}")) for unit in WasteUnit]


def begins_with(result: EventResult | None) -> dict[str, Any]:
    """What the form of a result begins with."""
    if result is None:
        return {"version": 0}
    values = {name: formats.typed(value) for name, value in result.figures().items() if name != "waste_t"}
    values["waste.amount"] = formats.typed(result.waste_amount)
    return values | {"version": result.version, "waste.unit": result.waste_unit, "note": result.note}


def lines_of(result: EventResult | None) -> list[tuple[str, str]]:
    """What somebody has said came of it: (of what, how much) each."""
    if result is None:
        return []
    said = []
    if result.waste_amount is not None and result.waste_unit is not None:
        amount = (
            f"{formats.number(float(result.waste_amount), 3)} {text(f'page.event.unit.{result.waste_unit}')}"
        )
        if result.waste_is_converted and result.waste_t is not None:
            amount += f" ≈ {formats.number(float(result.waste_t), 3)} {text('page.event.unit.t')}"
        said.append((text("page.result.waste"), amount))
    for name in FIGURES:
        value = getattr(result, name)
        if value is not None:
            unit = f" {text(f'page.event.unit.{UNITS[name]}')}" if name in UNITS else ""
            said.append((text(f"page.result.{name}"), formats.number(float(value), 3) + unit))
    return said
