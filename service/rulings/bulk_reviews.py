"""A coordinator's word on many attendances at once, each a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor, require_coordinator
from service.attendance.evidence import Status
from service.platform.thresholds import Thresholds
from service.rulings import reviews


class Outcome(StrEnum):
    """What came of one."""

    DECIDED = "decided"
    ALREADY_DECIDED = "already-decided"
    NOT_FOUND = "not-found"
    REFUSED = "refused"
    """It is the coordinator's own, or was too busy: the problem says which."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """`refusal`: why it was not decided."""

    id: UUID
    outcome: Outcome
    refusal: errors.ServiceError | None = None


def decide_all(
    session: Session,
    actor: Actor,
    ids: Sequence[UUID],
    status: Status,
    reason: str,
    now: datetime,
    thresholds: Thresholds,
) -> list[BulkResult]:
    """Accept or reject those that wait, in the order of `ids`; what somebody else has decided stays.

    Commits each by itself: no lock of one person is held while another's is waited for, and what was decided
    before something failed stays decided. The same call again gives the same results.

    Raises:
        Forbidden, SecondFactorRequired: coordinates nothing.
    """
    require_coordinator(actor)
    return [_decide(session, actor, id_, status, reason, now, thresholds) for id_ in ids]


def _decide(
    session: Session,
    actor: Actor,
    attendance_id: UUID,
    status: Status,
    reason: str,
    now: datetime,
    thresholds: Thresholds,
) -> BulkResult:
    try:
        reviews.decide(session, actor, attendance_id, status, reason, now, thresholds, only_waiting=True)
        session.commit()
    except errors.ServiceError as refusal:
        session.rollback()
        return BulkResult(attendance_id, *_outcome(refusal))
    return BulkResult(attendance_id, Outcome.DECIDED)


def _outcome(refusal: errors.ServiceError) -> tuple[Outcome, errors.ServiceError]:
    """Of another region's nothing is told, not even that it is there."""
    match refusal:
        case errors.AlreadyDecided():
            return Outcome.ALREADY_DECIDED, refusal
        case errors.OwnOrganization() | presence_errors.OwnAttendance() | errors.Busy():
            return Outcome.REFUSED, refusal
        case errors.NotFound() | errors.Forbidden():
            return Outcome.NOT_FOUND, errors.NotFound(errors.Thing.ATTENDANCE)
        case _:
            raise refusal
