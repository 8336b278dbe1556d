"""The coordinators' queue of doubtful attendance and of appeals, and their decisions."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.access import Actor, Permission, require, require_coordinator
from service.attendance import check_in, derivation, evidence, refusals
from service.attendance.check_in import Attended
from service.attendance.evidence import Status
from service.audit import audit
from service.events import events
from service.models import Appeal, Attendance, AuditAction, Event, Organization, RefusalAppeal, Volunteer
from service.models.base import LocalizedText
from service.platform import outbox, written
from service.platform.thresholds import Thresholds
from service.platform.written import Written, columns
from service.rulings import appeals, decisions, history, refusal_appeals
from service.rulings import waiting as waiting_list
from service.rulings.decisions import AttendanceFile, Ruling
from service.rulings.history import Grounds
from service.rulings.queue_shapes import AROUND, About, Named, Person, around
from service.rulings.refusal_appeals import ReviewKind, ReviewQuestion
from service.rulings.standing import RuledBy


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One attendance that waits for a coordinator, with all that is known about it."""

    attendance: Attended
    event: About
    organization: Named
    volunteer: Person
    grounds: Grounds
    sort_key: "SortKey"


REASONS = (
    *sorted(evidence.OF_ALL | evidence.QUALITY | {derivation.OVERLAP, derivation.STAFF_VOUCHED}),
    *(kind.code for kind in refusals.HEARD),
)
"""Why attendance waits: what was doubted, then what was refused."""

SIZES = (21, 51, 101)
"""So many are asked for at once, by the least that the limit fits in: PostgreSQL plans once, and for so few.
Each is a page, and one to see whether there is another."""

AT_MOST = SIZES[-1]

SortKey = tuple[int, UUID] | tuple[datetime, UUID]
"""Of the queue: appeals of refusals by distance, then attendances by time."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The attendance as the contract shows it, and the zone of its event."""

    attendance: dict[str, Any]
    zone: str


def waiting(
    session: Session,
    actor: Actor,
    region_code: str | None,
    after: SortKey | None,
    limit: int,
    now: datetime,
    *,
    organization_id: UUID | None = None,
    reason: str | None = None,
) -> list[ReviewItem]:
    """What waits; one's own, and what is of one's own organization, is for somebody else.

    `after` is the sort key of the last one seen. `limit`: up to AT_MOST. `reason`: only what is doubted, or
    was refused, for this.

    First the appeals of refused check-ins, nearest first; then what is in review, or rejected and appealed
    against, by the time of presence, oldest first.

    Raises:
        Forbidden. Invalid: no such region.
    """
    asked = ReviewQuestion(waiting_list.regions_to_review(actor, region_code), organization_id, reason)
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.REVIEWS_READ,
        region_code=region_code,
        organization_id=organization_id,
        now=now,
    )
    found: list[ReviewItem] = []
    if after is None or isinstance(after[0], int):
        for made, event, organization, volunteer in refusal_appeals.waiting(
            session, actor, asked, after, limit
        ):
            grounds, key = refusal_appeals.grounds(made), refusal_appeals.sort_key(made)
            shaped = refusal_appeals.shaped(made)
            found.append(ReviewItem(shaped, event, organization, volunteer, grounds, key))
        if len(found) == limit:
            return found
        after = None
    return found + _attendances(session, actor, asked, after, limit - len(found))


def _attendances(
    session: Session, actor: Actor, asked: ReviewQuestion, after: SortKey | None, limit: int
) -> list[ReviewItem]:
    size = next(size for size in SIZES if limit <= size)
    query = _attended(asked.kind(actor, is_first=after is None), size)
    found = []
    for row in query.rows(session, asked.values(actor, after, limit))[:limit]:
        attended, event, organization, person = written.shaped(row, Attended, *AROUND)
        grounds, key = history.grounds(*row[-history.GROUNDS :]), (attended.checked_in_at, attended.id)
        found.append(ReviewItem(attended, event, organization, person, grounds, key))
    return found


@cache
def _attended(kind: ReviewKind, size: int) -> Written:
    """Those to show, with all that they rest on."""
    ways = (waiting_list.IN_REVIEW, waiting_list.APPEALED)
    first = sa.union_all(*(_first(rows, kind, size) for rows in ways)).subquery().c
    return Written(
        sa.select(
            *first,
            *around(),
            *history.grounds_columns(
                first.attendance_id, first.attendance_event_id, first.attendance_volunteer_id
            ),
        )
        .join(Event, Event.id == first.attendance_event_id)
        .join(Organization, Organization.id == Event.organization_id)
        .join(Volunteer, Volunteer.id == first.attendance_volunteer_id)
        .order_by(first.attendance_checked_in_at, first.attendance_id)
        .limit(size)
    )


def _first(rows: sa.Select[*tuple[Any, ...]], kind: ReviewKind, size: int) -> sa.Select[*tuple[Any, ...]]:
    """Of those that wait in one way, the first: where many wait, they are read in their order, not sorted."""
    key = (Attendance.checked_in_at, Attendance.id)
    query = rows.with_only_columns(*columns(Attendance, Attended)).where(
        Attendance.volunteer_id != refusal_appeals.OWN_ID, *kind.behind(*key)
    )
    about_events = kind.about_events()
    if about_events:
        query = query.join(Event, Event.id == Attendance.event_id).where(*about_events)
    if kind.of_reason:
        query = query.where(sa.bindparam("reason", type_=sa.Text) == sa.any_(Attendance.reasons))
    return query.order_by(*key).limit(size)


