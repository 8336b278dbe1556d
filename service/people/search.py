"""People as a coordinator finds them: those of the coordinator's own regions (R3), and nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require, require_coordinator
from service.audit import audit
from service.models import (
    Attendance,
    AuditAction,
    Ban,
    ConsentName,
    Coordinator,
    Event,
    Membership,
    Organization,
    Signup,
    Volunteer,
)
from service.models.base import COUNTRY_ZONE, LocalizedText
from service.models.volunteers import ADULT_AGE, NATIONAL
from service.people import ages, consents
from service.people.bans import REMEMBERED, BanTerms, is_staff
from service.platform import phones

AT_MOST = 20
SHORTEST_NAME, LONGEST = 2, 200
EVENTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One person of an answer. `name` as lists show it; `age` in whole years; `banned`: now."""

    volunteer_id: UUID
    name: str
    age: int
    region_code: str
    banned: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A person as their coordinator sees them.

    `digits`: the last four of an adult's own number; `attended`: (attendance, event) of the regions in sight,
    the newest first; `statuses`: how many of all of those there have each status; `ban`: the one that was
    not lifted, though it may have run out.
    """

    volunteer: Volunteer
    name: str
    age: int
    digits: str | None
    consented: bool
    coordinates: Sequence[str]
    organizations: Sequence[LocalizedText]
    attended: Sequence[sa.Row[Attendance, Event]]
    statuses: Mapping[str, int]
    ban: Ban | None
    banned: bool
    may_ban: bool
    may_set_birth_date: bool

    @property
    def is_minor(self) -> bool:
        return self.age < ADULT_AGE

    @property
    def age_group(self) -> str:
        """The two ages at which somebody is another person to the law divide them into three."""
        youngest = ages.GUARDED_AGES[0]
        if self.age < youngest:
            return "child"
        return "youth" if self.is_minor else "adult"


def find(
    session: Session,
    actor: Actor,
    text: str,
    region_code: str | None,
    now: datetime,
    phone_regions: Sequence[str],
) -> list[Found]:
    """The people of the actor's regions (or of one) with this number, or whose name has words that begin so.

    Who is of no such region is answered as nobody is, by either. At most `AT_MOST`, by name; whoever was
    found is recorded.

    Raises:
        Forbidden, SecondFactorRequired: not a coordinator (there). Invalid: a name of too few letters.
    """
    regions = _regions_in_sight(actor, region_code)
    phone = _phone_of(text, phone_regions)
    query = sa.select(Volunteer).where(~Volunteer.is_tombstone).order_by(Volunteer.display_name, Volunteer.id)
    if regions is not None:
        query = query.where(_is_of(regions, now))
    query = query.where(*(_named(text) if phone is None else [Volunteer.phone == phone]))
    rows = session.scalars(query.limit(2 * AT_MOST)).all()
    held = consents.of_people(session, [row.id for row in rows], now)
    # Whose consent is gone stands in lists by initials: a name does not find them.
    shown = [row for row in rows if phone is not None or ConsentName.PERSONAL_DATA in held[row.id]][:AT_MOST]
    banned = _banned(session, [row.id for row in shown], now)
    _record_found(session, actor, region_code, [row.id for row in shown], now)
    today = now.astimezone(COUNTRY_ZONE).date()
    return [
        Found(
            row.id,
            consents.shown_name(row.display_name, held[row.id]),
            row.age_on(today),
            row.region_code,
            row.id in banned,
        )
        for row in shown
    ]


def read(session: Session, actor: Actor, volunteer_id: UUID, region_code: str | None, now: datetime) -> Seen:
    """One person, with what they did in the regions in sight; recorded.

    Raises:
        Forbidden, SecondFactorRequired: not a coordinator (there). NotFound: nobody, or nobody of there.
    """
    regions = _regions_in_sight(actor, region_code)
    query = sa.select(Volunteer).where(Volunteer.id == volunteer_id, ~Volunteer.is_tombstone)
    if regions is not None:
        query = query.where(_is_of(regions, now))
    volunteer = session.scalars(query).one_or_none()
    if volunteer is None:
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.PERSON_READ,
        region_code=region_code or volunteer.region_code,
        subject_id=volunteer.id,
        now=now,
    )
    return _seen(session, actor, volunteer, regions, now)


def _seen(
    session: Session, actor: Actor, volunteer: Volunteer, regions: Sequence[str] | None, now: datetime
) -> Seen:
    held = consents.of_people(session, [volunteer.id], now)[volunteer.id]
    ban = session.scalars(
        sa.select(Ban).where(Ban.volunteer_id == volunteer.id, Ban.lifted_at.is_(None))
    ).one_or_none()
    age = volunteer.age_on(now.astimezone(COUNTRY_ZONE).date())
    coordinated, memberships = _roles(session, volunteer.id)
    is_other = volunteer.id != actor.volunteer_id
    of_staff = is_staff(session, volunteer.id)
    at_home = Target(region_code=volunteer.region_code)
    in_sight = ConsentName.PERSONAL_DATA in held and age >= ADULT_AGE
    return Seen(
        volunteer=volunteer,
        name=consents.shown_name(volunteer.display_name, held),
        age=age,
        digits=volunteer.phone[-4:] if volunteer.phone and in_sight else None,
        consented=ConsentName.PERSONAL_DATA in held,
        coordinates=coordinated,
        organizations=memberships,
        attended=_attended(session, volunteer.id, regions),
        statuses=_statuses(session, volunteer.id, regions),
        ban=ban,
        banned=ban is not None and BanTerms(ban.reason, ban.banned_at, ban.expires_at).holds_at(now),
        # Who is in sight of a coordinator may be banned by one: the reach is the same.
        may_ban=is_other and (not of_staff or may(actor, Permission.BAN_STAFF)),
        may_set_birth_date=is_other and may(actor, Permission.SET_BIRTH_DATE, at_home),
    )


def _regions_in_sight(actor: Actor, region_code: str | None) -> list[str] | None:
    """The codes; None for the whole country."""
    if region_code is not None:
        require(actor, Permission.SEE_PERSON, Target(region_code=region_code))
        return [region_code]
    require_coordinator(actor)
    return actor.coordinated_regions


def _is_of(regions: Sequence[str], now: datetime) -> sa.ColumnElement[bool]:
    """Who lives there, or signed up or came there in the last year."""
    came = [
        sa.select(of.event_id)
        .join(Event, Event.id == of.event_id)
        .where(
            of.volunteer_id == Volunteer.id,
            Event.region_code.in_(regions),
            Event.ends_at > now - REMEMBERED,
        )
        # A limit keeps it one person's: as EXISTS all attendances would be read into memory first.
        .limit(1)
        .correlate(Volunteer)
        .scalar_subquery()
        for of in (Signup, Attendance)
    ]
    return sa.or_(Volunteer.region_code.in_(regions), *(one.is_not(None) for one in came))


def _phone_of(text: str, phone_regions: Sequence[str]) -> str | None:
    """The number that a text is; None where it is none."""
    try:
        return phones.parse_of_any_country(text, phone_regions[0], "q")
    except errors.Invalid:
        return None


def _named(text: str) -> list[sa.ColumnElement[bool]]:
    """Each word that was typed begins one of the name's, however it is written. Raises Invalid."""
    words = text.split()
    if sum(map(len, words)) < SHORTEST_NAME:
        raise errors.Invalid("q", "length", min=SHORTEST_NAME, max=LONGEST)
    name = sa.literal(" ") + Volunteer.display_name
    # What lower() makes of Kazakh letters is the database's locale's to say.
    return [
        sa.or_(
            *(
                name.contains(f" {spelt}", autoescape=True)
                for spelt in sorted({word, word.lower(), word.upper(), word.capitalize(), word.title()})
            )
        )
        for word in words
    ]


