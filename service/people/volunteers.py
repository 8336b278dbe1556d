"""Volunteers: their own record, their consents and devices."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import h3
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.geography import regions
from service.models import Device, Membership, Organization, Volunteer
from service.models.base import LocalizedText
from service.models.volunteers import ADULT_AGE, age_on
from service.organizations import organizations

CONSENT_VERSIONS: Mapping[str, str] = {"personal_data": "2026-01", "cross_border": "2026-01"}
"""The versions of the texts in force. Without personal_data there is no account."""

HOME_RESOLUTION = 6
DEVICE_LOCKS = 1
"""The first key of the advisory locks that serialize the registration of one phone."""

HOME_ZONE = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of themself. `guardian`: name and E.164 phone; `home`: latitude, longitude."""

    display_name: str
    birth_date: date
    locale: str
    region_code: str
    consents: Mapping[str, str]
    home: tuple[float, float] | None = None
    guardian: tuple[str, str] | None = None


def get(session: Session, volunteer_id: UUID) -> Volunteer:
    """Raises NotFound."""
    volunteer = session.get(Volunteer, volunteer_id)
    if volunteer is None:
        raise errors.NotFound()
    return volunteer


def register(
    session: Session, subject: str, phone: str, profile: Profile, now: datetime, min_age: int
) -> tuple[Volunteer, bool]:
    """Make or replace one's own record; True when it is new.

    The phone of the token decides: whoever brings a verified phone owns the record of that phone.

    Raises:
        Invalid: the region is none, the personal data consent is missing or of another version,
            or (GuardianRequired, TooYoungToRegister) the age does not allow it.
    """
    _check_profile(profile, now, min_age)
    volunteer = session.scalars(
        sa.select(Volunteer)
        .where(sa.or_(Volunteer.subject == subject, Volunteer.phone == phone))
        .order_by((Volunteer.phone == phone).desc())
    ).first()
    is_new = volunteer is None
    if volunteer is None:
        volunteer = Volunteer(created_at=now, consents={})
        session.add(volunteer)
    volunteer.subject, volunteer.phone = subject, phone
    _apply(volunteer, profile)
    session.flush()
    if is_new:
        organizations.tell_invited(session, volunteer, now)
    return volunteer, is_new


def _check_profile(profile: Profile, now: datetime, min_age: int) -> None:
    today = now.astimezone(HOME_ZONE).date()
    if not date(1900, 1, 1) <= profile.birth_date <= today:
        raise errors.Invalid("birth_date", "birth-date")
    age = age_on(profile.birth_date, today)
    if age < min_age:
        raise errors.TooYoungToRegister(min_age=min_age)
    if age < ADULT_AGE and profile.guardian is None:
        raise errors.GuardianRequired("guardian", "guardian-required")
    if regions.get(profile.region_code) is None:
        raise errors.Invalid("region", "region")
    for name, version in profile.consents.items():
        if CONSENT_VERSIONS.get(name) != version:
            raise errors.Invalid(f"consents.{name}", "consent-version")
    if "personal_data" not in profile.consents:
        raise errors.Invalid("consents.personal_data", "required")


def _apply(volunteer: Volunteer, profile: Profile) -> None:
    volunteer.display_name = profile.display_name
    volunteer.birth_date = profile.birth_date
    volunteer.locale = profile.locale
    volunteer.region_code = profile.region_code
    volunteer.consents = dict(profile.consents)
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
        consents=volunteer.consents,
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


def withdraw_consent(session: Session, volunteer: Volunteer, name: str) -> None:
    """Take a consent back. Raises NotFound for a consent that does not exist."""
    if name not in CONSENT_VERSIONS:
        raise errors.NotFound()
    volunteer.consents = {kept: version for kept, version in volunteer.consents.items() if kept != name}
    session.flush()


def missing_consents(consents: Mapping[str, str]) -> list[str]:
    """Names of the consents to be given, or given again for a newer text, before joining anything."""
    return [name for name, version in CONSENT_VERSIONS.items() if consents.get(name) != version]


def memberships(session: Session, volunteer_id: UUID) -> Sequence[sa.Row[UUID, LocalizedText, str, str]]:
    """(id, name, role, status) of the organizations one belongs to."""
    return session.execute(
        sa.select(Organization.id, Organization.name, Membership.role, Organization.status)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.volunteer_id == volunteer_id)
        .order_by(Membership.created_at, Organization.id)
    ).all()


def put_device(session: Session, device: Device) -> None:
    """Remember one installation, and that it is in use again if it was off.

    Whoever had this value, or this installation, before has it no more: a phone is told one person's things.
    """
    values = {
        "platform": device.platform,
        "kind": device.kind,
        "value": device.value,
        "app_version": device.app_version,
        "seen_at": device.seen_at,
        "off_since": None,
    }
    _wait_for_others(session, f"{device.kind}:{device.value}", device.installation_id)
    session.execute(
        sa.delete(Device).where(
            sa.or_(
                sa.and_(Device.kind == device.kind, Device.value == device.value),
                Device.installation_id == device.installation_id,
            ),
            sa.tuple_(Device.volunteer_id, Device.installation_id)
            != sa.tuple_(sa.literal(device.volunteer_id), sa.literal(device.installation_id)),
        )
    )
    session.execute(
        insert(Device)
        .values(volunteer_id=device.volunteer_id, installation_id=device.installation_id, **values)
        .on_conflict_do_update(index_elements=["volunteer_id", "installation_id"], set_=values)
    )


def _wait_for_others(session: Session, *names: str) -> None:
    """Who registers the same phone at the same time does so one after the other; always in the same order."""
    for key in sorted(zlib.crc32(name.encode()) for name in names):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEVICE_LOCKS, key - 2**31)))


def remove_device(session: Session, volunteer_id: UUID, installation_id: str) -> None:
    """Forget one installation; one that is not there is forgotten already."""
    session.execute(
        sa.delete(Device).where(
            Device.volunteer_id == volunteer_id, Device.installation_id == installation_id
        )
    )
