"""The most active people, who agreed to be named, and organizations, with the figures behind."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, require, require_coordinator
from service.attendance.evidence import Status
from service.audit import audit
from service.figures import counts, figures_of_organizations
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
from service.platform.written import Written


@dataclass(frozen=True, slots=True)
class HonouredPerson:
    """Somebody, with the events where they count and the proven minutes there."""

    volunteer_id: UUID
    display_name: str
    events: int
    minutes: int


@dataclass(frozen=True, slots=True)
class HonouredOrganization:
    """A verified organization; `figures` as counts have them, all of them where people are asked for."""

    organization_id: UUID
    name: LocalizedText
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HonoursQuestion:
    """Days inclusive; `region_code` None: all that the actor coordinates. At most `limit` of each.

    `with_people`: how many different ones were with each organization; it costs more than all else.
    """

    first_day: date
    last_day: date
    region_code: str | None
    limit: int
    with_people: bool = False


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
    asked = {
        "first_day": question.first_day,
        "last_day": question.last_day,
        "region_codes": regions,
        "born_until": years_before(now.astimezone(COUNTRY_ZONE).date(), ADULT_AGE),
        "number": 2 * question.limit,
    }
    rows = _agreed(of_regions=regions is not None).rows(session, asked)
    held = consents.of_people(session, [row.id for row in rows], now)
    return [
        HonouredPerson(row.id, row.display_name, row.events, row.minutes)
        for row in rows
        if ConsentName.PERSONAL_DATA in held[row.id]
    ][: question.limit]


@cache
def _agreed(*, of_regions: bool) -> Written:
    """The first `number` of those who agreed: (id, display_name, events, minutes)."""
    events = sa.func.count().label("events")
    proven = sa.func.sum(Attendance.minutes - Attendance.assumed_minutes)
    minutes = sa.func.coalesce(proven, 0).label("minutes")
    first_day, last_day, born_until = (
        sa.bindparam(name, type_=sa.Date) for name in ("first_day", "last_day", "born_until")
    )
    query = (
        sa.select(Volunteer.id, Volunteer.display_name, events, minutes)
        .join(HonoursAgreement, HonoursAgreement.volunteer_id == Volunteer.id)
        .join(Attendance, Attendance.volunteer_id == Volunteer.id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.status == Status.COUNTED,
            Event.day.between(first_day, last_day),
            Volunteer.birth_date <= born_until,
        )
        .group_by(Volunteer.id, Volunteer.display_name)
        .order_by(events.desc(), minutes.desc(), Volunteer.id)
        .limit(sa.bindparam("number", type_=sa.Integer))
    )
    if of_regions:
        query = query.where(Event.region_code == sa.any_(sa.bindparam("region_codes", type_=ARRAY(sa.Text))))
    return Written(query)


def _organizations(
    session: Session, question: HonoursQuestion, regions: list[str] | None, now: datetime
) -> list[HonouredOrganization]:
    """Verified ones that held an event, by the events, then by the people who were there."""
    asked = CountRequest(question.first_day, question.last_day, "organization", regions)
    rows = (_counted if question.with_people else figures_of_organizations.held)(session, asked, now)
    rows.sort(key=lambda row: (-row["events_held"], -row["participations"] - row["declared"], row["key"]))
    return [HonouredOrganization(UUID(row["key"]), row["name"], row) for row in rows[: question.limit]]


def _counted(session: Session, asked: CountRequest, now: datetime) -> list[dict[str, Any]]:
    """All figures of verified organizations that held an event."""
    is_verified = Organization.status == OrganizationStatus.VERIFIED
    verified = set(session.scalars(sa.select(Organization.id).where(is_verified)))
    rows = counts.count(session, asked, now)["rows"]
    return [row for row in rows if row["events_held"] and UUID(row["key"]) in verified]
