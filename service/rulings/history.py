"""One's own history, and the facts behind an attendance: what phones sent, what staff and the person said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from service import errors
from service.attendance.evidence import Status
from service.models import Appeal, Attendance, AttendanceDecision, Event, PresenceRecord, RefusalAppeal
from service.models.base import COUNTRY_ZONE
from service.platform import keyset


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """One record as evidence. `people`: how many its installation served that day, this one included."""

    record: PresenceRecord
    people: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that an attendance rests on; records and decisions oldest first.

    `appeal`: of the attendance; `heard`: of the refusal before it, from which it followed.
    """

    records: Sequence[RecordFacts]
    decisions: Sequence[AttendanceDecision]
    appeal: Appeal | None
    heard: RefusalAppeal | None = None

    @property
    def asked(self) -> Appeal | RefusalAppeal | None:
        """What the person has asked for, whichever it is."""
        return self.appeal or self.heard


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a volunteer's history."""

    attendance: Attendance
    event: Event
    grounds: Grounds

    @property
    def can_appeal(self) -> bool:
        return self.grounds.appeal is None and self.attendance.status in APPEALABLE


APPEALABLE = frozenset({Status.REVIEW, Status.REJECTED})
"""What a volunteer can answer to."""


def entries(
    session: Session, volunteer_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[HistoryEntry]:
    """A volunteer's attendances with their events and facts, newest first."""
    query = (
        sa.select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.volunteer_id == volunteer_id,
            keyset.before(after, Attendance.checked_in_at, Attendance.id),
        )
        .order_by(Attendance.checked_in_at.desc(), Attendance.id.desc())
        .limit(limit)
    )
    found = session.execute(query).all()
    facts = grounds_of(session, [attended for attended, _ in found])
    return [HistoryEntry(attended, event, facts[attended.id]) for attended, event in found]


def entry(session: Session, volunteer_id: UUID, event_id: UUID) -> tuple[Attendance, Event]:
    """A volunteer's attendance at one event. Raises NotFound."""
    query = (
        sa.select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.volunteer_id == volunteer_id, Attendance.event_id == event_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise errors.NotFound(errors.Thing.ATTENDANCE)
    return found[0], found[1]


def records(
    session: Session, attended: Attendance, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[PresenceRecord]:
    """The records behind an attendance, oldest first."""
    query = (
        sa.select(PresenceRecord)
        .where(
            PresenceRecord.event_id == attended.event_id,
            PresenceRecord.sender_id == attended.volunteer_id,
            keyset.behind(after, PresenceRecord.captured_at, PresenceRecord.id),
        )
        .order_by(PresenceRecord.captured_at, PresenceRecord.id)
        .limit(limit)
    )
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Sums:
    """What counts for a volunteer. `minutes` are all of it, of which `assumed_minutes` are assumed."""

    events: int
    minutes: int
    assumed_minutes: int

    @property
    def proven_minutes(self) -> int:
        return self.minutes - self.assumed_minutes


def totals(session: Session, volunteer_id: UUID, now: datetime) -> tuple[Sums, Sums]:
    """The sums of a volunteer: of all that counts, and of this year."""
    new_year = now.astimezone(COUNTRY_ZONE).date().replace(month=1, day=1)
    row = session.execute(_sums(), {"volunteer_id": volunteer_id, "new_year": new_year}).one()
    figures = [int(figure or 0) for figure in row]
    return Sums(*figures[:3]), Sums(*figures[3:])


@cache
def _sums() -> sa.Select[*tuple[Any, ...]]:
    """(events, minutes, assumed minutes) of all that counts for a `volunteer_id`, then since `new_year`."""
    figures: list[sa.FunctionElement[Any]] = [
        sa.func.count(),
        sa.func.sum(Attendance.minutes),
        sa.func.sum(Attendance.assumed_minutes),
    ]
    is_new = Event.day >= sa.bindparam("new_year")
    of_this_year = [figure.filter(is_new) for figure in figures]
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(*figures, *of_this_year)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.volunteer_id == sa.bindparam("volunteer_id"),
            Attendance.status == Status.COUNTED,
        )
    )
    return query


def grounds_of(session: Session, attendances: Sequence[Attendance]) -> Mapping[UUID, Grounds]:
    """The facts behind each of these attendances, by its id, in four queries."""
    if not attendances:
        return {}
    ids = [attended.id for attended in attendances]
    records = _records(session, attendances)
    decisions = defaultdict(list)
    for one in session.scalars(_decisions(), {"ids": ids}):
        decisions[one.attendance_id].append(one)
    appeals = {appeal.attendance_id: appeal for appeal in session.scalars(_appeals(), {"ids": ids})}
    heard = {one.attendance_id: one for one in session.scalars(_heard(), {"ids": ids})}
    return {
        attended.id: Grounds(
            records[attended.event_id, attended.volunteer_id],
            decisions[attended.id],
            appeals.get(attended.id),
            heard.get(attended.id),
        )
        for attended in attendances
    }


_IDS = sa.bindparam("ids", type_=ARRAY(sa.Uuid))


@cache
def _decisions() -> sa.Select[AttendanceDecision]:
    """Of the attendances with these `ids`, oldest first; like those below, built once."""
    return (
        sa.select(AttendanceDecision)
        .where(AttendanceDecision.attendance_id == sa.any_(_IDS))
        .order_by(AttendanceDecision.moment, AttendanceDecision.id)
    )


@cache
def _appeals() -> sa.Select[Appeal]:
    return sa.select(Appeal).where(Appeal.attendance_id == sa.any_(_IDS))


@cache
def _heard() -> sa.Select[RefusalAppeal]:
    return sa.select(RefusalAppeal).where(RefusalAppeal.attendance_id == sa.any_(_IDS))


@cache
def _presence() -> sa.Select[PresenceRecord, int]:
    """The records of `pairs` of an event and a person, each with how many people its installation served."""
    other = aliased(PresenceRecord)
    people: sa.ScalarSelect[int] = (
        sa.select(sa.func.count(other.sender_id.distinct()))
        .where(other.installation_id == PresenceRecord.installation_id, other.day == PresenceRecord.day)
        .scalar_subquery()
    )
    return (
        sa.select(PresenceRecord, people)
        .where(
            sa.tuple_(PresenceRecord.event_id, PresenceRecord.sender_id).in_(
                sa.bindparam("pairs", expanding=True)
            )
        )
        .order_by(PresenceRecord.captured_at, PresenceRecord.id)
    )


def _records(
    session: Session, attendances: Iterable[Attendance]
) -> Mapping[tuple[UUID, UUID], list[RecordFacts]]:
    """Records by (event_id, volunteer_id), oldest first."""
    pairs = [(attended.event_id, attended.volunteer_id) for attended in attendances]
    found: defaultdict[tuple[UUID, UUID], list[RecordFacts]] = defaultdict(list)
    for record, count in session.execute(_presence(), {"pairs": pairs}):
        found[record.event_id, record.sender_id].append(RecordFacts(record, count))
    return found
