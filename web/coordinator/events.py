"""The region's events by district and day; whose result is missing gets one message."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors
from http_base.context import actor, locale, now, session
from http_base.fields import Text, one_of
from http_base.schemas.plans import RemindBody
from service.access import Permission
from service.events import result_reminders
from service.events.result_reminders import Reminded
from service.events.search import WITHOUT_DISTRICT
from service.figures import event_lists
from service.figures.event_lists import EventFilter, EventState, Organizing
from service.geography import districts
from service.geography.districts import Districts
from service.models import EventKind
from service.models.base import COUNTRY_ZONE, localized
from web import formats
from web.addresses import here
from web.coordinator import desk
from web.coordinator.desk import Desk
from web.forms import Form, read_form, read_query
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-events")

A_PAGE = 30
AROUND = timedelta(days=14)
"""So many days back and ahead are shown where the address names none."""
NO_PERSON = Unaudited("shows events and their figures, and no person")


class Filter(Schema):
    """Which events are listed."""

    district = Text()
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    kind = one_of(*EventKind)
    organization = fields.UUID()
    state = one_of(*EventState)
    cursor = fields.String()


@pages.page("/coordinator/events", ("GET", "POST"))
@pages.staff(Permission.COUNT_REGION, audit=NO_PERSON)
def show_all() -> Response:
    """Events by their start; the organizers of the ticked ones are asked for the result."""
    form = read_form(RemindBody)
    desk.ask_for_ticks(form)
    if form.is_good:
        return _remind(form)
    at = desk.sit_down("events")
    query = read_query(Filter)
    known = districts.current(session())
    choices = _districts(at, known)
    is_district_gone = bool(choices) and query.get("district") not in {None, *dict(choices)}
    if is_district_gone:
        del query["district"]
    wanted = _wanted(at, query)
    after: tuple[datetime, UUID] | None = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = event_lists.find(session(), actor(), wanted, after, A_PAGE + 1, now())
    items, following = cursors.page(found, A_PAGE, lambda one: (one.starts_at, one.id))
    organizers = event_lists.organizers(session(), actor(), wanted, now())
    kinds = {kind: text(f"page.event.kind.{kind}") for kind in EventKind}
    return desk.show(
        at,
        "events.html",
        items=items,
        districts=known.names_of({one.district_code for one in items}),
        form=form,
        query=query,
        wanted=wanted,
        kinds=kinds,
        choices={
            "district": choices,
            "kind": kinds.items(),
            "organization": _organizations(organizers),
            "state": [(state, text(f"page.events.state.{state}")) for state in EventState],
        },
        is_district_gone=is_district_gone,
        missing=sum(one.missing for one in organizers),
        missing_href=here(state=EventState.NO_RESULT, cursor=None),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


def _remind(form: Form) -> Response:
    results = result_reminders.remind(session(), actor(), form.data["ids"], now())
    session().commit()
    asked = sum(result.outcome is Reminded.REMINDED for result in results)
    if asked == len(results):
        return done(here(), "page.events.reminded", number=asked)
    return done(here(), "page.events.some-reminded", "wait", number=asked, rest=len(results) - asked)


def _wanted(at: Desk, query: Mapping[str, Any]) -> EventFilter:
    """Days that stand the wrong way round are turned."""
    today = now().astimezone(COUNTRY_ZONE).date()
    first, last = query.get("first_day", today - AROUND), query.get("last_day", today + AROUND)
    return EventFilter(
        min(first, last),
        max(first, last),
        at.region_code,
        query.get("district"),
        query.get("kind"),
        query.get("organization"),
        EventState(query["state"]) if "state" in query else None,
    )


def district_choices(known: Districts, region_code: str) -> list[tuple[str, str]]:
    """(code, name) of each district of a region, by name."""
    return sorted(
        ((one.code, localized(one.names, locale())) for one in known.of_region(region_code)),
        key=lambda one: formats.in_order(one[1]),
    )


def _districts(at: Desk, known: Districts) -> list[tuple[str, str]]:
    """Those of the desk's region, and what has none; of several regions nothing can be chosen."""
    if at.region_code is None:
        return []
    return [
        *district_choices(known, at.region_code),
        (WITHOUT_DISTRICT, localized(districts.WITHOUT, locale())),
    ]


def _organizations(organizers: Sequence[Organizing]) -> Sequence[tuple[str, str]]:
    """Those that have events in these days."""
    return sorted(
        ((str(one.id), localized(one.name, locale())) for one in organizers),
        key=lambda one: formats.in_order(one[1]),
    )
