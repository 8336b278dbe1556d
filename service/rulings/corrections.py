"""Staff's correction: who was there without a record, who was not in spite of one, how long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor, Permission, may, require
from service.attendance.derivation import event_minutes
from service.attendance.evidence import Status
from service.attendance.presence_facts import EventFacts
from service.events import events, frozen, signups
from service.models import AuditAction, Event
from service.people import consents
from service.platform.thresholds import Thresholds
from service.rulings import appeals, beyond_organizers, decisions
from service.rulings.decisions import AttendanceFile, Ruling
from service.rulings.standing import RuledBy


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

    A coordinator has 90 days, binds organizers, and decides with it on an appeal that waits. That somebody of
    the organization's own, or somebody banned, was there counts by their phone, or by a coordinator's word.

    Raises:
        NotFound: no such event or person, or who is denied neither came nor had signed up. Forbidden.
        OwnAttendance: about oneself. NotPublished, Cancelled: nothing took place.
        CorrectionTooEarly, CorrectionTooLate. Invalid: minutes beyond the event, or of somebody absent.
        CoordinatorDecided: a coordinator has decided otherwise. Busy.
        PersonConsentMissing: about who had not consented, neither during the event nor by now, and was not
            recorded before.
    """
    event = events.get_visible(session, actor, event_id)
    target = events.target_of(event)
    require(actor, Permission.CORRECT_ATTENDANCE, target)
    if volunteer_id == actor.volunteer_id:
        raise presence_errors.OwnAttendance()
    role = RuledBy.COORDINATOR if may(actor, Permission.CORRECT_AS_COORDINATOR, target) else RuledBy.ORGANIZER
    status = Status.COUNTED if correction.present else Status.REJECTED
    is_beyond = role is RuledBy.ORGANIZER and beyond_organizers.among(session, event_id, [volunteer_id])
    if correction.present and is_beyond:
        status = Status.REVIEW
    ruling = Ruling(role, actor.volunteer_id, status, correction.minutes, correction.reason)
    detail = {"as": role, "status": status, "minutes": correction.minutes}

    def act() -> Corrected:
        if correction.present:
            signups.confirm_seen(session, event_id, volunteer_id, now)
        file = decisions.lock_and_read(session, event_id, volunteer_id)
        if not file.stands:
            check_consent(session, file, ruling, (event.starts_at, min(event.ends_at, now), now))
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
    is_organizer = ruling.role is RuledBy.ORGANIZER
    organizers_have = timedelta(days=thresholds.review_sync_days)
    open_for = organizers_have if is_organizer else frozen.COORDINATORS_OPEN_AFTER_END
    check_open(event, ruling.status, event.starts_at, open_for, said_at=now, now=now)
    check_minutes(event, ruling.status, ruling.minutes)
    if ruling.status is Status.REJECTED and not _is_known(session, file):
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    if file.is_repeated(ruling):
        return decisions.shown(file)
    if is_organizer:
        check_unbound(file, ruling)
    return decisions.put(session, file, ruling, now, thresholds)


def _is_known(session: Session, file: AttendanceFile) -> bool:
    """Whether there is any presence of this person to deny: one that was recorded, or announced."""
    if file.held is not None or file.facts.records:
        return True
    event_id, volunteer_id = UUID(file.facts.event.id), UUID(file.facts.volunteer_id)
    return events.is_one_of_its_people(session, event_id, volunteer_id)


def check_open(
    event: EventFacts | Event,
    status: Status,
    opens_at: datetime,
    open_for: timedelta,
    *,
    said_at: datetime,
    now: datetime,
) -> None:
    """Check that staff can say now who was at an event: something said at a moment, from `opens_at` on.

    Raises, in the event's zone:
        NotPublished. Cancelled: it never began, and somebody was there.
        CorrectionTooEarly, CorrectionTooLate.
    """
    closed_at = event.ends_at + open_for
    refusal: errors.ServiceError | None = None
    never_began = event.cancelled_at is not None and event.cancelled_at <= event.starts_at
    if event.is_secret:
        refusal = errors.NotPublished()
    elif never_began and status is not Status.REJECTED:
        refusal = errors.Cancelled.of(event.cancelled_at, event.cancel_reason)
    elif said_at < opens_at:
        refusal = presence_errors.CorrectionTooEarly(opens_at=opens_at)
    elif now > closed_at:
        refusal = presence_errors.CorrectionTooLate(closed_at=closed_at)
    if refusal is not None:
        raise refusal.in_zone(event.zone)


def check_minutes(event: EventFacts | Event, status: Status, minutes: int | None) -> None:
    """Raise Invalid for minutes beyond the event, or of somebody absent."""
    if minutes is None:
        return
    if status is Status.REJECTED:
        raise errors.Invalid("minutes", "minutes-of-absence")
    longest = event_minutes(event.starts_at, event.presence_ends_at)
    if not 0 <= minutes <= longest:
        raise errors.Invalid("minutes", "minutes-of-event", longest=longest)


def check_consent(
    session: Session, file: AttendanceFile, ruling: Ruling, moments: Iterable[datetime]
) -> None:
    """That somebody was there is recorded of who had consented at one of these moments, as by their phone.

    Raises:
        PersonConsentMissing.
    """
    if ruling.status is Status.REJECTED:
        return
    if not consents.may_be_recorded(session, UUID(str(file.facts.volunteer_id)), moments):
        raise presence_errors.PersonConsentMissing()


def check_unbound(file: AttendanceFile, ruling: Ruling) -> None:
    """What a coordinator or the person has said binds organizers: they may still name the minutes.

    Raises:
        CoordinatorDecided, PersonDenied: otherwise.
    """
    bound = file.binding
    if bound is None or bound.status == ruling.status:
        return
    refusal = (
        presence_errors.PersonDenied
        if bound.role == RuledBy.VOLUNTEER
        else presence_errors.CoordinatorDecided
    )
    raise refusal(attendance_status=bound.status)
