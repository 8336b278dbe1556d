"""The organizer's list, tick by tick; and the person's own word against it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from http_base import list_results
from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.fields import OPTIONAL, one_of
from http_base.openapi import ProblemField
from http_base.presence import in_zone
from http_base.schemas.ticks import ListBody
from mobile_api.attendance.check_ins import AttendanceShown
from service import errors, presence_errors
from service.rulings import not_me
from service.rulings.staff_list import Ticked
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
    return {"results": list_results.take(body, event_id, _shown)}


def _shown(ticked: Ticked) -> dict[str, Any]:
    return {} if ticked.attendance is None else {"attendance": in_zone(ticked.attendance, ticked.zone)}


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
