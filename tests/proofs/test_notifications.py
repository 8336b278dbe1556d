"""What nobody was told, or everybody at the wrong moment."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import audience, reminders
from notifications.models import InboxItem
from service.models import Coordinator, Outbox
from service.models.base import new_id
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_signup, make_volunteer
from tests.mobile_api.scene import Scene


def test_the_digest_tells_of_an_appeal_as_the_queue_does(
    scene: Scene, session: Session, doubtful: str
) -> None:
    scene.review(doubtful, "reject")
    scene.appeal(doubtful)
    assert scene.waiting() == [doubtful]
    digest = Outbox(id=new_id(), kind="waiting_digest", facts={}, created_at=NOW)
    session.add(digest)
    session.flush()
    found = {row.volunteer_id: row.facts for row in session.execute(audience.recipients(session, digest))}
    here = sa.select(Coordinator.volunteer_id).where(Coordinator.region_code.in_(("KZ-15", "*")))
    assert found.keys() == set(session.scalars(here))
    assert found[scene.coordinator.id]["appeals"] == 1


def test_one_broken_entry_stops_nobody_elses_reminder(sessions: Sessions) -> None:
    with sessions.begin() as session:
        event = make_event(session, starts_at=NOW + timedelta(hours=2))
        person = make_volunteer(session)
        make_signup(session, event, person)
        broken = {
            "facts": {},
            "created_at": NOW,
            "expanded_at": NOW,
            "next_due_at": NOW - timedelta(minutes=1),
        }
        session.add(Outbox(id=new_id(), kind="reminder_2h", event_id=event.id, **broken))
    reminders.run(sessions, reminders.Hour(NOW, Thresholds()))
    with sessions() as session:
        items = sa.select(sa.func.count()).where(InboxItem.volunteer_id == person.id)
        assert session.scalar(items) == 1
