"""Staff's word on an attendance, put above what its records say; kept with who, when, why, before and after.

An organizer's correction and a coordinator's review are the same act: a `Decision` on one attendance, from
which its state and the counts follow in the same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in, presence_facts, presence_store
from service.attendance.derivation import Decision
from service.attendance.evidence import RecordKind, Status
from service.attendance.presence_facts import HeldAttendance, PairFacts
from service.attendance.presence_store import Changes, RaceLostError
from service.models import AttendanceDecision, Volunteer
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds

T = TypeVar("T")


class RuledBy(StrEnum):
    """As what somebody decides."""

    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one of the staff says. `minutes`: None leaves them as the records say."""

    role: RuledBy
    by: UUID
    status: Status
    minutes: int | None
    reason: str

    def repeats(self, kept: AttendanceDecision) -> bool:
        """Whether it has the content of one that is kept, whoever of the same role said it."""
        content = (kept.role, kept.status, kept.minutes, kept.reason)
        return content == (self.role, self.status, self.minutes, self.reason)


@dataclass(frozen=True, slots=True)
class AttendanceFile:
    """One volunteer at one event, with all records and all that staff has said, oldest first."""

    facts: PairFacts
    decisions: Sequence[AttendanceDecision]

    @property
    def held(self) -> HeldAttendance | None:
        return self.facts.event.attendance

    @property
    def has_check_in(self) -> bool:
        return any(known.record.kind is RecordKind.CHECK_IN for known in self.facts.records)

    def is_repeated(self, ruling: Ruling) -> bool:
        """Whether this was the last that was said."""
        return bool(self.decisions) and ruling.repeats(self.decisions[-1])


def retrying(session: Session, act: Callable[[], T]) -> T:
    """Act; again from fresh facts, in a new transaction, when somebody else was faster.

    Raises:
        Busy: others changed the same attendance all the time.
    """
    for _ in range(check_in.MAX_RACES):
        try:
            return act()
        except RaceLostError:
            session.rollback()
    raise errors.Busy(retry_after_s=1)


def lock_and_read(session: Session, event_id: UUID, volunteer_id: UUID) -> AttendanceFile:
    """The case, locked: who decides on it, appeals or sends records of the same person waits here.

    Raises:
        NotFound: no such person, or no such event. RaceLostError: to be retried.
    """
    key = _key(session, volunteer_id)
    with driver_cursor(session.connection()) as cursor:
        presence_store.lock(cursor, [str(event_id)], [key])
        facts = presence_facts.read_pairs(cursor, [(str(event_id), str(volunteer_id))])
    if not facts:
        raise errors.NotFound(errors.Thing.EVENT)
    held = facts[0].event.attendance
    return AttendanceFile(facts[0], [] if held is None else kept(session, UUID(held.id)))


def lock_person(session: Session, volunteer_id: UUID) -> None:
    """Wait in the line in which this person's own records wait. Raises NotFound: no such person."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_key(session, volunteer_id))))


def _key(session: Session, volunteer_id: UUID) -> int:
    found = session.execute(sa.select(Volunteer.subject).where(Volunteer.id == volunteer_id)).first()
    if found is None:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return presence_facts.person_key(found.subject, volunteer_id)


def kept(session: Session, attendance_id: UUID) -> Sequence[AttendanceDecision]:
    """All that staff has said of one attendance, oldest first."""
    return session.scalars(
        sa.select(AttendanceDecision)
        .where(AttendanceDecision.attendance_id == attendance_id)
        .order_by(AttendanceDecision.decided_at, AttendanceDecision.id)
    ).all()


def put(
    session: Session,
    file: AttendanceFile,
    ruling: Ruling,
    decision: Decision,
    now: datetime,
    thresholds: Thresholds,
    *,
    first_id: str | None = None,
) -> dict[str, Any]:
    """Put a decision on the attendance, keep what was said, let the counts follow; the attendance as shown.

    `first_id`: the attendance's own, if it begins with this decision.

    Raises:
        NotFound: there is nothing to decide on. RaceLostError: to be retried from fresh facts.
    """
    event, person, held = file.facts.event, file.facts.volunteer_id, file.held
    ruled = replace(file.facts.visit(), decision=decision)
    derived = presence_store.derive_pair(file.facts, now, thresholds, [ruled], first_id)
    if derived is None:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    with driver_cursor(session.connection()) as cursor:
        # What staff rejects or vouches for says something else of where the person was otherwise.
        near = presence_facts.read_pairs(cursor, [(visit.event_id, person) for visit in file.facts.around])
        others = [presence_store.derive_pair(pair, now, thresholds, changed=[ruled]) for pair in near]
        attendances = [derived, *(one for one in others if one is not None)]
        presence_store.store(cursor, Changes([event, *(pair.event for pair in near)], attendances))
    session.add(
        AttendanceDecision(
            attendance_id=UUID(derived.id),
            role=ruling.role,
            status=ruling.status,
            minutes=ruling.minutes,
            reason=ruling.reason,
            decided_by=ruling.by,
            decided_at=now,
            before=held and presence_store.state_row(held.state, held.decision),
            after=presence_store.state_row(derived.state, decision),
        )
    )
    session.flush()
    return check_in.shown_attendance(derived.id, derived.state, event.id, person)


def shown(file: AttendanceFile) -> dict[str, Any]:
    """The held attendance as the contract shows it. Raises NotFound."""
    held = file.held
    if held is None:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    return check_in.shown_attendance(held.id, held.state, file.facts.event.id, file.facts.volunteer_id)
