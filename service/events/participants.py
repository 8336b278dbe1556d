"""Who takes part in an event, as its organizers and coordinators see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor, Permission, may, require
from service.audit import audit
from service.events import events
from service.models import Attendance, AuditAction, ConsentName, Signup, SignupStatus, Volunteer
from service.models.volunteers import ADULT_AGE
from service.people import consents


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
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SEE_PARTICIPANTS, events.target_of(event))
    shows_phones = may(actor, Permission.SEE_PHONES, events.target_of(event))
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.PHONES_READ if shows_phones else AuditAction.PARTICIPANTS_READ,
        region_code=event.region_code,
        organization_id=event.organization_id,
        event_id=event_id,
        now=now,
    )
    today = now.astimezone(ZoneInfo(event.zone)).date()
    people = (
        sa.select(Signup.volunteer_id)
        .where(Signup.event_id == event_id, Signup.status != SignupStatus.CANCELLED)
        .union(sa.select(Attendance.volunteer_id).where(Attendance.event_id == event_id))
        .subquery()
    )
    query = (
        sa.select(Volunteer, Signup, Attendance.status)
        .join(people, people.c.volunteer_id == Volunteer.id)
        .outerjoin(Signup, sa.and_(Signup.volunteer_id == Volunteer.id, Signup.event_id == event_id))
        .outerjoin(
            Attendance, sa.and_(Attendance.volunteer_id == Volunteer.id, Attendance.event_id == event_id)
        )
        .order_by(Volunteer.id)
        .limit(limit)
    )
    if after:
        query = query.where(Volunteer.id > after)
    rows: Sequence[Any] = session.execute(query).all()
    held = consents.of_people(session, [volunteer.id for volunteer, *_ in rows], now)
    return [
        Participant(
            volunteer_id=volunteer.id,
            display_name=consents.shown_name(volunteer.display_name, held[volunteer.id]),
            signup=signup.status if signup else None,
            companions=signup.companions if signup else 0,
            attendance=attended,
            phone=volunteer.phone if shows_phones and _has_phone(volunteer, held, today) else None,
        )
        for volunteer, signup, attended in rows
    ]


def _has_phone(volunteer: Volunteer, held: Mapping[UUID, frozenset[ConsentName]], today: date) -> bool:
    return ConsentName.PERSONAL_DATA in held[volunteer.id] and volunteer.age_on(today) >= ADULT_AGE
