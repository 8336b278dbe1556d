"""One's own history, and the facts behind an attendance: what phones sent, what staff and the person said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from service import errors
from service.attendance.evidence import Status
from service.models import Appeal, Attendance, AttendanceDecision, Event, PresenceRecord, RefusalAppeal
from service.models.base import COUNTRY_ZONE
from service.platform import keyset
from service.platform.written import Written, as_json, columns, from_json


class RecordFacts(NamedTuple):
    """One check-in or check-out as evidence: columns of the record, as they are now."""

    type: str
    captured_at: datetime
    received_at: datetime
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    distance_m: int | None
    evidence: str
    mocked: bool
    code_is_right: bool
    attested: bool | None
    reasons: Sequence[str]


class Evidenced(NamedTuple):
    """`people`: how many the record's installation served that day, this one included."""

    record: RecordFacts
    people: int


class Said(NamedTuple):
    """One word of staff, or of the person, on an attendance. `moment`: when it was said."""

    role: str
    status: str
    minutes: int | None
    reason: str
    decided_at: datetime
    moment: datetime


class Asked(NamedTuple):
    """What a person has asked for: a second look."""

    id: UUID
    text: str
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that an attendance rests on; records and decisions oldest first.

    `appeal`: of the attendance; `heard`: of the refusal before it, from which it followed.
    """

    records: Sequence[Evidenced]
    decisions: Sequence[Said]
    appeal: Asked | None
    heard: Asked | None = None

    @property
    def asked(self) -> Asked | None:
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

Column = sa.SQLColumnExpression


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
    facts = grounds_of(session, [attended.id for attended, _ in found])
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


GROUNDS = 4
"""So many are the columns of `grounds_columns`."""


def grounds_of(session: Session, attendance_ids: Sequence[UUID]) -> Mapping[UUID, Grounds]:
    """The facts behind each of these attendances, by its id, in one query; none of one that is not there."""
    if not attendance_ids:
        return {}
    found = {id_: facts for id_, *facts in _GROUNDS.rows(session, {"ids": attendance_ids})}
    return {id_: grounds(*found.get(id_, [None] * GROUNDS)) for id_ in attendance_ids}


def grounds(
    records: Sequence[Any] | None,
    decisions: Sequence[Any] | None,
    appeal: Sequence[Any] | None,
    heard: Sequence[Any] | None,
) -> Grounds:
    """What stands in the columns of `grounds_columns`."""
    return Grounds(
        [Evidenced(from_json(RecordFacts, facts), people) for people, *facts in records or ()],
        [from_json(Said, said) for said in decisions or ()],
        None if appeal is None else from_json(Asked, appeal),
        None if heard is None else from_json(Asked, heard),
    )


def grounds_columns(
    id_: Column[UUID], event_id: Column[UUID], volunteer_id: Column[UUID]
) -> list[sa.Label[Any]]:
    """All that a query's attendances rest on, as `grounds` takes it: its last columns."""
    behind = (PresenceRecord.event_id == event_id, PresenceRecord.sender_id == volunteer_id)
    records = [_people_of_installation(), *columns(PresenceRecord, RecordFacts)]
    in_order = (PresenceRecord.captured_at, PresenceRecord.id)
    said = AttendanceDecision.attendance_id == id_
    return [
        as_json(records, *behind, in_order=in_order).label("records"),
        as_json(
            columns(AttendanceDecision, Said),
            said,
            in_order=(AttendanceDecision.moment, AttendanceDecision.id),
        ).label("decisions"),
        as_json(columns(Appeal, Asked), Appeal.attendance_id == id_).label("appeal"),
        as_json(columns(RefusalAppeal, Asked), RefusalAppeal.attendance_id == id_).label("heard"),
    ]


def _people_of_installation() -> sa.ScalarSelect[int]:
    """How many a record's installation served that day."""
    other = aliased(PresenceRecord)
    return (
        sa.select(sa.func.count(other.sender_id.distinct()))
        .where(other.installation_id == PresenceRecord.installation_id, other.day == PresenceRecord.day)
        .correlate(PresenceRecord)
        .scalar_subquery()
    )


_GROUNDS = Written(
    sa.select(
        Attendance.id, *grounds_columns(Attendance.id, Attendance.event_id, Attendance.volunteer_id)
    ).where(Attendance.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
)
