"""Staff's word on an attendance, put above what its records say; kept with who, when, why, before and after.

An organizer's correction or tick, a coordinator's review and the person's "not me" are the same act: a word
on one attendance. From all words follows its `Decision`, from that its state, and the counts in the same
transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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
from service.models.base import new_id
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds
from service.rulings import standing
from service.rulings.standing import RuledBy, Word

T = TypeVar("T")

MOMENT = timedelta(microseconds=1)
"""What the database tells apart."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one of the staff says, or the person. `minutes`: None leaves them as the records say.

    `is_correction`, `companions`: as a `Word`'s. `said_at`, `id`: of a list that was kept without signal;
    else it is said now, under an id of ours. `first`: what it decides where nothing has been said before.
    """

    role: RuledBy
    by: UUID
    status: Status
    minutes: int | None
    reason: str
    is_correction: bool = True
    companions: int | None = None
    said_at: datetime | None = None
    id: UUID = field(default_factory=new_id)
    first: Decision | None = None

    def word(self, decided_at: datetime) -> Word:
        """As it stands among the others."""
        return Word(
            self.said_at or decided_at,
            str(self.id),
            self.role,
            self.status,
            self.is_correction,
            self.minutes,
            self.companions,
            self.first,
        )

    def repeats(self, kept: AttendanceDecision) -> bool:
        """Whether it has the content of one that is kept, whoever of the same role said it."""
        content = (kept.role, kept.status, kept.minutes, kept.reason)
        return content == (self.role, self.status, self.minutes, self.reason)


@dataclass(frozen=True, slots=True)
class AttendanceFile:
    """One volunteer at one event, with all records and all that was said, in the order of saying."""

    facts: PairFacts
    decisions: Sequence[AttendanceDecision]

    @property
    def held(self) -> HeldAttendance | None:
        return self.facts.event.attendance

    @property
    def stands(self) -> bool:
        """Whether they are recorded to have been there, counted or waiting."""
        return self.held is not None and self.held.state.status is not Status.REJECTED

    @property
    def has_check_in(self) -> bool:
        return any(known.record.kind is RecordKind.CHECK_IN for known in self.facts.records)

    @property
    def words(self) -> list[Word]:
        """All that was said, as it is weighed."""
        return [word_of(said) for said in self.decisions]

    @property
    def binding(self) -> AttendanceDecision | None:
        """What binds organizers: the last word of a coordinator, or of the person."""
        return next((said for said in reversed(self.decisions) if said.role != RuledBy.ORGANIZER), None)

    def after_all(self, now: datetime) -> datetime:
        """The moment of what is decided here and now: who has waited for the others speaks after them."""
        return max([now, *(word.said_at + MOMENT for word in self.words)])

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
    found = session.execute(
        sa.select(Volunteer.subject).where(Volunteer.id == volunteer_id, ~Volunteer.is_tombstone)
    ).first()
    if found is None:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return presence_facts.person_key(found.subject, volunteer_id)


def kept(session: Session, attendance_id: UUID) -> Sequence[AttendanceDecision]:
    """All that was said of one attendance, in the order of saying."""
    return session.scalars(
        sa.select(AttendanceDecision)
        .where(AttendanceDecision.attendance_id == attendance_id)
        .order_by(AttendanceDecision.moment, AttendanceDecision.id)
    ).all()


def word_of(said: AttendanceDecision) -> Word:
    """A word that is kept, as it is weighed against others."""
    is_correction = said.role == RuledBy.ORGANIZER if said.is_correction is None else said.is_correction
    first = None
    if not is_correction and said.after.get("decision"):
        held = said.after
        first = Decision(Status(said.status), held["decision_minutes"], held["decision_is_correction"])
    return Word(
        said.moment,
        str(said.id),
        RuledBy(said.role),
        Status(said.status),
        is_correction,
        said.minutes,
        said.companions,
        first,
    )


def put(
    session: Session,
    file: AttendanceFile,
    ruling: Ruling,
    now: datetime,
    thresholds: Thresholds,
    *,
    first_id: str | None = None,
) -> dict[str, Any]:
    """Add a word to those on the attendance, let it follow from all of them, and the counts; as shown.

    `first_id`: the attendance's own, if it begins with this word.

    Raises:
        NotFound: there is nothing to decide on. RaceLostError: to be retried from fresh facts.
    """
    event, person, held = file.facts.event, file.facts.volunteer_id, file.held
    decided_at = file.after_all(now)
    decision = standing.decision([*file.words, ruling.word(decided_at)])
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
            id=ruling.id,
            attendance_id=UUID(derived.id),
            role=ruling.role,
            status=ruling.status,
            minutes=ruling.minutes,
            companions=ruling.companions,
            is_correction=ruling.is_correction,
            reason=ruling.reason,
            decided_by=ruling.by,
            decided_at=decided_at,
            said_at=ruling.said_at,
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
