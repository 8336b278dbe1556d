"""The list of events as a file: whatever its query finds, all of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response

from http_base import table_files
from http_base.context import session
from service.events import search
from service.events.search import Search
from service.figures import export_tables
from service.models import Event
from service.models.exports import ExportOf

AT_ONCE = 1_000


def as_file(wanted: Search, query: Mapping[str, Any], kind: str) -> Response:
    """All events of a search, nearest first where the query says near what. Raises Invalid: too many."""
    asked = table_files.asked_of(ExportOf.EVENTS, {}, kind, query)
    found = _near(wanted, query) if "near" in query else _soonest(wanted)
    return table_files.of_rows(asked, export_tables.event_rows(session(), asked, found), kind, query)


def _soonest(wanted: Search) -> Iterator[Event]:
    after = None
    while page := search.find(session(), wanted, after, AT_ONCE):
        yield from page
        after = (page[-1].starts_at, page[-1].id)


def _near(wanted: Search, query: Mapping[str, Any]) -> Iterator[Event]:
    after = None
    while page := search.find_near(
        session(), wanted, query["near"], query["within_km"] * 1_000, after, AT_ONCE
    ):
        yield from (event for event, _ in page)
        event, distance_m = page[-1]
        after = (distance_m, event.id)
