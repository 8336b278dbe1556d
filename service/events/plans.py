"""What an organizer says of an event, the rules that it has to keep, and how it becomes a row."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import h3

from service import errors
from service.geography import areas, places, regions
from service.models import Event
from service.models.base import LOCALES, LocalizedText, localized

HEAT_MAP_RESOLUTION = 11
MAX_DURATION = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an organizer says of an event. Times are aware; `region_code` None: that of the meeting point.

    `address` None: as `address_names` say.
    """

    title: LocalizedText
    description: LocalizedText
    kind: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    latitude: float
    longitude: float
    area: Mapping[str, Any]
    address: str | None = None
    address_names: LocalizedText = field(default_factory=dict)
    region_code: str | None = None
    district_code: str | None = None
    capacity: int | None = None
    min_age: int | None = None
    hazard: bool = False
    accessible: bool = False
    walk_ins: bool = True
    bring: tuple[str, ...] = ()


OF_THE_FIRST_RELEASE = frozenset(
    {
        "title", "description", "kind", "starts_at", "ends_at", "zone", "latitude", "longitude", "area",
        "address", "region_code", "district_code", "capacity", "min_age", "hazard", "accessible", "walk_ins",
        "bring",
    }
)  # fmt: skip


def content_of(plan: Plan) -> dict[str, Any]:
    """What makes two creations the same, to be hashed: newer fields only where they say something.

    So what was created before a release is known again after it, and by processes of before while both run.
    """
    values = {one.name: (getattr(plan, one.name), _default(one)) for one in fields(plan)}
    return {
        name: value
        for name, (value, default) in values.items()
        if name in OF_THE_FIRST_RELEASE or value != default
    }


def _default(one: Field[Any]) -> Any:
    return one.default if one.default_factory is MISSING else one.default_factory()


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
    event.address = _address(plan)
    event.area = dict(area)
    event.bring = list(plan.bring)
    event.region_code = region.code
    event.day = plan.starts_at.astimezone(ZoneInfo(plan.zone)).date()
    event.cell = h3.str_to_int(h3.latlng_to_cell(plan.latitude, plan.longitude, HEAT_MAP_RESOLUTION))
    texts = [*plan.title.values(), event.address, *plan.address_names.values()]
    event.search = places.fold(" ".join(texts))


def _address(plan: Plan) -> str:
    if not plan.address_names:
        return plan.address or ""
    if plan.address is not None and plan.address not in plan.address_names.values():
        raise errors.Invalid("address", "address-disagrees")
    return localized(plan.address_names, LOCALES[0])


def changed(event: Event, changes: Mapping[str, Any]) -> Plan:
    """The plan that an event was made from, with these changes.

    Another address alone takes the place of all its names; one of the names alone is nothing new.
    """
    values = {name: getattr(event, name) for name in Plan.__dataclass_fields__}
    names = event.current_address_names
    plan = Plan(**values | {"bring": tuple(event.bring), "region_code": None, "address_names": names})
    if "address_names" in changes:
        plan = replace(plan, address=None)
    elif "address" in changes and changes["address"] not in names.values():
        plan = replace(plan, address_names={})
    return replace(plan, **changes)


def is_address_news(before: Mapping[str, Any], event: Event) -> bool:
    """Whether somebody reads another address than before; the same in one more language is none."""
    if before["address_names"]:
        names = before["address_names"].items()
        return any(event.address_names.get(language) != name for language, name in names)
    return before["address"] not in (event.address, *event.address_names.values())


def facts_of(event: Event) -> dict[str, Any]:
    """What words about an event need, for an entry of the outbox, as they are now; times in ISO 8601."""
    return {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "zone": event.zone,
        "address": event.address,
        "address_names": event.current_address_names,
    }
