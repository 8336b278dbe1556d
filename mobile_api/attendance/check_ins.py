"""Check-in and check-out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from http_base import problems
from http_base.blueprints import Blueprint
from http_base.context import attestation, identity, now, services, session
from http_base.fields import ITEMS_TO, OPTIONAL, DateTime, Number, Point, Strict, Text, YesNo, one_of, whole
from http_base.one_by_one import Kept, Unreadable
from http_base.openapi import ProblemField
from service import errors, presence_errors
from service.attendance import check_in, place_codes
from service.attendance.check_in import RecordOutcome, Stored
from service.attendance.evidence import Evidence, Position, RecordKind, Status
from service.attendance.sent_records import SentRecord
from service.models.events import MAX_COMPANIONS
from service.people import identities

blueprint = Blueprint("attendance", __name__, url_prefix="/v1", description="Attendance")

MAX_RECORDS = 200
REFUSALS = (
    presence_errors.OutsideArea,
    presence_errors.TooEarly,
    presence_errors.TooLate,
    presence_errors.StalePosition,
    presence_errors.WrongPlaceCode,
    presence_errors.TooManyRecords,
    presence_errors.SignupRequired,
    errors.NotPublished,
    errors.Cancelled,
    errors.ConsentMissing,
    errors.TooYoung,
    errors.IdReused,
    errors.TooManyRequests,
)
"""Of a check-in or check-out; those of a kept record stand in its result."""


class PositionBody(Point):
    accuracy_m = Number(0, required=True, allow_none=True)
    fixed_at = DateTime(required=True)
    # iOS has no such flag, and some apps say so with a null.
    mocked = YesNo(load_default=False, allow_none=True)


class Evidenced(Strict):
    """A position, the code of the place, or both."""

    id = fields.UUID(required=True)
    position = fields.Nested(PositionBody, allow_none=True)
    code = Text(longest=20, allow_none=True)

    @validates_schema
    def _some_evidence(self, data: dict[str, Any], **_options: Any) -> None:
        if not data.get("position") and not data.get("code"):
            raise ValidationError("position-or-code", "position")


class PresenceBody(Evidenced):
    sent_at = DateTime(required=True)
    installation_id = Text(required=True)


def _companions() -> fields.Integer:
    """People without phones who came along; null as if absent."""
    return whole(0, MAX_COMPANIONS, allow_none=True)


class CheckInBody(PresenceBody):
    companions = _companions()


class KeptRecord(Evidenced):
    type = one_of("check_in", "check_out", required=True)
    event_id = fields.UUID(required=True)
    captured_at = DateTime(required=True)
    companions = _companions()

    @validates_schema
    def _who_comes_brings(self, data: dict[str, Any], **_options: Any) -> None:
        if data.get("companions") and data.get("type") == "check_out":
            raise ValidationError("companions-of-check-out", "companions")


class BatchBody(Strict):
    checked_by_item = "records"

    sent_at = DateTime(required=True)
    installation_id = Text(required=True)
    records = fields.List(
        Kept(KeptRecord), required=True, validate=validate.Length(max=MAX_RECORDS, error=ITEMS_TO)
    )


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


def _position(body: dict[str, Any]) -> Position | None:
    if not body.get("position"):
        return None
    return Position(**body["position"] | {"mocked": bool(body["position"]["mocked"])})


def _live(body: dict[str, Any], event_id: UUID, kind: RecordKind) -> SentRecord:
    """A record that was sent at the moment of presence."""
    moment = now()
    return SentRecord(
        id=body["id"],
        event_id=event_id,
        kind=kind,
        installation_id=body["installation_id"],
        captured_at=moment,
        clock_ahead=body["sent_at"] - moment,
        position=_position(body),
        code=body.get("code"),
        attested=attestation(),
        companions=body.get("companions") or 0,
    )


def _kept(record: dict[str, Any], body: dict[str, Any]) -> SentRecord:
    """A record that was kept without signal: its moment is corrected by how wrong the phone's clock goes."""
    clock_ahead = body["sent_at"] - now()
    return SentRecord(
        id=record["id"],
        event_id=record["event_id"],
        kind=RecordKind(record["type"]),
        installation_id=body["installation_id"],
        captured_at=record["captured_at"] - clock_ahead,
        clock_ahead=clock_ahead,
        position=_position(record),
        code=record.get("code"),
        is_offline=True,
        attested=attestation(),
        companions=record.get("companions") or 0,
    )


