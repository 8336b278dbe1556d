"""Plain makers: a row with sensible values, any of which can be overridden. They flush and do not commit."""

import itertools
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from service.ledger.ledger import Cell
from service.models import (
    Attendance,
    Ban,
    Consent,
    Contact,
    CountPending,
    Device,
    District,
    DistrictImport,
    Event,
    EventPhoto,
    Membership,
    Organization,
    Signup,
    Volunteer,
)
from service.models.base import new_id
from service.models.contacts import ContactOf, ContactState
from service.models.volunteers import Coordinator
from tests.conftest import NOW

CONSENTS = {"personal_data": "2026-01", "cross_border": "2026-01"}
AKTOBE = (50.2839, 57.1670)
T = TypeVar("T")
_numbers = itertools.count(1)


def make_volunteer(session: Session, **overrides: Any) -> Volunteer:
    phone = overrides.get("phone", f"+7701{next(_numbers):07d}")
    values: dict[str, Any] = {
        "id": new_id(),
        "subject": f"local:{phone}",
        "phone": phone,
        "display_name": "Айгүл Серікқызы",
        "birth_date": date(1995, 3, 8),
        "locale": "kk",
        "region_code": "KZ-15",
        "created_at": NOW - timedelta(days=30),
        "phone_seen_at": NOW - timedelta(days=30),
        "last_seen_at": NOW,
    }
    consents: dict[str, str] = overrides.pop("consents", CONSENTS)
    volunteer = _added(session, Volunteer(**values | overrides))
    for name, version in consents.items():
        given_at = volunteer.created_at
        _added(session, Consent(volunteer_id=volunteer.id, name=name, version=version, given_at=given_at))
    return volunteer


def make_coordinator(session: Session, region_code: str = "KZ-15", **overrides: Any) -> Volunteer:
    """A volunteer who coordinates a region; "*" for the whole country."""
    volunteer = make_volunteer(session, **overrides)
    _added(session, Coordinator(volunteer_id=volunteer.id, region_code=region_code, created_at=NOW))
    return volunteer


def make_ban(session: Session, person_id: UUID, **overrides: Any) -> Ban:
    """A ban for good, of whoever is or was there, by somebody of whom nothing is known."""
    values: dict[str, Any] = {
        "marks": [],
        "reason": "Төбелес",
        "banned_by": new_id(),
        "banned_at": NOW,
    } | overrides
    return _added(session, Ban(volunteer_id=person_id, **values))


def make_organization(session: Session, owner: Volunteer | None = None, **overrides: Any) -> Organization:
    """A verified organization of KZ-15 with one owner."""
    owner = owner or make_volunteer(session)
    values: dict[str, Any] = {
        "id": new_id(),
        "name": {"kk": "Таза Ақтөбе"},
        "search": "таза актобе",
        "region_code": "KZ-15",
        "status": "verified",
        "created_by": owner.id,
        "created_at": NOW - timedelta(days=20),
        "content_hash": "",
    }
    organization = _added(session, Organization(**values | overrides))
    make_member(session, organization, owner, role="owner")
    return organization


def make_member(
    session: Session, organization: Organization, volunteer: Volunteer, role: str = "organizer"
) -> Membership:
    return _added(
        session,
        Membership(organization_id=organization.id, volunteer_id=volunteer.id, role=role, created_at=NOW),
    )


def make_event(session: Session, organization: Organization | None = None, **overrides: Any) -> Event:
    """A published event in Aktobe that runs from an hour before NOW to two hours after it."""
    organization = organization or make_organization(session)
    starts_at: datetime = overrides.get("starts_at", NOW - timedelta(hours=1))
    values: dict[str, Any] = {
        "id": new_id(),
        "organization_id": organization.id,
        "title": {"kk": "Елек жағалауын тазалау", "ru": "Уборка берега Илека", "en": "Ilek bank clean-up"},
        "description": {},
        "kind": "cleanup",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "zone": "Asia/Almaty",
        "day": (starts_at + timedelta(hours=5)).date(),
        "latitude": AKTOBE[0],
        "longitude": AKTOBE[1],
        "address": "Ақтөбе",
        "area": {"type": "circle", "radius_m": 150},
        "cell": 0,
        "region_code": "KZ-15",
        "district_code": None,
        "capacity": None,
        "min_age": None,
        "hazard": False,
        "accessible": False,
        "walk_ins": True,
        "bring": [],
        "search": "елек жагалауын тазалау актобе",
        "status": "published",
        "created_by": organization.created_by,
        "created_at": NOW - timedelta(days=10),
        "content_hash": "",
    }
    return _added(session, Event(**values | overrides))


