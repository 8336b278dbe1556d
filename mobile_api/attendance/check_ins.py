"""Check-in and check-out."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import presence
from http_base.blueprints import Blueprint
from http_base.fields import OPTIONAL, one_of
from http_base.openapi import ProblemField
from http_base.schemas.presence import BatchBody, CheckInBody, PresenceBody
from service import errors, presence_errors
from service.attendance.evidence import Evidence, RecordKind, Status

blueprint = Blueprint("attendance", __name__, url_prefix="/v1", description="Attendance")

REFUSALS = (
    presence_errors.OutsideArea,
    presence_errors.TooEarly,
    presence_errors.TooLate,
    presence_errors.StalePosition,
    presence_errors.WrongPlaceCode,
    presence_errors.TooManyRecords,
    errors.NotPublished,
    errors.IdReused,
    errors.TooManyRequests,
)
"""Of a check-in or check-out; those of a kept record stand in its result."""

COMING = (presence_errors.SignupRequired, errors.Cancelled, errors.ConsentMissing, errors.TooYoung)
"""Of a check-in alone: who is there may leave."""


class AttendanceShown(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    volunteer_id = fields.UUID()
    status = one_of(*Status)
    evidence = one_of(*Evidence)
    checked_in_at = fields.DateTime(format="iso")
    checked_out_at = fields.DateTime(format="iso", allow_none=True)
    minutes = fields.Integer(allow_none=True)
    assumed_minutes = fields.Integer()
    minutes_assumed = fields.Boolean()
    distance_m = fields.Integer(allow_none=True)
    companions = fields.Integer(metadata={"description": "Declared: people without phones who came along."})
    reasons = fields.List(fields.String())


class PresenceShown(AttendanceShown):
    """The answer to a record: `hints` says what was wrong with it, though something else speaks for it."""

    hints = fields.List(fields.String(), metadata={"description": "wrong-place-code"})


class BatchResult(Schema):
    """`id`: null where the record had none that could be read."""

    id = fields.UUID(allow_none=True)
    outcome = one_of("stored", "repeated", "refused")
    attendance = fields.Nested(PresenceShown, metadata=OPTIONAL)
    problem = ProblemField(metadata=OPTIONAL)


class BatchShown(Schema):
    results = fields.List(fields.Nested(BatchResult))


@blueprint.route("/events/<uuid:event_id>/check-ins", methods=["POST"])
@blueprint.operation("checkIn", "a volunteer", *REFUSALS, *COMING)
@blueprint.arguments(CheckInBody)
@blueprint.response(HTTPStatus.OK, PresenceShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=PresenceShown)
def post_check_in(body: dict[str, Any], event_id: UUID) -> Any:
    """Say that one is there; 201, and 200 when this very check-in was stored before."""
    stored = presence.report(body, event_id, RecordKind.CHECK_IN)
    status = HTTPStatus.OK if stored.repeated else HTTPStatus.CREATED
    return presence.shown(stored), status


@blueprint.route("/events/<uuid:event_id>/check-outs", methods=["POST"])
@blueprint.operation("checkOut", "a volunteer", presence_errors.NotCheckedIn, *REFUSALS)
@blueprint.arguments(PresenceBody)
@blueprint.response(HTTPStatus.OK, PresenceShown)
def post_check_out(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Say that one leaves: the minutes are filled in."""
    stored = presence.report(body, event_id, RecordKind.CHECK_OUT)
    return presence.shown(stored)


@blueprint.route("/attendance/batch", methods=["POST"])
@blueprint.operation("sendBatch", "a volunteer")
@blueprint.arguments(BatchBody)
@blueprint.response(HTTPStatus.OK, BatchShown)
def post_batch(body: dict[str, Any]) -> dict[str, Any]:
    """What a phone kept while without signal, in any order; each record has its own outcome."""
    return {"results": presence.report_kept(body)}