def decide(
    session: Session,
    actor: Actor,
    attendance_id: UUID,
    status: Status,
    reason: str,
    now: datetime,
    thresholds: Thresholds,
    *,
    only_waiting: bool = False,
) -> Decided:
    """Accept (COUNTED) or reject an attendance of a coordinated region; the volunteer is told.

    The same again changes nothing, unless the volunteer has appealed since. `only_waiting`: leave alone what
    somebody has decided otherwise meanwhile.

    Raises:
        Forbidden: not a coordinator of the event's region. OwnOrganization. OwnAttendance: about oneself.
        NotFound. AlreadyDecided: with `only_waiting`, it waits no more. Busy.
    """
    require_coordinator(actor)
    ruling = Ruling(RuledBy.COORDINATOR, actor.volunteer_id, status, None, reason, is_correction=False)

    def act() -> Decided:
        refused = refusal_appeals.find(session, attendance_id)
        if refused is not None and refused.decision != Status.COUNTED:
            return _decide_refusal(
                session, actor, refused, ruling, now, thresholds, only_waiting=only_waiting
            )
        decided = attendance_id if refused is None else refusal_appeals.upheld(session, refused)
        return _decide_attendance(session, actor, decided, ruling, now, thresholds, only_waiting=only_waiting)

    return decisions.retrying(session, act)


def _decide_attendance(
    session: Session,
    actor: Actor,
    attendance_id: UUID,
    ruling: Ruling,
    now: datetime,
    thresholds: Thresholds,
    *,
    only_waiting: bool,
) -> Decided:
    """Raises as `decide`, and RaceLostError: to be retried."""
    event, volunteer_id = _subject(session, attendance_id)
    _check_not_own(actor, event, volunteer_id)
    file = decisions.lock_and_read(session, event.id, volunteer_id)
    zone = file.facts.event.zone
    if file.is_repeated(ruling) and not appeals.is_open(session, attendance_id):
        return Decided(decisions.shown(file), zone)
    if only_waiting:
        _check_waits(session, file, attendance_id)
    decided = decisions.put(session, file, ruling, now, thresholds)
    appeals.close(session, attendance_id, now)
    was_appealed = session.get(Appeal, attendance_id) is not None
    _tell(session, ruling, event.id, volunteer_id, event.title, now, was_appealed=was_appealed)
    _record(session, actor, event, volunteer_id, attendance_id, ruling.status, now)
    return Decided(decided, zone)


def _check_not_own(actor: Actor, event: Event, volunteer_id: UUID) -> None:
    require(actor, Permission.REVIEW_ATTENDANCE, events.target_of(event))
    if volunteer_id == actor.volunteer_id:
        raise presence_errors.OwnAttendance()


def _check_waits(session: Session, file: AttendanceFile, attendance_id: UUID) -> None:
    """Raise AlreadyDecided where nothing waits for a coordinator (any more)."""
    held = file.held
    if (
        held is not None
        and held.state.status is not Status.REVIEW
        and not appeals.is_open(session, attendance_id)
    ):
        raise errors.AlreadyDecided(attendance_status=held.state.status)


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    volunteer_id: UUID,
    attendance_id: UUID,
    status: Status,
    now: datetime,
) -> None:
    detail = {"attendance": str(attendance_id), "status": status}
    events.record(session, actor, AuditAction.REVIEWED, event, now, volunteer_id, detail)


def _decide_refusal(
    session: Session,
    actor: Actor,
    refused: RefusalAppeal,
    ruling: Ruling,
    now: datetime,
    thresholds: Thresholds,
    *,
    only_waiting: bool,
) -> Decided:
    """Decide on the locked appeal of a refusal: accepted, an attendance begins; until then words may change.

    Raises as `decide`, and RaceLostError: to be retried.
    """
    event, volunteer_id = session.get_one(Event, refused.event_id), refused.volunteer_id
    _check_not_own(actor, event, volunteer_id)
    attended = None
    if (refused.decision, refused.reason) != (ruling.status, ruling.reason):
        if only_waiting and refused.decision is not None:
            raise errors.AlreadyDecided(attendance_status=refused.decision)
        attended = refusal_appeals.put(session, refused, ruling, now, thresholds)
        _tell(session, ruling, event.id, volunteer_id, event.title, now, was_appealed=True)
        _record(session, actor, event, volunteer_id, refused.attendance_id, ruling.status, now)
    return Decided(check_in.as_shown(attended or refusal_appeals.shaped(refused)), event.zone)


def _subject(session: Session, attendance_id: UUID) -> tuple[Event, UUID]:
    """The event of an attendance, and whose it is. Raises NotFound."""
    row = session.execute(
        sa.select(Event, Attendance.volunteer_id)
        .join(Attendance, Attendance.event_id == Event.id)
        .where(Attendance.id == attendance_id)
    ).first()
    if row is None:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    return row[0], row[1]


def _tell(
    session: Session,
    ruling: Ruling,
    event_id: UUID,
    volunteer_id: UUID,
    title: LocalizedText,
    now: datetime,
    *,
    was_appealed: bool,
) -> None:
    facts = {
        "title": title,
        "status": ruling.status,
        "reason": ruling.reason,
        # There is one appeal an attendance: after it nothing more can be asked for.
        "is_final": was_appealed,
    }
    outbox.enqueue(
        session,
        "review_decided",
        now,
        facts,
        event_id=event_id,
        volunteer_id=volunteer_id,
        created_by=ruling.by,
    )