def make_photo(session: Session, event: Event, **overrides: Any) -> EventPhoto:
    """A photograph of the event as it is now, which no coordinator has looked at; without files."""
    values: dict[str, Any] = {
        "id": new_id(),
        "event_id": event.id,
        "taken": "after",
        "digest": str(uuid4()),
        "stored_as": new_id(),
        "width": 1600,
        "height": 1200,
        "uploaded_by": event.created_by,
        "uploaded_at": NOW,
    }
    return _added(session, EventPhoto(**values | overrides))


def make_contact(session: Session, holder: Volunteer, **overrides: Any) -> Contact:
    """The person to ask in KZ-15, whose number is for who is signed in."""
    values: dict[str, Any] = {
        "id": new_id(),
        "about": ContactOf.REGION,
        "about_id": "KZ-15",
        "state": ContactState.STANDING,
        "name": "Ерлан Сейітұлы",
        "link": None,
        "public": False,
        "volunteer_id": holder.id,
        "asked_by": holder.id,
        "created_at": NOW,
    }
    return _added(session, Contact(**values | overrides))


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangle in degrees, as GeoJSON."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def make_district(session: Session, code: str, outline: dict[str, Any], **overrides: Any) -> District:
    """A district of KZ-15, not yet of any import."""
    values: dict[str, Any] = {
        "region_code": "KZ-15",
        "kind": "district",
        "names": {"kk": f"{code} ауданы"},
        "version": 1,
    }
    return _added(session, District(code=code, outline=outline, **values | overrides))


def make_import(session: Session) -> int:
    """An import by which all districts of now are known; its version."""
    return _added(session, DistrictImport(imported_at=NOW, added=1, changed=0, refused=0)).version


def make_signup(session: Session, event: Event, volunteer: Volunteer, **overrides: Any) -> Signup:
    """Somebody who goes since the sign-up was made, or waits, or goes no more."""
    values: dict[str, Any] = {"status": "going", "companions": 0, "created_at": NOW - timedelta(days=2)}
    values |= overrides
    if values["status"] == "going":
        values.setdefault("going", [Range(values["created_at"], None)])
    return _added(session, Signup(event_id=event.id, volunteer_id=volunteer.id, **values))


def make_attendance(session: Session, event: Event, volunteer: Volunteer, **overrides: Any) -> Attendance:
    """Somebody who was there from the start to the end, and counts."""
    values: dict[str, Any] = {
        "id": new_id(),
        "status": "counted",
        "evidence": "gps",
        "checked_in_at": event.starts_at,
        "checked_out_at": event.ends_at,
        "minutes": 150,
        "distance_m": 0,
        "reasons": [],
    }
    return _added(session, Attendance(event_id=event.id, volunteer_id=volunteer.id, **values | overrides))


def make_counted(session: Session, event: Event, volunteer: Volunteer, **overrides: Any) -> Attendance:
    """Somebody who was there, and is counted so, as the storing of presence does it."""
    made = make_attendance(session, event, volunteer, **overrides)
    assumed = made.assumed_minutes or 0
    figures = {"participations": 1, "minutes": (made.minutes or 0) - assumed, "minutes_assumed": assumed}
    row = CountPending(event_id=event.id, volunteer_id=volunteer.id, **asdict(Cell.of(event)), **figures)
    _added(session, row)
    return made


def make_device(session: Session, volunteer: Volunteer, **overrides: Any) -> Device:
    values: dict[str, Any] = {
        "volunteer_id": volunteer.id,
        "installation_id": str(uuid4()),
        "platform": "android",
        "kind": "fid",
        "value": f"fid-{next(_numbers)}",
        "app_version": "1.0.0",
        "registered_at": NOW - timedelta(days=20),
        "seen_at": NOW,
    }
    return _added(session, Device(**values | overrides))


def _added(session: Session, thing: T) -> T:
    session.add(thing)
    session.flush()
    return thing
