"""Organizers who correct unusually much: for coordinators to look at, never a verdict by itself."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.attendance.evidence import Status
from service.audit import audit
from service.geography import asked_regions
from service.geography.asked_regions import Among
from service.models import (
    Attendance,
    AttendanceDecision,
    AuditAction,
    Event,
    Organization,
    PresenceRecord,
    Volunteer,
)
from service.models.base import LocalizedText
from service.platform.written import Written
from service.rulings.standing import RuledBy
from service.rulings.waiting import regions_to_review

UNUSUAL_CORRECTIONS = 5
"""Fewer corrections than this are never unusual: of four people, one forgotten phone is a quarter already."""

UNUSUAL_SHARE = 0.2
"""From this share of the attendances on, somebody should look. Honest GPS sends 2 % to review."""


@dataclass(frozen=True, slots=True)
class AuditPeriod:
    """Days of events, inclusive; `region_code` None: all regions of the coordinator."""

    first_day: date
    last_day: date
    region_code: str | None = None


@dataclass(frozen=True, slots=True)
class Organizer:
    """What somebody corrected, at the events where they corrected anything.

    `corrections`: different attendances that they corrected; `vouched`: those that count though no phone
    ever reported them; `attendances`: those that count, and those that they corrected.
    """

    volunteer_id: UUID
    display_name: str
    organizations: dict[str, LocalizedText]
    corrections: int
    vouched: int
    attendances: int

    @property
    def share(self) -> float:
        """0 to 1: corrected ones are among the attendances, so that rejections cannot exceed them."""
        return self.corrections / self.attendances

    @property
    def unusual(self) -> bool:
        return self.corrections >= UNUSUAL_CORRECTIONS and self.share >= UNUSUAL_SHARE


def organizers(
    session: Session,
    actor: Actor,
    question: AuditPeriod,
    after: tuple[int, UUID] | None,
    limit: int,
    now: datetime,
) -> list[Organizer]:
    """Everybody who corrected, most corrections first; `after`: the (corrections, id) of the last one seen.

    Raises:
        Forbidden: not a coordinator (there). Invalid: no such region.
    """
    asked = regions_to_review(actor, question.region_code)
    region_code = question.region_code
    audit.record_read(
        session, actor.volunteer_id, AuditAction.CORRECTORS_READ, region_code=region_code, now=now
    )
    corrections, last_id = after or (None, None)
    values = {
        "first_day": question.first_day,
        "last_day": question.last_day,
        "corrections": corrections,
        "last_id": last_id,
        "limit": limit,
    } | asked_regions.values(asked)
    query = _organizers(Among.of(asked), goes_on=after is not None)
    return [Organizer(*row) for row in query.rows(session, values)]


@cache
def _organizers(among: Among, *, goes_on: bool) -> Written:
    """What makes an Organizer of each who corrected in these days; `goes_on`: behind the last one seen."""
    figures = _figures(among)
    query = (
        sa.select(Volunteer.id, Volunteer.display_name, *figures.c[1:])
        .join(figures, figures.c.decided_by == Volunteer.id)
        .order_by(figures.c.corrections.desc(), Volunteer.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    if goes_on:
        last_seen = (sa.bindparam("corrections", type_=sa.BigInteger), sa.bindparam("last_id", type_=sa.Uuid))
        query = query.where(sa.tuple_(figures.c.corrections, Volunteer.id) < sa.tuple_(*last_seen))
    return Written(query)


def _figures(among: Among) -> sa.Subquery:
    """(decided_by, organizations, corrections, vouched, attendances) of each organizer who corrected."""
    by_event = _by_event(among).cte("by_event")
    counted = (
        sa.select(Attendance.event_id, sa.func.count().label("counted"))
        .where(Attendance.event_id.in_(sa.select(by_event.c.event_id)), Attendance.status == Status.COUNTED)
        .group_by(Attendance.event_id)
        .subquery()
    )
    attendances = by_event.c.not_counted + sa.func.coalesce(counted.c.counted, 0)
    return (
        sa.select(
            by_event.c.decided_by,
            sa.func.jsonb_object_agg(Organization.id, Organization.name).label("organizations"),
            _sum(by_event.c.corrections).label("corrections"),
            _sum(by_event.c.vouched).label("vouched"),
            _sum(attendances).label("attendances"),
        )
        .join(Event, Event.id == by_event.c.event_id)
        .join(Organization, Organization.id == Event.organization_id)
        .outerjoin(counted, counted.c.event_id == by_event.c.event_id)
        .group_by(by_event.c.decided_by)
        .subquery()
    )


def _sum(figure: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(figure), sa.BigInteger)


def _by_event(among: Among) -> sa.Select[UUID, UUID, int, int, int]:
    """(decided_by, event_id, corrections, vouched, not_counted): each attendance once, however often."""
    corrected = _corrected(among).subquery()
    is_counted = corrected.c.status == Status.COUNTED
    reported = sa.exists().where(
        PresenceRecord.event_id == corrected.c.event_id, PresenceRecord.sender_id == corrected.c.volunteer_id
    )
    return sa.select(
        corrected.c.decided_by,
        corrected.c.event_id,
        sa.func.count().label("corrections"),
        sa.func.count().filter(is_counted, ~reported).label("vouched"),
        sa.func.count().filter(~is_counted).label("not_counted"),
    ).group_by(corrected.c.decided_by, corrected.c.event_id)


def _corrected(among: Among) -> sa.Select[UUID, UUID, UUID, UUID, str]:
    """Who corrected which attendance at events of the days asked for."""
    first_day, last_day = (sa.bindparam(name, type_=sa.Date) for name in ("first_day", "last_day"))
    return (
        sa.select(
            AttendanceDecision.decided_by,
            Attendance.id,
            Attendance.event_id,
            Attendance.volunteer_id,
            Attendance.status,
        )
        .join(Attendance, Attendance.id == AttendanceDecision.attendance_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            AttendanceDecision.role == RuledBy.ORGANIZER,
            # The list is how a door is kept: how much of an event rests on it is shown with the event.
            AttendanceDecision.said_at.is_(None),
            Event.day.between(first_day, last_day),
            *among.holding(Event.region_code),
        )
        .distinct()
    )