def _banned(session: Session, volunteer_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    bans = session.scalars(sa.select(Ban).where(Ban.volunteer_id.in_(volunteer_ids), Ban.lifted_at.is_(None)))
    return {
        ban.volunteer_id for ban in bans if BanTerms(ban.reason, ban.banned_at, ban.expires_at).holds_at(now)
    }


def _record_found(
    session: Session, actor: Actor, region_code: str | None, found: Sequence[UUID], now: datetime
) -> None:
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.PERSON_READ,
        region_code=region_code,
        detail={"found": [str(one) for one in found]},
        now=now,
    )


def _roles(session: Session, volunteer_id: UUID) -> tuple[list[str], list[LocalizedText]]:
    """The regions that somebody coordinates, the country first; the names of their organizations."""
    coordinated = session.scalars(
        sa.select(Coordinator.region_code)
        .where(Coordinator.volunteer_id == volunteer_id)
        .order_by(Coordinator.region_code != NATIONAL, Coordinator.region_code)
    )
    organizations = session.scalars(
        sa.select(Organization.name)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.volunteer_id == volunteer_id)
        .order_by(Membership.created_at, Organization.id)
    )
    return list(coordinated), list(organizations)


def _attended(
    session: Session, volunteer_id: UUID, regions: Sequence[str] | None
) -> Sequence[sa.Row[Attendance, Event]]:
    query = (
        sa.select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.volunteer_id == volunteer_id)
        .order_by(Attendance.checked_in_at.desc(), Attendance.id.desc())
        .limit(EVENTS_SHOWN)
    )
    return session.execute(query if regions is None else query.where(Event.region_code.in_(regions))).all()


def _statuses(session: Session, volunteer_id: UUID, regions: Sequence[str] | None) -> dict[str, int]:
    query = (
        sa.select(Attendance.status, sa.func.count())
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.volunteer_id == volunteer_id)
        .group_by(Attendance.status)
    )
    rows = session.execute(query if regions is None else query.where(Event.region_code.in_(regions)))
    return dict(rows.all())
