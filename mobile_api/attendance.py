"""Check-in, check-out and one's own record of attendance."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from mobile_api import paging
from mobile_api.context import actor, identity, now, parts, session
from mobile_api.events import EventShown, shown
from mobile_api.fields import Moment, Number, Paged, Point, Strict, Text
from mobile_api.http import Blueprint
from service import attendance
from service.attendance import Report, Stored
from service.evidence import Position

blueprint = Blueprint("attendance", __name__, url_prefix="/v1", description="Attendance")


class PositionBody(Point):
    accuracy_m = Number(0, required=True, allow_none=True)
    fixed_at = Moment(required=True)
    mocked = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class PresenceBody(Strict):
    id = fields.UUID(required=True)
    sent_at = Moment(required=True)
    installation_id = Text(required=True)
    position = fields.Nested(PositionBody, required=True)


class AttendanceShown(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    volunteer_id = fields.UUID()
    status = fields.String()
    evidence = fields.String()
    checked_in_at = fields.DateTime(format="iso")
    checked_out_at = fields.DateTime(format="iso", allow_none=True)
    minutes = fields.Integer(allow_none=True)
    minutes_assumed = fields.Boolean()
    distance_m = fields.Integer(allow_none=True)
    reasons = fields.List(fields.String())


class RecordLine(Schema):
    event = fields.Nested(EventShown)
    checked_in_at = fields.DateTime(format="iso")
    checked_out_at = fields.DateTime(format="iso", allow_none=True)
    minutes = fields.Integer(allow_none=True)
    status = fields.String()


class Record(Schema):
    events = fields.Integer()
    minutes = fields.Integer()
    items = fields.List(fields.Nested(RecordLine))
    next = fields.String(allow_none=True)


def _report(body: dict[str, Any], event_id: UUID) -> Report:
    return Report(
        id=body["id"],
        event_id=event_id,
        installation_id=body["installation_id"],
        sent_at=body["sent_at"],
        position=Position(**body["position"]),
    )


def _stored(act: Callable[..., Stored], body: dict[str, Any], event_id: UUID) -> Stored:
    stored = act(session(), identity().subject, _report(body, event_id), now(), parts().settings.thresholds)
    session().commit()
    return stored


def _in_zone(document: dict[str, Any], zone: str) -> dict[str, Any]:
    """The attendance with its times in the event's own zone."""
    local = ZoneInfo(zone)
    times: dict[str, datetime | None] = {
        name: document[name] and document[name].astimezone(local)
        for name in ("checked_in_at", "checked_out_at")
    }
    return document | times


@blueprint.route("/events/<uuid:event_id>/check-ins", methods=["POST"])
@blueprint.arguments(PresenceBody)
@blueprint.response(HTTPStatus.OK, AttendanceShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=AttendanceShown)
def post_check_in(body: dict[str, Any], event_id: UUID) -> Any:
    """Say that one is there; 201, and 200 when this very check-in was stored before."""
    stored = _stored(attendance.check_in, body, event_id)
    status = HTTPStatus.OK if stored.repeated else HTTPStatus.CREATED
    return _in_zone(dict(stored.attendance), stored.zone), status


@blueprint.route("/events/<uuid:event_id>/check-outs", methods=["POST"])
@blueprint.arguments(PresenceBody)
@blueprint.response(HTTPStatus.OK, AttendanceShown)
def post_check_out(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Say that one leaves: the minutes are filled in."""
    stored = _stored(attendance.check_out, body, event_id)
    return _in_zone(dict(stored.attendance), stored.zone)


@blueprint.route("/me/record", methods=["GET"])
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, Record)
def get_record(query: dict[str, Any]) -> dict[str, Any]:
    """Where one was, newest first; the sums hold counted attendance only."""
    volunteer_id = actor().volunteer_id
    after = paging.decode(query.get("cursor"), paging.moment, UUID)
    found = attendance.history(session(), volunteer_id, after, query["limit"] + 1)
    rows, following = paging.page(found, query["limit"], lambda row: (row[0].checked_in_at, row[0].id))
    events_counted, minutes = attendance.totals(session(), volunteer_id)
    items = [
        {
            "event": shown(event),
            "minutes": attended.minutes,
            "status": attended.status,
            **_in_zone(
                {"checked_in_at": attended.checked_in_at, "checked_out_at": attended.checked_out_at},
                event.zone,
            ),
        }
        for attended, event in rows
    ]
    return {"events": events_counted, "minutes": minutes, "items": items, "next": following}
