"""What came of the demo's events, as their organizers say."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from service.access import Actor
from service.events import results
from service.events.results import Result, Waste, WasteFactors
from service.models import Event, EventKind, WasteUnit

FACTORS = WasteFactors(bag_t=0.01, m3_t=0.2)

BY_KIND: Mapping[str, Result] = {
    EventKind.CLEANUP: Result(
        Waste(35, WasteUnit.BAGS), {"places": 1, "machines": 1, "yards": 3, "area_ha": 0.6, "containers": 2}
    ),
    EventKind.WATER_BODY: Result(
        Waste(2.4, WasteUnit.TONNES), {"machines": 2, "banks_km": 0.8, "water_bodies": 1, "dumps": 1}
    ),
    EventKind.TREE_PLANTING: Result(
        None, {"machines": 1, "trees": 120, "shrubs": 30, "area_ha": 0.5}, "Көшеттерді мектеп күтеді."
    ),
    EventKind.RECYCLING: Result(Waste(6, WasteUnit.CUBIC_METRES), {"recycled_t": 0.9, "containers": 4}),
}


def give(session: Session, organizer: Actor, event: Event, now: datetime) -> None:
    """Say what came of an event, by the kind of its work."""
    results.put(session, organizer, event.id, 0, BY_KIND[event.kind], FACTORS, now)
