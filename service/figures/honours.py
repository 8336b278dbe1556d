"""The most active people, who agreed to be named, and organizations, with the figures behind."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, require, require_coordinator
from service.attendance.evidence import Status
from service.audit import audit
from service.figures import counts
from service.figures.counts import CountRequest
from service.models import (
    Attendance,
    AuditAction,
    ConsentName,
    Event,
    HonoursAgreement,
    Organization,
    OrganizationStatus,
    Volunteer,
)
from service.models.base import COUNTRY_ZONE, LocalizedText
from service.models.volunteers import ADULT_AGE, years_before
from service.people import consents


@dataclass(frozen=True, slots=True)
class HonouredPerson:
    """Somebody, with the events where they count and the proven minutes there."""

    volunteer_id: UUID
    display_name: str
    events: int
    minutes: int


@dataclass(frozen=True, slots=True)
class HonouredOrganization:
    """A verified organization; `figures` as counts have them."""

    organization_id: UUID
    name: LocalizedText
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HonoursQuestion:
    """Days inclusive; `region_code` None: all that the actor coordinates. At most `limit` of each."""

    first_day: date
    last_day: date
    region_code: str | None
    limit: int


def agreed(session: Session, actor: Actor) -> bool:
    """Whether the actor may be named."""
    return session.get(HonoursAgreement, actor.volunteer_id) is not None


def agree(session: Session, actor: Actor, now: datetime, *, public: bool) -> None:
    """Let oneself be named, or no more. Raises TooYoung: only adults are."""
    if not public:
        session.execute(
            sa.delete(HonoursAgreement).where(HonoursAgreement.volunteer_id == actor.volunteer_id)
        )
        return
    person = session.get_one(Volunteer, actor.volunteer_id, populate_existing=True)
    if person.age_on(now.astimezone(COUNTRY_ZONE).date()) < ADULT_AGE:
        raise errors.TooYoung(min_age=ADULT_AGE)
    session.execute(
        insert(HonoursAgreement)
        .values(volunteer_id=actor.volunteer_id, agreed_at=now)
        .on_conflict_do_nothing()
    )


def most_active(
    session: Session, actor: Actor, question: HonoursQuestion, now: datetime
) -> tuple[list[HonouredPerson], list[HonouredOrganization]]:
    """People and organizations, the most active first; that they were read is recorded.

    Raises:
        Forbidden, SecondFactorRequired: not a coordinator, or not of this region.
    """
    if question.region_code is not None:
        require(actor, Permission.SEE_HONOURS, Target(region_code=question.region_code))
        regions: list[str] | None = [question.region_code]
    else:
        require_coordinator(actor)
        regions = actor.coordinated_regions
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.HONOURS_READ,
        region_code=question.region_code,
        now=now,
    )
    return _people(session, question, regions, now), _organizations(session, question, regions, now)


def _people(
    session: Session, question: HonoursQuestion, regions: list[str] | None, now: datetime
) -> list[HonouredPerson]:
    """Adults by now who agreed, and whose consent to their data stands."""
    events = sa.func.count().label("events")
    minutes = sa.func.coalesce(sa.func.sum(Attendance.minutes - Attendance.assumed_minutes), 0).label(
        "minutes"
    )
    born_until = years_before(now.astimezone(COUNTRY_ZONE).date(), ADULT_AGE)
    query = (
        sa.select(Volunteer.id, Volunteer.display_name, events, minutes)
        .join(HonoursAgreement, HonoursAgreement.volunteer_id == Volunteer.id)
        .join(Attendance, Attendance.volunteer_id == Volunteer.id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.status == Status.COUNTED,
            Event.day.between(question.first_day, question.last_day),
            Volunteer.birth_date <= born_until,
        )
        .group_by(Volunteer.id, Volunteer.display_name)
        .order_by(events.desc(), minutes.desc(), Volunteer.id)
    )
    if regions is not None:
        query = query.where(Event.region_code.in_(regions))
    rows = session.execute(query.limit(2 * question.limit)).all()
    held = consents.of_people(session, [row.id for row in rows], now)
    return [
        HonouredPerson(row.id, row.display_name, int(row.events), int(row.minutes))
        for row in rows
        if ConsentName.PERSONAL_DATA in held[row.id]
    ][: question.limit]


def _organizations(
    session: Session, question: HonoursQuestion, regions: list[str] | None, now: datetime
) -> list[HonouredOrganization]:
    """Verified ones that held an event, by the events, then by the people who were there."""
    asked = CountRequest(question.first_day, question.last_day, "organization", regions)
    rows = [row for row in counts.count(session, asked, now)["rows"] if row["events_held"]]
    rows.sort(key=lambda row: (-row["events_held"], -row["participations"] - row["declared"], row["key"]))
    verified = set(
        session.scalars(sa.select(Organization.id).where(Organization.status == OrganizationStatus.VERIFIED))
    )
    found = [
        HonouredOrganization(UUID(row["key"]), row["name"], row)
        for row in rows
        if UUID(row["key"]) in verified
    ]
    return found[: question.limit]
