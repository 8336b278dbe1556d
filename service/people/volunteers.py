"""Volunteers: their own record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

import h3
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.geography import regions
from service.models import Membership, Organization, Volunteer
from service.models.base import COUNTRY_ZONE, LocalizedText
from service.models.volunteers import ADULT_AGE, age_on
from service.organizations import invitations
from service.people import consents, numbers
from service.people.identities import Identity
from service.platform import phones

HOME_RESOLUTION = 6
BEFORE_ANY_TOKEN = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of themself. `guardian`: name and E.164 phone; `home`: latitude, longitude;
    `consents`: versions that they agree to now, by name."""

    display_name: str
    birth_date: date
    locale: str
    region_code: str
    home: tuple[float, float] | None = None
    guardian: tuple[str, str] | None = None
    consents: Mapping[str, str] = field(default_factory=dict)


def get(session: Session, volunteer_id: UUID) -> Volunteer:
    """Raises NotFound."""
    volunteer = session.get(Volunteer, volunteer_id)
    if volunteer is None:
        raise errors.NotFound()
    return volunteer


def register(
    session: Session,
    identity: Identity,
    profile: Profile,
    now: datetime,
    *,
    min_age: int,
    phone_regions: Sequence[str],
) -> tuple[Volunteer, bool]:
    """Make or replace one's own record; True when it is new.

    The token's subject decides whose record it is; the number follows, also from another record.

    Raises:
        Invalid: the region is none, the personal data consent is missing or of another version, a newcomer's
            number is of a country not served, or (GuardianRequired, TooYoungToRegister) the age forbids it.
    """
    _check_profile(profile, now, min_age)
    claim = numbers.lock(session, identity.subject, identity.phone)
    volunteer, is_new = claim.own, claim.own is None
    if volunteer is None:
        phones.parse(identity.phone, phone_regions)
        volunteer = Volunteer(subject=identity.subject, created_at=now, phone_seen_at=BEFORE_ANY_TOKEN)
    _apply(volunteer, profile)
    volunteer.last_seen_at = now
    session.add(volunteer)
    numbers.follow(session, volunteer, claim.holder, identity.phone, identity.issued_at, now)
    consents.replace(session, volunteer.id, profile.consents, now)
    if is_new:
        invitations.tell_invited(session, volunteer, now)
    return volunteer, is_new


def _check_profile(profile: Profile, now: datetime, min_age: int) -> None:
    today = now.astimezone(COUNTRY_ZONE).date()
    if not date(1900, 1, 1) <= profile.birth_date <= today:
        raise errors.Invalid("birth_date", "birth-date")
    age = age_on(profile.birth_date, today)
    if age < min_age:
        raise errors.TooYoungToRegister(min_age=min_age)
    if age < ADULT_AGE and profile.guardian is None:
        raise errors.GuardianRequired("guardian", "guardian-required")
    if regions.get(profile.region_code) is None:
        raise errors.Invalid("region", "region")


def _apply(volunteer: Volunteer, profile: Profile) -> None:
    volunteer.display_name = profile.display_name
    volunteer.birth_date = profile.birth_date
    volunteer.locale = profile.locale
    volunteer.region_code = profile.region_code
    volunteer.home_cell = None if profile.home is None else _home_cell(*profile.home)
    volunteer.guardian_name, volunteer.guardian_phone = profile.guardian or (None, None)


def _home_cell(latitude: float, longitude: float) -> int:
    return int(h3.str_to_int(h3.latlng_to_cell(latitude, longitude, HOME_RESOLUTION)))


def profile_of(volunteer: Volunteer) -> Profile:
    """The record as it is, to change parts of it; the exact home is not known any more."""
    guardian = (
        (volunteer.guardian_name, volunteer.guardian_phone)
        if volunteer.guardian_name and volunteer.guardian_phone
        else None
    )
    return Profile(
        display_name=volunteer.display_name,
        birth_date=volunteer.birth_date,
        locale=volunteer.locale,
        region_code=volunteer.region_code,
        guardian=guardian,
    )


def change(session: Session, volunteer: Volunteer, profile: Profile, now: datetime, min_age: int) -> None:
    """Replace the record's parts; the home stays where the profile names none. Raises as `register`."""
    _check_profile(profile, now, min_age)
    home_cell = volunteer.home_cell
    _apply(volunteer, profile)
    if profile.home is None:
        volunteer.home_cell = home_cell
    session.flush()
    consents.give(session, volunteer.id, profile.consents, now)


def memberships(session: Session, volunteer_id: UUID) -> Sequence[sa.Row[UUID, LocalizedText, str, str]]:
    """(id, name, role, status) of the organizations one belongs to."""
    return session.execute(
        sa.select(Organization.id, Organization.name, Membership.role, Organization.status)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.volunteer_id == volunteer_id)
        .order_by(Membership.created_at, Organization.id)
    ).all()