def _count_tries(sent: Sequence[SentRecord]) -> Mapping[UUID, errors.TooManyRequests]:
    """Count the tries of codes before any is judged, in a transaction of its own; refusals by event."""
    tried = [one.event_id for one in sent if one.code is not None]
    if not tried:
        return {}
    limit = services().settings.code_tries_per_hour
    refused = place_codes.count_tries(session(), tried, _sender_id(), now(), limit)
    session().commit()
    return refused


def _sender_id() -> UUID:
    """Whose record the token is of, banned or not: what was captured before a ban is still taken."""
    found = identities.find_actor(session(), identity().subject)
    if found is None:
        raise errors.NotRegistered()
    return found.volunteer_id


def _report(body: dict[str, Any], event_id: UUID, kind: RecordKind) -> Stored:
    sent = _live(body, event_id, kind)
    for refusal in _count_tries([sent]).values():
        raise refusal
    caller = identity()
    stored = check_in.record(
        services().connections, caller.subject, sent, now(), services().settings.thresholds, caller
    )
    if stored.attendance is None:
        # Kept all the same: the check-in may still wait in the phone for a signal.
        raise presence_errors.NotCheckedIn()
    return stored


def in_zone(document: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """The attendance with its times in the event's own zone."""
    local = ZoneInfo(zone)
    times: dict[str, datetime | None] = {
        name: document[name] and document[name].astimezone(local)
        for name in ("checked_in_at", "checked_out_at")
    }
    return {**document, **times}


def _shown(stored: Stored) -> dict[str, Any]:
    return in_zone(stored.attendance or {}, stored.zone) | {"hints": stored.hints}


@blueprint.route("/events/<uuid:event_id>/check-ins", methods=["POST"])
@blueprint.operation("checkIn", "a volunteer", *REFUSALS)
@blueprint.arguments(CheckInBody)
@blueprint.response(HTTPStatus.OK, PresenceShown)
@blueprint.alt_response(HTTPStatus.CREATED, schema=PresenceShown)
def post_check_in(body: dict[str, Any], event_id: UUID) -> Any:
    """Say that one is there; 201, and 200 when this very check-in was stored before."""
    stored = _report(body, event_id, RecordKind.CHECK_IN)
    status = HTTPStatus.OK if stored.repeated else HTTPStatus.CREATED
    return _shown(stored), status


@blueprint.route("/events/<uuid:event_id>/check-outs", methods=["POST"])
@blueprint.operation("checkOut", "a volunteer", presence_errors.NotCheckedIn, *REFUSALS)
@blueprint.arguments(PresenceBody)
@blueprint.response(HTTPStatus.OK, PresenceShown)
def post_check_out(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Say that one leaves: the minutes are filled in."""
    stored = _report(body, event_id, RecordKind.CHECK_OUT)
    return _shown(stored)


@blueprint.route("/attendance/batch", methods=["POST"])
@blueprint.operation("sendBatch", "a volunteer")
@blueprint.arguments(BatchBody)
@blueprint.response(HTTPStatus.OK, BatchShown)
def post_batch(body: dict[str, Any]) -> dict[str, Any]:
    """What a phone kept while without signal, in any order; each record has its own outcome."""
    kept = [one if isinstance(one, Unreadable) else _kept(one, body) for one in body["records"]]
    outcomes = iter(_report_kept([one for one in kept if isinstance(one, SentRecord)]))
    return {
        "results": [
            one.result() if isinstance(one, Unreadable) else _result(one, next(outcomes)) for one in kept
        ]
    }


def _report_kept(sent: Sequence[SentRecord]) -> list[RecordOutcome]:
    """The outcome of each; those whose code has been tried too often are not judged."""
    tried = _count_tries(sent)
    held_back = [tried.get(one.event_id) if one.code is not None else None for one in sent]
    judged = [one for one, refusal in zip(sent, held_back, strict=True) if refusal is None]
    thresholds = services().settings.thresholds
    caller = identity()
    outcomes = iter(
        check_in.record_all(services().connections, caller.subject, judged, now(), thresholds, caller)
    )
    return [refusal or next(outcomes) for refusal in held_back]


def _result(sent: SentRecord, outcome: RecordOutcome) -> dict[str, Any]:
    if isinstance(outcome, errors.ServiceError):
        problem = problems.document_of(outcome, sent.event_id)
        return {"id": sent.id, "outcome": "refused", "problem": problem}
    result: dict[str, Any] = {"id": sent.id, "outcome": "repeated" if outcome.repeated else "stored"}
    if outcome.attendance is not None:
        result["attendance"] = _shown(outcome)
    return result
