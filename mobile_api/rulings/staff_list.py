"""The organizer's list, tick by tick; and the person's own word against it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import problems
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import OPTIONAL, one_of
from http_base.one_by_one import Unreadable
from http_base.openapi import ProblemField
from http_base.presence import in_zone
from http_base.schemas.ticks import ListBody, tick_of
from mobile_api.attendance.check_ins import AttendanceShown
from service import errors, presence_errors
from service.rulings import not_me, staff_list
from service.rulings.staff_list import Tick, Ticked, TickOutcome
from service.rulings.ticks import Meeting

blueprint = Blueprint("staff_list", __name__, url_prefix="/v1", description="Attendance")


class TickResult(Schema):
    """`id`: null where the record had none that could be read. `attendance`: of a volunteer by id alone.

    `meeting`: another organizer has said otherwise of this person, later (overtaken) or before (overtook).
    """

    id = fields.UUID(allow_none=True)
    outcome = one_of("stored", "repeated", "refused")
    attendance = fields.Nested(AttendanceShown, metadata=OPTIONAL)
    meeting = one_of(*Meeting, metadata=OPTIONAL)
    problem = ProblemField(metadata=OPTIONAL)


class ListShown(Schema):
    results = fields.List(fields.Nested(TickResult))


@blueprint.route("/events/<uuid:event_id>/attendance", methods=["POST"])
@blueprint.operation("sendList", "its organizer; its helper", errors.Forbidden, errors.NotVerified)
@blueprint.arguments(ListBody)
@blueprint.response(HTTPStatus.OK, ListShown)
def post_list(body: dict[str, Any], event_id: UUID) -> dict[str, Any]:
    """Ticks of the list, also kept without signal; each has its own outcome, and the word said last holds.

    A phone that nobody has registered with waits 14 days for its owner, and counts as declared until then;
    the answer is the same for one that is registered.
    """
    read = [one if isinstance(one, Unreadable) else tick_of(one) for one in body["records"]]
    settings = services().settings
    outcomes = iter(
        staff_list.tick(
            session(),
            actor(),
            event_id,
            [one for one in read if isinstance(one, Tick)],
            body["reason"] or "",
            body["sent_at"],
            now(),
            settings.thresholds,
            settings.phone_regions,
        )
    )
    results = [
        one.result() if isinstance(one, Unreadable) else _result(one, next(outcomes), event_id)
        for one in read
    ]
    return {"results": results}


def _result(one: Tick, outcome: TickOutcome, event_id: UUID) -> dict[str, Any]:
    if not isinstance(outcome, Ticked):
        return {"id": one.id, "outcome": "refused", "problem": problems.document_of(outcome, event_id)}
    result: dict[str, Any] = {"id": one.id, "outcome": "repeated" if outcome.repeated else "stored"}
    if outcome.attendance is not None:
        result["attendance"] = in_zone(outcome.attendance, outcome.zone)
    if outcome.meeting is not None:
        result["meeting"] = outcome.meeting
    return result


@blueprint.route("/events/<uuid:event_id>/attendance/not-me", methods=["POST"])
@blueprint.operation(
    "denyAttendance",
    "whom an organizer has ticked",
    presence_errors.NothingToDeny,
    presence_errors.CoordinatorDecided,
)
@blueprint.response(HTTPStatus.OK, AttendanceShown)
def post_not_me(event_id: UUID) -> dict[str, Any]:
    """Say that one was not there: the attendance is rejected, and the region's coordinators are told."""
    denied = not_me.deny(session(), actor(), event_id, now(), services().settings.thresholds)
    session().commit()
    return in_zone(denied.attendance, denied.zone)
