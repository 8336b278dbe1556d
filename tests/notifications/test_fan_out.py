"""Filling inboxes: chunk by chunk, whatever breaks in between; devices by how long they were not seen."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import Delivery, InboxItem
from notifications.push import deliveries
from service.models import Device, Event, Outbox, Volunteer
from service.models.base import new_id
from service.people import devices
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer


def owe(session: Session, event: Event) -> UUID:
    facts = {"title": event.title, "starts_at": event.starts_at.isoformat(), "zone": event.zone, "text": "!"}
    entry = Outbox(id=new_id(), kind="announcement", event_id=event.id, facts=facts, created_at=NOW)
    session.add(entry)
    session.flush()
    return entry.id


def expand(session: Session, outbox_id: UUID) -> None:
    while fan_out.expand(session, outbox_id, NOW):
        pass


@pytest.mark.parametrize("people", [6, 7])
def test_a_crash_between_chunks_loses_nobody_and_tells_nobody_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch, people: int
) -> None:
    monkeypatch.setattr(fan_out, "CHUNK", 3)
    event = make_event(session)
    for _ in range(people):
        person = make_volunteer(session)
        make_signup(session, event, person)
        make_device(session, person)
    entry = owe(session, event)
    assert fan_out.expand(session, entry, NOW)
    crashed = session.begin_nested()
    fan_out.expand(session, entry, NOW)
    crashed.rollback()
    session.expire_all()
    expand(session, entry)
    # Even if nobody had noted how far it had come.
    session.execute(sa.update(Outbox).values(expanded_at=None, expanded_to=None))
    expand(session, entry)
    for table in (InboxItem, Delivery):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == people


def test_stale_devices_come_last_and_dead_ones_not_at_all(session: Session) -> None:
    event, person = make_event(session), make_volunteer(session)
    make_signup(session, event, person)
    for days, name in ((1, "fresh"), (31, "stale"), (271, "dead")):
        make_device(session, person, installation_id=name, seen_at=NOW - timedelta(days=days))
    expand(session, owe(session, event))
    due = session.execute(
        sa.select(Delivery.installation_id, Delivery.next_attempt_at).order_by(Delivery.next_attempt_at)
    ).all()
    assert [tuple(row) for row in due] == [("fresh", NOW), ("stale", NOW + timedelta(minutes=5))]


def register(
    session: Session, person: Volunteer, installation: str, value: str, at: timedelta = timedelta()
) -> None:
    device = Device(
        volunteer_id=person.id,
        installation_id=installation,
        platform="android",
        kind="fid",
        value=value,
        app_version="1",
        seen_at=NOW + at,
    )
    devices.put(session, device)


@pytest.mark.parametrize(("installation", "value"), [("phone", "value"), ("reinstalled", "value")])
def test_the_previous_owner_of_a_phone_gets_nothing_there(
    session: Session, installation: str, value: str
) -> None:
    """The phone is handed on: its value moves, whatever the installation calls itself."""
    event, previous, present = make_event(session), make_volunteer(session), make_volunteer(session)
    make_signup(session, event, previous)
    register(session, previous, "phone", "value")
    expand(session, owe(session, event))
    register(session, present, installation, value)
    (claim,) = deliveries.claim(session, NOW, lease_s=60)
    assert (claim.volunteer_id, claim.push) == (previous.id, None)
    expand(session, owe(session, event))
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_a_device_that_was_gone_is_on_again_when_it_registers(session: Session) -> None:
    person = make_volunteer(session)
    register(session, person, "phone", "old")
    session.execute(sa.update(Device).values(off_since=NOW))
    register(session, person, "phone", "new", timedelta(days=1))
    session.expire_all()
    device = session.scalars(sa.select(Device)).one()
    assert (device.value, device.off_since, device.seen_at) == ("new", None, NOW + timedelta(days=1))
