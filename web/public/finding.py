"""Finding an event: the list by day, or nearest first; its filters stand in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import fields, pre_load

from http_base import cursors
from http_base.context import locale, now, session
from http_base.fields import Text
from http_base.schemas.finding import Finding
from service.events import search
from service.events.search import Search
from service.geography import districts, places, regions
from service.geography.places import FoundPlace
from service.models import Event, EventKind
from service.models.base import localized
from web import formats
from web.addresses import here
from web.forms import read_query
from web.public import event_map, open_pages
from web.public.open_pages import OpenPages
from web.templating import text

pages = OpenPages("finding", about_callers=True)

A_PAGE = 20
OTHER_PLACES = 5
FILTERS = ("q", "place", "near", "within_km", "region", "district", "kind", "from", "to")


class Filter(Finding):
    """Which events. `place`: a town by its name, where nobody says a point."""

    place = Text()
    cursor = fields.String()

    @pre_load
    def _mended(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """Days that stand the wrong way round are turned, and a distance from nowhere is none."""
        first, last = data.get("from"), data.get("to")
        if first and last and str(first) > str(last):
            data |= {"from": last, "to": first}
        if "near" not in data:
            data.pop("within_km", None)
        return data


@dataclass(frozen=True, slots=True)
class Around:
    """Round which point (latitude, longitude). `name`: of the town there; `others`: so called, too."""

    centre: tuple[float, float]
    name: str
    others: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list. `parts`: (day or None, rows of event and metres or None)."""

    parts: Sequence[tuple[date | None, Sequence[tuple[Event, float | None]]]]
    following: str | None

    @property
    def events(self) -> list[Event]:
        return [event for _, rows in self.parts for event, _ in rows]


@pages.page("/events")
def show_all() -> Response:
    """Coming events by day, those round a place nearest first. Raises Invalid, Banned, AccountDisabled."""
    query = read_query(Filter)
    around = _around(query)
    known = _districts(query.get("region"))
    district = query["district"] if query.get("district") in dict(known) else None
    wanted = Search(
        first_day=query["first_day"],
        last_day=query["last_day"],
        region_code=query.get("region"),
        district_code=district,
        kind=query.get("kind"),
        text=query.get("q"),
        not_over_at=query.get("not_over_at"),
    )
    found = _by_day(wanted, query) if around is None else _nearest(wanted, query, around)
    return open_pages.show(
        "finding.html",
        title=text("page.finding.title"),
        section="near",
        description=text("page.finding.lead"),
        query=query,
        around=around,
        unknown_place=query.get("place") if around is None else None,
        found=found,
        plan=event_map.of_events(found.events, text("page.finding.map")),
        choices={
            "region": _regions(),
            "district": known,
            "kind": [(kind, text(f"page.event.kind.{kind}")) for kind in EventKind],
        },
        is_district_gone="district" in query and district is None,
        typed={name: request.args.get(name, "") for name in FILTERS},
        is_filtered=any(request.args.get(name) for name in FILTERS),
        everywhere=here(near=None, place=None, within_km=None, cursor=None),
        next_href=here(cursor=found.following) if found.following else None,
        first_href=here(cursor=None) if "cursor" in query else None,
    )


def _by_day(wanted: Search, query: Mapping[str, Any]) -> Found:
    after: tuple[datetime, UUID] | None = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    rows = search.find(session(), wanted, after, A_PAGE + 1)
    items, following = cursors.page(rows, A_PAGE, lambda event: (event.starts_at, event.id))
    days = groupby(items, key=_day_shown)
    return Found([(day, [(event, None) for event in events]) for day, events in days], following)


def _day_shown(event: Event) -> date:
    """Its own day; of one that has begun before, today."""
    today = now().astimezone(ZoneInfo(event.zone)).date()
    return max(event.day, today) if not event.is_over(now()) else event.day


def _nearest(wanted: Search, query: Mapping[str, Any], around: Around) -> Found:
    after = cursors.decode(query.get("cursor"), cursors.metres, UUID)
    within_m = query["within_km"] * 1_000
    rows = search.find_near(session(), wanted, around.centre, within_m, after, A_PAGE + 1)
    items, following = cursors.page(rows, A_PAGE, lambda row: (row[1], row[0].id))
    return Found([(None, items)] if items else [], following)


def _around(query: Mapping[str, Any]) -> Around | None:
    """A town that was typed goes before a point, which is where somebody was before typing."""
    if "place" in query:
        there_are = places.match(query["place"]).places
        if not there_are:
            return None
        first, *others = there_are[: OTHER_PLACES + 1]
        return Around(
            (first.latitude, first.longitude),
            _name(first),
            [(_name(one), here(place=None, cursor=None, near=_point(one))) for one in others],
        )
    if "near" in query:
        (nearest,) = places.towns_by(query["near"], 1)
        return Around(query["near"], localized(nearest.names, locale()))
    return None


def _name(place: FoundPlace) -> str:
    region = regions.get(place.region_code)
    names = [localized(place.names, locale()), localized(region.names, locale()) if region else ""]
    return ", ".join(filter(None, names))


def _point(place: FoundPlace) -> str:
    return f"{place.latitude:.2f},{place.longitude:.2f}"


def _regions() -> list[tuple[str, str]]:
    named = ((region.code, localized(region.names, locale())) for region in regions.all_regions())
    return sorted(named, key=lambda one: formats.in_order(one[1]))


def _districts(region_code: str | None) -> list[tuple[str, str]]:
    """Those of the chosen region by name; before one is chosen there is nothing to choose from."""
    if region_code is None:
        return []
    known = districts.current(session()).of_region(region_code)
    named = ((one.code, localized(one.names, locale())) for one in known)
    return sorted(named, key=lambda one: formats.in_order(one[1]))
