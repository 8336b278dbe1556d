"""Who takes part in an event, as its organizers and coordinators see them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, may, require
from service.audit import audit
from service.events import events
from service.models import Attendance, AuditAction, ConsentName, Event, Signup, SignupStatus, Volunteer
from service.models.volunteers import ADULT_AGE, age_on
from service.people import consents

AT_ONCE = 1_000
"""So many are read in one piece where all are."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who goes, waits or was there.

    `phone` only for organizers, never a minor's, nor of who has withdrawn the consent to personal data.
    """

    volunteer_id: UUID
    display_name: str
    signup: str | None
    companions: int
    attendance: str | None
    phone: str | None


def in_event(
    session: Session, actor: Actor, event_id: UUID, now: datetime, after: UUID | None, limit: int
) -> list[Participant]:
    """Who goes, waits or was there, by id; that it was read is recorded. Raises NotFound, Forbidden."""
    event, shown = _shown_to(session, actor, event_id, now)
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.PHONES_READ if shown.phones else AuditAction.PARTICIPANTS_READ,
        region_code=event.region_code,
        organization_id=event.organization_id,
        event_id=event_id,
        now=now,
    )
    query = _query(event_id).limit(limit)
    if after:
        query = query.where(Volunteer.id > after)
    return shown.of(session, session.execute(query).all())


def stream(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Iterator[Participant]:
    """All of them, read as they are taken, some hundred at a time; whoever exports records it.

    Raises:
        NotFound, Forbidden.
    """
    _, shown = _shown_to(session, actor, event_id, now)
    found = session.execute(_query(event_id), execution_options={"yield_per": AT_ONCE})
    for rows in found.partitions():
        yield from shown.of(session, rows)


def one(session: Session, actor: Actor, event_id: UUID, volunteer_id: UUID, now: datetime) -> Participant:
    """One of them; whoever shows it records it.

    Raises:
        NotFound: also of who neither goes, waits nor was there. Forbidden.
    """
    _, shown = _shown_to(session, actor, event_id, now)
    found = shown.of(session, session.execute(_query(event_id).where(Volunteer.id == volunteer_id)).all())
    if not found:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return found[0]


def number(session: Session, event_id: UUID) -> int:
    """How many there are."""
    return session.scalar(sa.select(sa.func.count()).select_from(_people(event_id))) or 0


def _people(event_id: UUID) -> sa.Subquery:
    return (
        sa.select(Signup.volunteer_id)
        .where(Signup.event_id == event_id, Signup.status != SignupStatus.CANCELLED)
        .union(sa.select(Attendance.volunteer_id).where(Attendance.event_id == event_id))
        .subquery()
    )


def _query(event_id: UUID) -> Any:
    people = _people(event_id)
    return (
        sa.select(
            Volunteer.id,
            Volunteer.display_name,
            Volunteer.phone,
            Volunteer.birth_date,
            Signup.status.label("signup"),
            Signup.companions,
            Attendance.status.label("attendance"),
        )
        .join(people, people.c.volunteer_id == Volunteer.id)
        .outerjoin(Signup, sa.and_(Signup.volunteer_id == Volunteer.id, Signup.event_id == event_id))
        .outerjoin(
            Attendance, sa.and_(Attendance.volunteer_id == Volunteer.id, Attendance.event_id == event_id)
        )
        .order_by(Volunteer.id)
    )


def _shown_to(session: Session, actor: Actor, event_id: UUID, now: datetime) -> tuple[Event, "_Shown"]:
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SEE_PARTICIPANTS, events.target_of(event))
    shows_phones = may(actor, Permission.SEE_PHONES, events.target_of(event))
    return event, _Shown(shows_phones, now.astimezone(ZoneInfo(event.zone)).date(), now)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of people may be shown, on a day."""

    phones: bool
    today: date
    now: datetime

    def of(self, session: Session, rows: Sequence[Any]) -> list[Participant]:
        held = consents.of_people(session, [row.id for row in rows], self.now)
        return [
            Participant(
                volunteer_id=row.id,
                display_name=consents.shown_name(row.display_name, held[row.id]),
                signup=row.signup,
                companions=row.companions or 0,
                attendance=row.attendance,
                phone=row.phone if self.phones and self._has_phone(row, held[row.id]) else None,
            )
            for row in rows
        ]

    def _has_phone(self, row: Any, held: Collection[ConsentName]) -> bool:
        is_adult = age_on(row.birth_date, self.today) >= ADULT_AGE
        return ConsentName.PERSONAL_DATA in held and is_adult
