"""Two workers, and two people with one phone, at the same moment: committed data, own connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from notifications import fan_out, reminders
from notifications.models import Delivery, InboxItem
from service.models import Device, Outbox
from service.models.base import new_id
from service.people import devices
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions
from tests.makers import make_device, make_event, make_signup, make_volunteer


def test_two_workers_tell_everybody_once(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "CHUNK", 7)
    monkeypatch.setattr(reminders, "AT_ONCE", 7)
    with sessions.begin() as session:
        event = make_event(session, starts_at=NOW + timedelta(hours=24))
        for _ in range(40):
            person = make_volunteer(session)
            make_signup(session, event, person, created_at=NOW - timedelta(days=3))
            make_device(session, person)
        facts = {
            "title": event.title,
            "starts_at": event.starts_at.isoformat(),
            "zone": event.zone,
            "text": "!",
        }
        entry = Outbox(id=new_id(), kind="announcement", event_id=event.id, facts=facts, created_at=NOW)
        session.add(entry)

    def work(_worker: int) -> None:
        reminders.run(sessions, reminders.Hour(NOW + timedelta(minutes=10), Thresholds()))
        more = True
        while more:
            with sessions.begin() as session:
                more = fan_out.expand(session, entry.id, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with sessions() as session:
        for table in (InboxItem, Delivery):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 2 * 40


def test_one_phone_registered_by_many_at_once_ends_with_one_of_them(sessions: Sessions) -> None:
    with sessions.begin() as session:
        people = [make_volunteer(session).id for _ in range(12)]

    def register(n: int) -> None:
        with sessions.begin() as session:
            device = Device(
                volunteer_id=people[n],
                installation_id=f"phone-{n % 2}",
                platform="ios",
                kind="token",
                value="one-token",
                app_version="1",
                seen_at=NOW,
            )
            devices.put(session, device)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(register, range(12)))
    with sessions() as session:
        holders = session.scalars(sa.select(Device.volunteer_id).where(Device.value == "one-token")).all()
    assert len(holders) == 1
