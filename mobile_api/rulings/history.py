"""One's own record: where one was, and the facts behind each line."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from http_base import cursors
from http_base.blueprints import Blueprint
from http_base.context import actor, locale, now, session
from http_base.fields import Paged, one_of
from http_base.wording import doubt
from mobile_api.events import known as known_things
from mobile_api.events.events import EventShown, shown
from mobile_api.events.known import Known
from notifications import words
from service.attendance.evidence import Evidence, RecordKind, Status
from service.models import PresenceRecord
from service.rulings import history
from service.rulings.history import Asked, HistoryEntry, RecordFacts, Said
from service.rulings.standing import RuledBy

DEFAULT_REASONS = {
    RuledBy.ORGANIZER: "list.reason",
    RuledBy.COORDINATOR: "list.reason",
    RuledBy.VOLUNTEER: "list.not-me",
}
"""What stands for a reason where nobody wrote one."""

blueprint = Blueprint("history", __name__, url_prefix="/v1/me", description="One's own record")


class PlaceShown(Schema):
    latitude = fields.Float()
    longitude = fields.Float()


class RecordShown(Schema):
    """One check-in or check-out. `position`: null without one, and once coordinates are not kept any more."""

    type = one_of(*RecordKind)
    captured_at = fields.DateTime(format="iso")
    position = fields.Nested(PlaceShown, allow_none=True)
    accuracy_m = fields.Float(allow_none=True)
    distance_m = fields.Integer(allow_none=True)
    evidence = one_of(*Evidence)
    code_is_right = fields.Boolean()
    attested = fields.Boolean(allow_none=True)
    reasons = fields.List(fields.String())


class DecisionShown(Schema):
    """What was said: as what (organizer, coordinator, volunteer: the person), not who."""

    by = one_of(*RuledBy)
    status = one_of(*Status)
    minutes = fields.Integer(allow_none=True)
    reason = fields.String()
    decided_at = fields.DateTime(format="iso")


class AppealShown(Schema):
    """Of the attendance, or of the refusal that it followed from. `decided_at`: null until a coordinator has
    decided."""

    id = fields.UUID()
    text = fields.String()
    created_at = fields.DateTime(format="iso")
    decided_at = fields.DateTime(format="iso", allow_none=True)


class RecordLine(Schema):
    """`explanations`: the reasons in the caller's language."""

    attendance_id = fields.UUID()
    event = fields.Nested(EventShown)
    checked_in_at = fields.DateTime(format="iso")
    checked_out_at = fields.DateTime(format="iso", allow_none=True)
    minutes = fields.Integer(allow_none=True)
    assumed_minutes = fields.Integer()
    minutes_assumed = fields.Boolean()
    status = one_of(*Status)
    evidence = one_of(*Evidence)
    distance_m = fields.Integer(allow_none=True)
    companions = fields.Integer()
    reasons = fields.List(fields.String())
    explanations = fields.List(fields.String())
    records = fields.List(fields.Nested(RecordShown))
    decisions = fields.List(fields.Nested(DecisionShown))
    appeal = fields.Nested(AppealShown, allow_none=True)
    can_appeal = fields.Boolean()


class SumsShown(Schema):
    """Of `minutes`, `assumed_minutes` are assumed: nothing proves when the person left."""

    events = fields.Integer()
    minutes = fields.Integer()
    assumed_minutes = fields.Integer()


class OwnRecordShown(SumsShown):
    this_year = fields.Nested(SumsShown)
    items = fields.List(fields.Nested(RecordLine))
    next = fields.String(allow_none=True)


@blueprint.route("/record", methods=["GET"])
@blueprint.operation("getRecord", "a volunteer")
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, OwnRecordShown)
def get_record(query: dict[str, Any]) -> dict[str, Any]:
    """Where one was, newest first; the sums hold counted attendance only."""
    volunteer_id = actor().volunteer_id
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    found = history.entries(session(), volunteer_id, after, query["limit"] + 1)
    rows, following = cursors.page(
        found, query["limit"], lambda line: (line.attendance.checked_in_at, line.attendance.id)
    )
    sums, this_year = history.totals(session(), volunteer_id, now())
    known = known_things.of([line.event for line in rows])
    items = [_line(line, known) for line in rows]
    return asdict(sums) | {"this_year": this_year, "items": items, "next": following}


class RecordPage(RecordLine):
    """One line, its records a page at a time."""

    next = fields.String(allow_none=True)


@blueprint.route("/record/<uuid:event_id>", methods=["GET"])
@blueprint.operation("getRecordOfEvent", "whose attendance it is")
@blueprint.arguments(Paged, location="query")
@blueprint.response(HTTPStatus.OK, RecordPage)
def get_record_of_event(query: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """The facts behind one attendance, its records oldest first."""
    after = cursors.decode(query.get("cursor"), cursors.moment, UUID)
    attended, event = history.entry(session(), actor().volunteer_id, event_id)
    found = history.records(session(), attended, after, query["limit"] + 1)
    records, following = cursors.page(found, query["limit"], lambda record: (record.captured_at, record.id))
    grounds = history.grounds_of(session(), [attended.id])[attended.id]
    zone = ZoneInfo(event.zone)
    return _line(HistoryEntry(attended, event, grounds), known_things.of([event])) | {
        "records": [record_shown(record, zone) for record in records],
        "next": following,
    }


def _line(line: HistoryEntry, known: Known) -> dict[str, Any]:
    attended, zone = line.attendance, ZoneInfo(line.event.zone)
    names = (
        "minutes",
        "assumed_minutes",
        "minutes_assumed",
        "status",
        "evidence",
        "distance_m",
        "companions",
        "reasons",
    )
    return {
        "attendance_id": attended.id,
        "event": shown(line.event, known=known),
        "checked_in_at": attended.checked_in_at.astimezone(zone),
        "checked_out_at": local(attended.checked_out_at, zone),
        **{name: getattr(attended, name) for name in names},
        "explanations": explanations(attended.reasons),
        "records": [record_shown(one.record, zone) for one in line.grounds.records],
        "decisions": [decision_shown(said, zone) for said in line.grounds.decisions],
        "appeal": appeal_shown(line.grounds.asked, zone),
        "can_appeal": line.can_appeal,
    }


def local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A moment in the event's own zone."""
    return at and at.astimezone(zone)


def explanations(reasons: Sequence[str]) -> list[str]:
    """What each rule that raised a doubt says, in the caller's language."""
    return [doubt(reason, locale()) for reason in reasons]


def record_shown(record: PresenceRecord | RecordFacts, zone: ZoneInfo) -> dict[str, Any]:
    """A record as evidence."""
    names = ("type", "accuracy_m", "distance_m", "evidence", "code_is_right", "attested", "reasons")
    position = None
    if record.latitude is not None:
        position = {"latitude": record.latitude, "longitude": record.longitude}
    return {
        **{name: getattr(record, name) for name in names},
        "captured_at": record.captured_at.astimezone(zone),
        "position": position,
    }


def decision_shown(said: Said, zone: ZoneInfo) -> dict[str, Any]:
    """A decision without the name of who took it."""
    return {
        "by": said.role,
        "status": said.status,
        "minutes": said.minutes,
        "reason": said.reason or words.translate(DEFAULT_REASONS[RuledBy(said.role)], locale()),
        "decided_at": said.decided_at.astimezone(zone),
    }


def appeal_shown(appeal: Asked | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """What the volunteer answered, if anything."""
    if appeal is None:
        return None
    return {
        "id": appeal.id,
        "text": appeal.text,
        "created_at": appeal.created_at.astimezone(zone),
        "decided_at": local(appeal.decided_at, zone),
    }
