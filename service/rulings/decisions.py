"""Staff's word on an attendance, put above what its records say; kept with who, when, why, before and after.

An organizer's correction and a coordinator's review are the same act: a `Decision` on one attendance, from
which its state and the counts follow in the same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in, derivation, presence_store
from service.attendance.derivation import Decision
from service.attendance.evidence import Kind, Status
from service.attendance.presence_store import Changes, HeldAttendance, PairFacts, RaceLostError
from service.models import AttendanceDecision, Volunteer
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds

T = TypeVar("T")


class Role(StrEnum):
    """As what somebody decides."""

    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Word:
    """What one of the staff says. `minutes`: None leaves them as the records say."""

    role: Role
    by: UUID
    status: Status
    minutes: int | None
    reason: str

    def repeats(self, kept: AttendanceDecision) -> bool:
        """Whether it has the content of one that is kept, whoever of the same role said it."""
        content = (kept.role, kept.status, kept.minutes, kept.reason)
        return content == (self.role, self.status, self.minutes, self.reason)


@dataclass(frozen=True, slots=True)
class Case:
    """One volunteer at one event, with all records and all that staff has said, oldest first."""

    facts: PairFacts
    decisions: Sequence[AttendanceDecision]

    @property
    def held(self) -> HeldAttendance | None:
        return self.facts.event.attendance

    @property
    def has_check_in(self) -> bool:
        return any(known.record.kind is Kind.CHECK_IN for known in self.facts.records)

    def is_repeated(self, word: Word) -> bool:
        """Whether this was the last that was said."""
        return bool(self.decisions) and word.repeats(self.decisions[-1])


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


def lock_and_read(session: Session, event_id: UUID, volunteer_id: UUID) -> Case:
    """The case, locked: who decides on it, appeals or sends records of the same person waits here.

    Raises:
        NotFound: no such person, or no such event.
    """
    lock_person(session, volunteer_id)
    with driver_cursor(session.connection()) as cursor:
        facts = presence_store.read_pairs(cursor, [(str(event_id), str(volunteer_id))])
    if not facts:
        raise errors.NotFound()
    held = facts[0].event.attendance
    return Case(facts[0], [] if held is None else kept(session, UUID(held.id)))


def lock_person(session: Session, volunteer_id: UUID) -> None:
    """Wait in the line in which this person's own records wait. Raises NotFound: no such person."""
    subject = session.scalar(sa.select(Volunteer.subject).where(Volunteer.id == volunteer_id))
    if subject is None:
        raise errors.NotFound()
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(presence_store.lock_key("person", subject))))


def kept(session: Session, attendance_id: UUID) -> Sequence[AttendanceDecision]:
    """All that staff has said of one attendance, oldest first."""
    return session.scalars(
        sa.select(AttendanceDecision)
        .where(AttendanceDecision.attendance_id == attendance_id)
        .order_by(AttendanceDecision.decided_at, AttendanceDecision.id)
    ).all()


def put(
    session: Session, case: Case, word: Word, decision: Decision, now: datetime, limits: Thresholds
) -> dict[str, Any]:
    """Put a decision on the attendance, keep what was said, let the counts follow; the attendance as shown.

    Raises:
        NotFound: there is nothing to decide on. RaceLostError: to be retried from fresh facts.
    """
    event, person, held = case.facts.event, case.facts.volunteer_id, case.held
    records = [known.record for known in case.facts.records]
    state = derivation.derive(records, decision, event.starts_at, event.presence_ends_at, now, limits)
    changes = Changes()
    settled = check_in.put_into(changes, event, person, state, decision)
    if settled is None:
        raise errors.NotFound()
    with driver_cursor(session.connection()) as cursor:
        presence_store.store(cursor, changes)
    id_, after = settled
    session.add(
        AttendanceDecision(
            attendance_id=UUID(id_),
            role=word.role,
            status=word.status,
            minutes=word.minutes,
            reason=word.reason,
            decided_by=word.by,
            decided_at=now,
            before=held and presence_store.state_row(held.state, held.decision),
            after=presence_store.state_row(after, decision),
        )
    )
    session.flush()
    return check_in.shown_attendance(id_, after, event.id, person)


def shown(case: Case) -> dict[str, Any]:
    """The held attendance as the contract shows it. Raises NotFound."""
    held = case.held
    if held is None:
        raise errors.NotFound()
    return check_in.shown_attendance(held.id, held.state, case.facts.event.id, case.facts.volunteer_id)
