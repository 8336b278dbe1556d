"""Volunteers with one phone each, all going to one event: written straight to the tables."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import Delivery, InboxItem
from service.models import Consent, Device, Event, Membership, Organization, Outbox, Signup, Volunteer
from service.models.base import new_id
from service.people import consents

OWNER = "+77029999999"
LOCALES = ("kk", "kk", "ru", "en")
PLATFORMS = ("android", "android", "ios", "web")
CHUNK = 1_000


def gather(session: Session, people: int) -> UUID:
    """Make an event in six hours, its owner and so many people who are going; the event's id."""
    now = datetime.now(UTC)
    ids = [new_id() for _ in range(people)]
    owner = _person(new_id(), 0, now) | {"phone": OWNER, "subject": f"local:{OWNER}"}
    _insert(session, Volunteer, [owner, *(_person(id_, n + 1, now) for n, id_ in enumerate(ids))])
    agreed = [
        {"volunteer_id": id_, "name": name, "version": version, "given_at": now}
        for name, version in consents.current(now).items()
        for id_ in (owner["id"], *ids)
    ]
    _insert(session, Consent, agreed)
    event = _event(session, owner["id"], now)
    _insert(
        session,
        Device,
        [
            {
                "volunteer_id": id_,
                "installation_id": f"phone-{n}",
                "platform": PLATFORMS[n % len(PLATFORMS)],
                "kind": "fid",
                "value": f"fid-{n}",
                "app_version": "1.0.0",
                "seen_at": now,
            }
            for n, id_ in enumerate(ids)
        ],
    )
    signup = {"event_id": event, "status": "going", "companions": 0, "created_at": now}
    _insert(session, Signup, [signup | {"volunteer_id": id_} for id_ in ids])
    return event


def owe_pushes(session: Session, event_id: UUID) -> None:
    """A change of the event that everyone going finds in the inbox, each with a push that is due.

    The event is near: such a push waits for no quiet hours, and nothing here depends on the time of day.
    """
    now = datetime.now(UTC)
    event = session.get_one(Event, event_id)
    facts = {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "zone": event.zone,
        "address": event.address,
    }
    entry = Outbox(
        id=new_id(), kind="event_changed", event_id=event_id, facts=facts, created_at=now, expanded_at=now
    )
    session.add(entry)
    session.flush()
    phones = session.execute(
        sa.select(Device.volunteer_id, Device.installation_id).join(
            Signup, Signup.volunteer_id == Device.volunteer_id
        )
    ).all()
    items = [new_id() for _ in phones]
    item = {"outbox_id": entry.id, "created_at": now}
    _insert(
        session,
        InboxItem,
        [item | {"id": id_, "volunteer_id": person} for id_, (person, _) in zip(items, phones, strict=True)],
    )
    push = {"next_attempt_at": now, "expires_at": event.starts_at}
    _insert(
        session,
        Delivery,
        [
            push | {"id": new_id(), "inbox_item_id": id_, "volunteer_id": person, "installation_id": phone}
            for id_, (person, phone) in zip(items, phones, strict=True)
        ],
    )


def _person(id_: UUID, number: int, now: datetime) -> dict[str, Any]:
    phone = f"+7705{number:07d}"
    return {
        "id": id_,
        "subject": f"local:{phone}",
        "phone": phone,
        "display_name": "Айгүл Серікқызы",
        "birth_date": date(1995, 3, 8),
        "locale": LOCALES[number % len(LOCALES)],
        "region_code": "KZ-15",
        "created_at": now,
    }


def _event(session: Session, owner: UUID, now: datetime) -> UUID:
    organization = Organization(
        id=new_id(),
        name={"kk": "Таза Ақтөбе"},
        search="таза актобе",
        region_code="KZ-15",
        status="verified",
        created_by=owner,
        created_at=now,
        content_hash="",
    )
    starts_at = now + timedelta(hours=6)
    event = Event(
        id=new_id(),
        organization_id=organization.id,
        title={"kk": "Елек жағалауын тазалау", "ru": "Уборка берега Илека", "en": "Ilek bank clean-up"},
        description={},
        kind="cleanup",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        zone="Asia/Almaty",
        day=(starts_at + timedelta(hours=5)).date(),
        latitude=50.2839,
        longitude=57.1670,
        address="Ақтөбе",
        area={"type": "circle", "radius_m": 150},
        cell=0,
        region_code="KZ-15",
        hazard=False,
        accessible=False,
        walk_ins=True,
        bring=[],
        search="елек жагалауын тазалау актобе",
        status="published",
        created_by=owner,
        created_at=now,
        content_hash="",
    )
    session.add(organization)
    session.flush()
    session.add(Membership(organization_id=organization.id, volunteer_id=owner, role="owner", created_at=now))
    session.add(event)
    session.flush()
    return event.id


def _insert(session: Session, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    for chunk in _chunks(rows):
        session.execute(sa.insert(model), chunk)


def _chunks(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), CHUNK):
        yield list(rows[start : start + CHUNK])
