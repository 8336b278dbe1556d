"""What nobody was told, or everybody at the wrong moment."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import audience, reminders
from notifications.models import InboxItem
from service.events import changing
from service.models import Coordinator, Outbox
from service.models.base import new_id
from service.people import identities
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions
from tests.makers import make_event, make_organization, make_signup, make_volunteer
from tests.mobile_api.scene import Scene
from tests.notifications.conftest import Run, run
from tests.notifications.test_reminders import START, told

__all__ = ["run"]
MONTH = timedelta(days=30)


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


@pytest.mark.parametrize(
    ("hours", "kinds"),
    [
        (30, ["waitlist_moved_up", "reminder_24h", "reminder_2h"]),
        (10, ["waitlist_moved_up", "reminder_2h"]),
        (1, ["place_offered"]),
    ],
)
def test_who_moves_up_is_reminded_of_what_is_still_to_come(
    session: Session, run: Run, hours: int, kinds: list[str]
) -> None:
    """Moving up says when it is: reminders that came due before that are not caught up with."""
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=START, capacity=1)
    event.going, event.waitlisted = 1, 1
    make_signup(session, event, make_volunteer(session), created_at=NOW - MONTH)
    waiting = make_volunteer(session)
    make_signup(session, event, waiting, created_at=NOW - MONTH, status="waitlisted")
    moved_up_at = START - timedelta(hours=hours)
    run(moved_up_at - timedelta(minutes=1))
    actor = identities.find_actor(session, owner.subject)
    assert actor is not None
    changing.change(session, actor, event.id, 1, {"capacity": 2}, moved_up_at)
    now = moved_up_at
    while now < START:
        run(now)
        now += timedelta(minutes=20)
    assert [kind for kind in told(session, waiting) if kind != "check_in_open"] == kinds


def test_who_comes_back_late_is_not_reminded_of_yesterday(session: Session, run: Run) -> None:
    """Signed up a month ago, withdrawn, and signed up again ten hours before."""
    event, person = make_event(session, starts_at=START), make_volunteer(session)
    signup = make_signup(session, event, person, created_at=NOW - MONTH, status="cancelled")
    signup.goes(NOW - MONTH)
    signup.goes_no_more(NOW)
    run(START - timedelta(hours=11))
    signup.goes(START - timedelta(hours=10))
    run(START - timedelta(hours=10))
    run(START - timedelta(hours=9))
    assert told(session, person) == []
