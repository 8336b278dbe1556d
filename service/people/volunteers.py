"""Volunteers: their own record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import h3
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.geography import regions
from service.happenings import PersonRegistered, tell
from service.models import Membership, Organization, Volunteer
from service.models.base import COUNTRY_ZONE, LocalizedText, new_id
from service.models.volunteers import ADULT_AGE
from service.organizations import invitations
from service.people import ages, consents, dormancy, erased_numbers, guardians, numbers
from service.people.identities import Identity
from service.platform import installed, phones, usage_limits
from service.platform.written import Written

HOME_RESOLUTION = 6
RECORDS_A_DAY = 2
"""Of one number: whoever has erased themself begins anew, and no loop of it makes many people of one phone,
for attendances outlive their person."""

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
        raise errors.NotFound(errors.Thing.VOLUNTEER)
    return volunteer


def register(
    session: Session,
    identity: Identity,
    profile: Profile,
    now: datetime,
    *,
    min_age: int,
    phone_regions: Sequence[str],
    volunteer_id: UUID | None = None,
) -> tuple[Volunteer, bool]:
    """Make or replace one's own record; True when it is new. `volunteer_id`: of a new one, None: any.

    The token's subject decides whose record it is; the number follows, also from another record.

    Raises:
        Invalid: the region is none, the personal data consent is missing or of another version, a newcomer's
            number is of a country not served, the guardian's is their own, the birth date is a coordinator's
            to move, or of somebody older than the number's record, erased or left lately, said, or
            (GuardianRequired, TooYoungToRegister) the age forbids it. AccountDisabled.
        TooManyRequests: the number has begun two records today.
        OtherBirthDate: of a dormant record, once; this try is counted, which the caller has to commit.
    """
    age = ages.check(profile.birth_date, now, min_age)
    _check_region(profile)
    claim = numbers.lock(session, identity.subject, identity.phone)
    volunteer = claim.own
    if volunteer is not None and volunteer.disabled_at is not None:
        raise errors.AccountDisabled()
    if volunteer is not None and dormancy.is_dormant(volunteer.last_seen_at, identity.signed_in_at):
        dormant_id = volunteer.id
        volunteer = dormancy.reopen(session, volunteer, profile.birth_date, now)
        guardians.end_by_change(session, dormant_id, now)
    is_new = volunteer is None
    if volunteer is None:
        before = erased_numbers.known(session, identity.phone, now, claim.holder)
        before.check_age(age)
        volunteer = _begin(session, identity, volunteer_id or new_id(), phone_regions, now)
        volunteer.anew_at = now if before.may_count_twice else None
    else:
        ages.check_own_change(volunteer.birth_date, profile.birth_date, now)
    _check_guardian(profile, age, {volunteer.phone, identity.phone})
    former_guardian = volunteer.guardian_phone
    _apply(volunteer, profile, Profile.__dataclass_fields__)
    volunteer.last_seen_at = now
    session.add(volunteer)
    if not is_new and volunteer.guardian_phone != former_guardian:
        guardians.end_by_change(session, volunteer.id, now)
    numbers.follow(session, volunteer, claim.holder, identity.phone, identity.issued_at, now)
    consents.replace(session, volunteer.id, profile.consents, now)
    if is_new:
        invitations.tell_invited(session, volunteer, now)
    tell(
        session,
        PersonRegistered(
            at=now, volunteer_id=volunteer.id, phone=volunteer.phone, display_name=volunteer.display_name
        ),
    )
    return volunteer, is_new


def _begin(
    session: Session, identity: Identity, volunteer_id: UUID, phone_regions: Sequence[str], now: datetime
) -> Volunteer:
    """An empty record. Raises Invalid: a number of a country not served. TooManyRequests."""
    phones.parse(identity.phone, phone_regions)
    mark = f"registered:{installed.mark_of(identity.phone)}"
    usage_limits.count_use(session, mark, now, RECORDS_A_DAY, usage_limits.DAY)
    return Volunteer(
        id=volunteer_id, subject=identity.subject, created_at=now, phone_seen_at=BEFORE_ANY_TOKEN
    )


def _check_guardian(profile: Profile, age: int, own_phones: Collection[str | None]) -> None:
    if profile.guardian is None and age < ADULT_AGE:
        raise errors.GuardianRequired("guardian", "guardian-required")
    if profile.guardian is not None and profile.guardian[1] in own_phones:
        raise errors.Invalid("guardian.phone", "own-phone")


def _check_region(profile: Profile) -> None:
    if regions.get(profile.region_code) is None:
        raise errors.Invalid("region", "region")


def _apply(volunteer: Volunteer, profile: Profile, names: Collection[str]) -> None:
    """Put these fields of a profile into the record."""
    for name in {"display_name", "birth_date", "locale", "region_code"}.intersection(names):
        setattr(volunteer, name, getattr(profile, name))
    if "home" in names:
        volunteer.home_cell = None if profile.home is None else _home_cell(*profile.home)
    if "guardian" in names:
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


def change(
    session: Session,
    volunteer: Volunteer,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    min_age: int,
    phone: str,
) -> None:
    """Replace what `changes` names, by the fields of a Profile; the rest is neither changed nor judged.

    `phone`: the token's.

    Raises:
        Invalid, GuardianRequired, TooYoungToRegister: as `register`.
    """
    profile = replace(profile_of(volunteer), **changes)
    age = volunteer.age_on(now.astimezone(COUNTRY_ZONE).date())
    if profile.birth_date != volunteer.birth_date:
        age = ages.check(profile.birth_date, now, min_age)
        ages.check_own_change(volunteer.birth_date, profile.birth_date, now)
    if "guardian" in changes:
        _check_guardian(profile, age, {volunteer.phone, phone})
    _check_region(profile)
    former_guardian = volunteer.guardian_phone
    _apply(volunteer, profile, changes)
    session.flush()
    if volunteer.guardian_phone != former_guardian:
        guardians.end_by_change(session, volunteer.id, now)
    consents.give(session, volunteer.id, profile.consents, now)


class Belonging(NamedTuple):
    """An organization that somebody belongs to, and as what; `status`: the organization's."""

    id: UUID
    name: LocalizedText
    role: str
    status: str
    resting: bool


def memberships(session: Session, volunteer_id: UUID) -> Sequence[Belonging]:
    """The organizations one belongs to, as one joined them."""
    return [Belonging(*row) for row in _MEMBERSHIPS.rows(session, {"volunteer_id": volunteer_id})]


_MEMBERSHIPS = Written(
    sa.select(Organization.id, Organization.name, Membership.role, Organization.status, Membership.resting)
    .join(Membership, Membership.organization_id == Organization.id)
    .where(Membership.volunteer_id == sa.bindparam("volunteer_id", type_=sa.Uuid))
    .order_by(Membership.created_at, Organization.id)
)
