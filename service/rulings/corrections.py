"""Staff's correction: who was there without a record, who was not in spite of one, how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor, Permission, may, require
from service.attendance.derivation import Decision, event_minutes
from service.attendance.evidence import Status
from service.attendance.presence_facts import EventFacts
from service.events import events, frozen
from service.models import AuditAction
from service.platform.thresholds import Thresholds
from service.rulings import appeals, decisions
from service.rulings.decisions import AttendanceFile, RuledBy, Ruling


@dataclass(frozen=True, slots=True)
class Correction:
    """What staff says. `minutes`: None leaves them as the records say, else the whole event."""

    present: bool
    minutes: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """The attendance as the contract shows it, and the zone of its event."""

    attendance: dict[str, Any]
    zone: str


def correct(
    session: Session,
    actor: Actor,
    event_id: UUID,
    volunteer_id: UUID,
    correction: Correction,
    now: datetime,
    thresholds: Thresholds,
) -> Corrected:
    """Say whether somebody was there, as an organizer or as the coordinator. The same again changes nothing.

    A coordinator has 90 days, binds organizers, and decides with it on an appeal that waits.

    Raises:
        NotFound: no such event or person, or nobody knew of the presence that is denied. Forbidden.
        OwnAttendance: about oneself. NotPublished, Cancelled: nothing took place.
        CorrectionTooEarly, CorrectionTooLate. Invalid: minutes beyond the event, or of somebody absent.
        CoordinatorDecided: a coordinator has decided otherwise. Busy.
    """
    event = events.get_visible(session, actor, event_id)
    target = events.target_of(event)
    require(actor, Permission.CORRECT_ATTENDANCE, target)
    if volunteer_id == actor.volunteer_id:
        raise presence_errors.OwnAttendance()
    status = Status.COUNTED if correction.present else Status.REJECTED
    role = RuledBy.COORDINATOR if may(actor, Permission.CORRECT_AS_COORDINATOR, target) else RuledBy.ORGANIZER
    ruling = Ruling(role, actor.volunteer_id, status, correction.minutes, correction.reason)
    detail = {"as": role, "status": status, "minutes": correction.minutes}

    def act() -> Corrected:
        file = decisions.lock_and_read(session, event_id, volunteer_id)
        corrected = _correct(session, file, ruling, now, thresholds)
        if role is RuledBy.COORDINATOR:
            appeals.close(session, corrected["id"], now)
        events.record(session, actor, AuditAction.ATTENDANCE_CORRECTED, event, now, volunteer_id, detail)
        return Corrected(corrected, file.facts.event.zone)

    return decisions.retrying(session, act)


def _correct(
    session: Session, file: AttendanceFile, ruling: Ruling, now: datetime, thresholds: Thresholds
) -> dict[str, Any]:
    event = file.facts.event
    try:
        _check_moment(event, ruling, now, thresholds)
    except errors.ServiceError as refusal:
        raise refusal.in_zone(event.zone) from None
    _check_minutes(event, ruling)
    if ruling.status is Status.REJECTED and file.held is None and not file.facts.records:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    if file.is_repeated(ruling):
        return decisions.shown(file)
    _check_coordinator(file, ruling)
    return decisions.put(session, file, ruling, _decision(file, ruling), now, thresholds)


def _check_moment(event: EventFacts, ruling: Ruling, now: datetime, thresholds: Thresholds) -> None:
    """From the start of the event until as late as phones send what they kept; a coordinator, longer."""
    if event.status == "draft":
        raise errors.NotPublished()
    never_began = event.cancelled_at is not None and event.cancelled_at <= event.starts_at
    if never_began and ruling.status is Status.COUNTED:
        raise errors.Cancelled(cancelled_at=event.cancelled_at, reason=event.cancel_reason or "")
    if now < event.starts_at:
        raise presence_errors.CorrectionTooEarly(opens_at=event.starts_at)
    is_organizer = ruling.role is RuledBy.ORGANIZER
    open_for = timedelta(days=thresholds.review_sync_days)
    closed_at = event.ends_at + (open_for if is_organizer else frozen.COORDINATORS_OPEN_AFTER_END)
    if now > closed_at:
        raise presence_errors.CorrectionTooLate(closed_at=closed_at)


def _check_minutes(event: EventFacts, ruling: Ruling) -> None:
    if ruling.minutes is None:
        return
    if ruling.status is Status.REJECTED:
        raise errors.Invalid("minutes", "minutes-of-absence")
    longest = event_minutes(event.starts_at, event.presence_ends_at)
    if not 0 <= ruling.minutes <= longest:
        raise errors.Invalid("minutes", "minutes-of-event", longest=longest)


def _check_coordinator(file: AttendanceFile, ruling: Ruling) -> None:
    """What a coordinator has decided binds organizers: they may still name the minutes."""
    if ruling.role is RuledBy.COORDINATOR:
        return
    reviews = [said for said in file.decisions if said.role == RuledBy.COORDINATOR]
    if reviews and reviews[-1].status != ruling.status:
        raise presence_errors.CoordinatorDecided(attendance_status=reviews[-1].status)


def _decision(file: AttendanceFile, ruling: Ruling) -> Decision:
    """A rejection keeps the minutes that were named before, should it be lifted again."""
    minutes = ruling.minutes
    if ruling.status is Status.REJECTED and file.held is not None and file.held.decision is not None:
        minutes = file.held.decision.minutes
    return Decision(ruling.status, minutes, is_correction=True)
