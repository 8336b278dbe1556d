"""The form of an event: five fields, and what else may be said of it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import fields

from http_base.context import locale
from http_base.fields import MAX_NAME, Text, TimeOfDay, one_of, whole
from http_base.schemas.days import KNOWN_DAYS
from http_base.schemas.events import EventFields
from notifications import words
from service import errors
from service.events.recurrence import MAX_DATES
from service.events.series_scopes import CHANGES, Scope
from service.geography.areas import MAX_RADIUS_M, MIN_RADIUS_M
from service.models import Event, EventKind
from service.models.base import COUNTRY_ZONE, LOCALES, LocalizedText
from service.organizations.contacts import ContactSaid
from web.forms import WHOLE, Form
from web.keeping import is_kept

THURSDAY, FROM, TO = 3, time(10), time(12)
"""When most of them are: «Таза бейсенбі»."""

LONGEST_NIGHT = timedelta(hours=12)
"""An end that is earlier in the day than the start is the next day's, where that makes no more than this."""

RADIUS_M = 150
RADII_M = (50, 100, 150, 300, 500, 1_000)
MAX_THINGS = 50
"""To bring."""

WHERE_AND_WHEN = ("day", "starts", "spot", "point", "radius")
"""Of the form: what is frozen by the first who was there."""

BOXES = ("hazard", "accessible", "walk_ins")
"""To tick: what is not ticked is said, too."""

NAMED_IN_FORM = {
    "starts_at": "day",
    "ends_at": "ends",
    "meeting_point": "point",
    "region": "point",
    "area": "radius",
}
"""Fields of the API, and where the form asks for them."""

NUMBER = r"[-−]?\d{1,3}(?:[.,]\d+)?"
POINT = re.compile(rf"\s*({NUMBER})\s*(?:[;,]\s+|[;,\s])\s*({NUMBER})\s*")
"""As maps on phones give it: «50.28390, 57.16700»."""


class EventForm(EventFields):
    """Its `id` is that of the event that it makes; `spot`: a known place, `point`: any other; `weeks`: on so
    many weekdays in a row, the first one among them."""

    class Meta(EventFields.Meta):
        exclude = ("address",)

    id = fields.UUID()
    organization_id = fields.UUID()
    version = whole(1, 2**31 - 1)
    kind = one_of(*EventKind, required=True)
    day = fields.Date(required=True, validate=KNOWN_DAYS)
    starts = TimeOfDay(required=True)
    ends = TimeOfDay(required=True)
    spot = Text(longest=100)
    point = Text(longest=100)
    radius = whole(MIN_RADIUS_M, MAX_RADIUS_M)
    bring = Text(longest=5_000)
    act = one_of("preview", "draft")
    weeks = whole(2, MAX_DATES, allow_none=True)
    scope = one_of(*CHANGES, load_default=Scope.THIS)


def begin_new(now: datetime) -> dict[str, Any]:
    """What a new form begins with: next Thursday from 10 to 12, for everybody."""
    here = now.astimezone(COUNTRY_ZONE)
    day = here.date() + timedelta(days=(THURSDAY - here.weekday()) % 7)
    if day == here.date() and here.time() >= FROM:
        day += timedelta(days=7)
    return {
        "kind": EventKind.CLEANUP,
        "day": day,
        "starts": f"{FROM:%H:%M}",
        "ends": f"{TO:%H:%M}",
        "radius": RADIUS_M,
        "walk_ins": "yes",
    }


def begin_with(event: Event, contact: ContactSaid | None) -> dict[str, Any]:
    """What the form of an event begins with. `contact`: its own."""
    names = event.current_address_names or ({locale(): event.address} if event.address else {})
    texts = {"title": event.title, "description": event.description, "address_names": names}
    said = contact or ContactSaid()
    return {
        "version": event.version,
        "scope": Scope.THIS,
        "kind": event.kind,
        **{f"{name}.{language}": text for name, by in texts.items() for language, text in by.items()},
        "day": event.local(event.starts_at).date(),
        "starts": f"{event.local(event.starts_at):%H:%M}",
        "ends": f"{event.local(event.ends_at):%H:%M}",
        "point": f"{event.latitude:.6f}, {event.longitude:.6f}",
        "radius": event.area["radius_m"] if event.area["type"] == "circle" else None,
        "capacity": event.capacity,
        "min_age": event.min_age,
        "bring": ", ".join(event.bring) or None,
        **{name: "yes" for name in BOXES if getattr(event, name)},
        "contact.name": said.name,
        "contact.phone": said.phone,
        "contact.link": said.link,
        "contact.public": "yes" if said.public else None,
    }


