"""Events in the phone's own calendar: one as a file, and a private feed of what somebody goes to."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import Schema, fields

from http_base import calendar_links
from http_base.blueprints import Blueprint, OpenBlueprint
from http_base.context import actor, locale, maybe_actor, now, services, session
from http_base.document import OPEN, OPEN_OR_SIGNED_IN
from http_base.fields import Strict, one_of
from mobile_api.events.calendar_files import MEDIA_TYPE, written
from notifications.words import LOCALES, translate
from service import errors
from service.events import calendar_feeds, events

blueprint = Blueprint("calendars", __name__, url_prefix="/v1", description="Calendars")
feeds = OpenBlueprint("feeds", __name__, url_prefix="/v1", description="Calendars")
"""What calendar programs read, which add to an address as they like."""

KEPT = "private, no-cache"


class CalendarQuery(Strict):
    """`lang`: of its words; else an event follows `Accept-Language`, and a feed its person's language."""

    lang = one_of(*LOCALES)


class CalendarShown(Schema):
    url = fields.String(
        allow_none=True,
        metadata={"description": "To subscribe to; whoever has it reads the calendar. Null: there is none."},
    )


@blueprint.route("/events/<uuid:event_id>/calendar.ics", methods=["GET"])
@blueprint.operation(
    "getEventCalendar", "anyone; a draft only its organizers and coordinators", security=OPEN_OR_SIGNED_IN
)
@blueprint.arguments(CalendarQuery, location="query")
@blueprint.response(HTTPStatus.OK, {"type": "string"}, content_type=MEDIA_TYPE)
def get_event_calendar(query: dict[str, Any], event_id: UUID) -> Response:
    """One event for the phone's own calendar; `SEQUENCE` grows with each change."""
    event = events.get_visible(session(), maybe_actor(), event_id)
    entry = calendar_feeds.of_event(event)
    return _answer(written([entry], query.get("lang", locale())), f"tazalyq-{event.day}.ics")


@blueprint.route("/me/calendar", methods=["GET"])
@blueprint.operation("getMyCalendar", "a volunteer")
@blueprint.response(HTTPStatus.OK, CalendarShown)
def get_my_calendar() -> dict[str, Any]:
    """Where one's calendar is read."""
    feed = calendar_feeds.get(session(), actor().volunteer_id)
    return {"url": None if feed is None else calendar_links.address_of(feed)}


@blueprint.route("/me/calendar", methods=["POST"])
@blueprint.operation("renewMyCalendar", "a volunteer")
@blueprint.response(HTTPStatus.OK, CalendarShown)
def post_my_calendar() -> dict[str, Any]:
    """Begin it, or give it another address: from now on the former one is 404."""
    feed = calendar_feeds.put(session(), actor().volunteer_id, now())
    session().commit()
    return {"url": calendar_links.address_of(feed)}


@blueprint.route("/me/calendar", methods=["DELETE"])
@blueprint.operation("stopMyCalendar", "a volunteer")
@blueprint.response(HTTPStatus.NO_CONTENT)
def delete_my_calendar() -> None:
    """End it: its address is 404."""
    calendar_feeds.remove(session(), actor().volunteer_id)
    session().commit()


@feeds.route("/calendars/<key>.ics", methods=["GET"])
@feeds.operation("readCalendar", "whoever has its address", errors.TooManyRequests, security=OPEN)
@feeds.arguments(CalendarQuery, location="query")
@feeds.response(HTTPStatus.OK, {"type": "string"}, content_type=MEDIA_TYPE)
def get_calendar(query: dict[str, Any], key: str) -> Response:
    """What somebody goes to or waits for, from 90 days ago on. What was left or called off stays in it as
    `CANCELLED`, so that calendars take it away."""
    mark = calendar_links.mark_in(key)
    services().address_limit.count(f"calendar {mark}" if mark else request.remote_addr or "")
    person = None if mark is None else calendar_feeds.reader(session(), mark, now())
    if person is None:
        raise errors.NotFound(errors.Thing.CALENDAR)
    language = query.get("lang", person.locale)
    entries = calendar_feeds.of_person(session(), person.id, now())
    return _answer(written(entries, language, translate("calendar.name", language)), "tazalyq.ics")


def _answer(content: bytes, name: str) -> Response:
    """The file; 304 to who has it already."""
    response = Response(content, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = KEPT
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    response.make_conditional(request)
    return response
