"""What an organizer says of an event, the rules that it has to keep, and how it becomes a row."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import h3

from service import errors
from service.geography import areas, places, regions
from service.models import Event
from service.models.base import LocalizedText

CELL_RESOLUTION = 11
MAX_DURATION = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an organizer says of an event. Times are aware; `region_code` None: that of the meeting point."""

    title: LocalizedText
    description: LocalizedText
    kind: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    latitude: float
    longitude: float
    address: str
    area: Mapping[str, Any]
    region_code: str | None = None
    district_code: str | None = None
    capacity: int | None = None
    min_age: int | None = None
    hazard: bool = False
    accessible: bool = False
    walk_ins: bool = True
    bring: tuple[str, ...] = ()


COLUMNS = (*Plan.__dataclass_fields__, "day")
"""Of an event: what its plan decides, for whoever compares before and after."""


def apply(event: Event, plan: Plan) -> None:
    """Check the plan against the rules and put it into the row.

    Raises:
        Invalid, OutsideKazakhstan: the plan breaks a rule.
    """
    if plan.ends_at <= plan.starts_at:
        raise errors.Invalid("ends_at", "ends-before-start")
    if plan.ends_at - plan.starts_at > MAX_DURATION:
        raise errors.Invalid("ends_at", "too-long")
    region = regions.region_at(plan.latitude, plan.longitude)
    if region is None:
        raise errors.OutsideKazakhstan("meeting_point", "outside-kazakhstan")
    if plan.region_code is not None and plan.region_code != region.code:
        raise errors.Invalid("region", "region-mismatch", region=region.code)
    area = areas.checked(plan.area, plan.latitude, plan.longitude)
    for name, value in asdict(plan).items():
        setattr(event, name, value)
    event.area = dict(area)
    event.bring = list(plan.bring)
    event.region_code = region.code
    event.day = plan.starts_at.astimezone(ZoneInfo(plan.zone)).date()
    event.cell = h3.str_to_int(h3.latlng_to_cell(plan.latitude, plan.longitude, CELL_RESOLUTION))
    event.search = places.fold(" ".join([*plan.title.values(), plan.address]))


def plan_of(event: Event) -> Plan:
    """The plan that an event was made from, to change parts of it."""
    values = {name: getattr(event, name) for name in Plan.__dataclass_fields__}
    return Plan(**values | {"bring": tuple(event.bring), "region_code": None})


def facts_of(event: Event) -> dict[str, Any]:
    """What words about an event need, for an entry of the outbox, as they are now; times in ISO 8601."""
    return {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "zone": event.zone,
        "address": event.address,
    }