def values_of(data: Mapping[str, Any], event: Event | None) -> dict[str, Any]:
    """What the form says, as the fields of a plan; of an event that is there, what it asks for alone.

    Raises:
        Invalid: a field says nothing that can be used.
    """
    names = data.get("address_names", {})
    values: dict[str, Any] = {
        "title": data.get("title") or title_of(data["kind"], names),
        "description": data.get("description", {}),
        "kind": data["kind"],
        "address_names": names,
        "bring": _things(data.get("bring", "")),
        **times_of(data, event),
        **_place(data, event),
    }
    for name in ("capacity", "min_age", *BOXES):
        if name in data:
            values[name] = data[name]
    if not names:
        # Nothing but the plan says where it is.
        values["address"] = ""
    return values


def title_of(kind: str, address_names: Mapping[str, str]) -> LocalizedText:
    """A title where nobody has thought of one, in each language: «Тазалау: Елек жағалауы»."""
    made = {}
    for language in LOCALES:
        what = words.translate(f"page.event.kind.{kind}", language, {})
        where = address_names.get(language) or next(iter(address_names.values()), "")
        made[language] = (f"{what}: {where}" if where else what)[:MAX_NAME]
    return made


def times_of(data: Mapping[str, Any], event: Event | None) -> dict[str, datetime]:
    """From when to when, as far as the form says it; an early end is the next day's."""
    zone = COUNTRY_ZONE if event is None else ZoneInfo(event.zone)
    if "day" in data and "starts" in data:
        starts_at = datetime.combine(data["day"], data["starts"], zone)
    elif event is not None:
        starts_at = event.local(event.starts_at)
    else:
        return {}
    if "ends" not in data:
        return {}
    ends_at = datetime.combine(starts_at.date(), data["ends"], zone)
    if ends_at < starts_at and ends_at + timedelta(days=1) - starts_at <= LONGEST_NIGHT:
        ends_at += timedelta(days=1)
    return {"starts_at": starts_at, "ends_at": ends_at}


def _place(data: Mapping[str, Any], event: Event | None) -> dict[str, Any]:
    """Where it is; of an event that is there, only where that is somewhere else."""
    typed, name = (data.get("point"), "point") if data.get("point") else (data.get("spot"), "spot")
    found: dict[str, Any] = {}
    if typed:
        latitude, longitude = position_of(typed, name)
        if event is None or typed != f"{event.latitude:.6f}, {event.longitude:.6f}":
            found |= {"latitude": latitude, "longitude": longitude}
    elif event is None:
        raise errors.Invalid("point", "point-missing")
    if "radius" in data:
        found["area"] = {"type": "circle", "radius_m": data["radius"]}
    elif event is None:
        found["area"] = {"type": "circle", "radius_m": RADIUS_M}
    return found


def position_of(typed: str, name: str) -> tuple[float, float]:
    """(latitude, longitude) of a point as people copy it from a map. Raises Invalid."""
    found = POINT.fullmatch(typed)
    if found is None:
        raise errors.Invalid(name, "point")
    latitude, longitude = (float(part.replace(",", ".").replace("−", "-")) for part in found.groups())
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise errors.Invalid(name, "point")
    return latitude, longitude


def _things(typed: str) -> tuple[str, ...]:
    things = [thing for part in re.split(r"[,;\n]", typed) if (thing := " ".join(part.split()))]
    if len(things) > MAX_THINGS:
        raise errors.Invalid("bring", "items-to", max=MAX_THINGS)
    if any(len(thing) > MAX_NAME for thing in things):
        raise errors.Invalid("bring", "length-to", max=MAX_NAME)
    return tuple(dict.fromkeys(things))


def taken(form: Form, act: Callable[[], Event]) -> Event | None:
    """Do it and keep it; what is refused because of a field stands beside the field that asks for it.

    Two organizers at once: what this one has typed stays, and the next press is the later word.
    """
    made: list[Event] = []
    if is_kept(form, lambda: made.append(act()), lambda name: NAMED_IN_FORM.get(name, name)):
        return made[0]
    return None


def is_more_open(form: Form) -> bool:
    """Whether something is wrong within what is folded away."""
    in_language = {f"title.{locale()}", f"address_names.{locale()}"}
    shown = {"kind", *WHERE_AND_WHEN, "ends", "capacity", "bring", "weeks", "scope", WHOLE}
    return any(name not in shown | in_language for name in form.errors)
