"""An organizer's correction of who was there."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from http_base.blueprints import Blueprint
from http_base.context import actor, now, services, session
from http_base.presence import in_zone
from http_base.schemas.corrections import CorrectionBody
from mobile_api.attendance.check_ins import AttendanceShown
from service import errors, presence_errors
from service.rulings import corrections
from service.rulings.corrections import Correction

blueprint = Blueprint("corrections", __name__, url_prefix="/v1", description="Attendance")


@blueprint.route("/events/<uuid:event_id>/attendance/<uuid:volunteer_id>", methods=["PUT"])
@blueprint.operation(
    "correctAttendance",
    "its organizer; a coordinator of its region",
    errors.Forbidden,
    errors.NotPublished,
    errors.Cancelled,
    presence_errors.CorrectionTooEarly,
    presence_errors.CorrectionTooLate,
    presence_errors.CoordinatorDecided,
    presence_errors.PersonConsentMissing,
    errors.NotVerified,
)
@blueprint.arguments(CorrectionBody)
@blueprint.response(HTTPStatus.OK, AttendanceShown)
def put_correction(body: dict[str, Any], event_id: UUID, volunteer_id: UUID) -> dict[str, Any]:
    """Say that somebody was there, for how long, or that they were not; kept with who, when and why.

    An organizer's word that somebody of the organization's own was there waits for a coordinator: `review`.
    """
    corrected = corrections.correct(
        session(), actor(), event_id, volunteer_id, Correction(**body), now(), services().settings.thresholds
    )
    session().commit()
    return in_zone(corrected.attendance, corrected.zone)
