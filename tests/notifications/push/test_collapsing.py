"""Which pushes a phone that is off keeps: each on its own, but for those that a newer one makes needless."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import Delivery
from notifications.push import deliveries
from notifications.push.encoding import to_json
from service.models import Event, Outbox, Volunteer
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer


def made(session: Session, kind: str, event: Event | None, person: Volunteer, **facts: Any) -> str:
    """The collapse key of the push that an entry leads to."""
    values = {"text": "!", "reason": "!", "minutes": 5, "status": "counted", "role": "national_coordinator"}
    if event is not None:
        values |= {"title": event.title, "zone": event.zone, "starts_at": event.starts_at.isoformat()}
        values |= {"ends_at": event.ends_at.isoformat()}
    entry = Outbox(
        id=new_id(),
        kind=kind,
        event_id=event and event.id,
        volunteer_id=person.id,
        facts=values | facts,
        created_at=NOW,
    )
    session.add(entry)
    if kind == "event_cancelled" and event is not None:
        event.status = "cancelled"
    session.flush()
    fan_out.expand(session, entry.id, NOW)
    (claim,) = deliveries.claim(session, NOW, lease_s=60)
    assert claim.push is not None
    session.execute(sa.update(Delivery).values(status="sent", finished_at=NOW - timedelta(days=2)))
    message = to_json(claim.push)["message"]
    assert message["android"]["notification"]["tag"] == claim.push.notification_id
    key: str = message["android"]["collapse_key"]
    return key


def someone_going(session: Session, *events: Event) -> Volunteer:
    person = make_volunteer(session)
    make_device(session, person)
    for event in events:
        make_signup(session, event, person)
    return person


def test_two_announcements_of_one_event_both_arrive(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = someone_going(session, event)
    assert made(session, "announcement", event, person) != made(session, "announcement", event, person)


def test_two_roles_and_two_rulings_both_arrive(session: Session) -> None:
    """What is about no event, or about one in two ways, is no newer word on the same thing."""
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = someone_going(session, event)
    assert made(session, "role_given", None, person) != made(session, "role_given", None, person)
    assert made(session, "review_decided", event, person) != made(
        session, "review_decided", event, person, status="rejected"
    )


def test_a_place_in_the_event_is_not_lost_to_its_change(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = someone_going(session, event)
    assert made(session, "waitlist_moved_up", event, person) != made(session, "event_changed", event, person)


def test_the_newest_change_of_an_event_is_enough(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    other = make_event(session, starts_at=NOW + timedelta(days=1))
    person = someone_going(session, event, other)
    changed = made(session, "event_changed", event, person)
    assert changed == made(session, "event_changed", event, person)
    assert changed == made(session, "event_cancelled", event, person)
    assert changed != made(session, "event_changed", other, person)


def test_the_newest_reminder_of_an_event_is_enough(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=3))
    person = someone_going(session, event)
    first = made(session, "reminder_24h", event, person)
    assert first == made(session, "reminder_2h", event, person)
    assert first != made(session, "event_changed", event, person)


def test_a_push_keeps_its_key_at_each_try(session: Session) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    person = someone_going(session, event)
    made(session, "announcement", event, person)
    keys = set()
    for _ in range(2):
        session.execute(sa.update(Delivery).values(status="due", next_attempt_at=NOW))
        (claim,) = deliveries.claim(session, NOW, lease_s=60)
        assert claim.push is not None
        keys.add(to_json(claim.push)["message"]["android"]["collapse_key"])
    assert len(keys) == 1
