"""An offer of a place on a phone: for whom, how long, with which button."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.audience import recipients
from notifications.messages import KINDS
from notifications.models import Delivery
from notifications.policy import Action, decide
from notifications.push import encoding, payloads
from notifications.push.fcm_schema import problems
from notifications.push.gateway import Push
from service.events import plans
from service.models import Event, Outbox, Signup
from service.platform import outbox
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer

UNTIL = NOW + timedelta(minutes=30)


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, starts_at=NOW + timedelta(hours=1), offered=1)


@pytest.fixture
def signup(session: Session, event: Event) -> Signup:
    person = make_volunteer(session)
    make_device(session, person)
    return make_signup(session, event, person, status="offered", confirm_by=UNTIL)


def owed(session: Session, event: Event, signup: Signup, kind: str = "place_offered") -> Outbox:
    told = plans.facts_of(event) | {"confirm_by": UNTIL.isoformat()}
    entry = outbox.enqueue(session, kind, NOW, told, event_id=event.id, volunteer_id=signup.volunteer_id)
    session.flush()
    return entry


def whom(session: Session, entry: Outbox) -> list[Any]:
    return [row.volunteer_id for row in session.execute(recipients(session, entry))]


def test_it_is_for_who_has_this_very_offer(session: Session, event: Event, signup: Signup) -> None:
    entry = owed(session, event, signup)
    assert whom(session, entry) == [signup.volunteer_id]
    signup.confirm_by = UNTIL + timedelta(minutes=1)
    session.flush()
    assert whom(session, entry) == []
    signup.confirm_by, signup.status = UNTIL, "going"
    session.flush()
    assert whom(session, entry) == []


def test_it_lives_as_long_as_the_offer(session: Session, event: Event, signup: Signup) -> None:
    entry = owed(session, event, signup)
    assert KINDS["place_offered"].life(entry.facts, NOW) == UNTIL


def test_that_it_has_expired_is_for_who_is_not_back(session: Session, event: Event, signup: Signup) -> None:
    entry = owed(session, event, signup, "offer_expired")
    assert whom(session, entry) == []
    signup.status = "cancelled"
    session.flush()
    assert whom(session, entry) == [signup.volunteer_id]


@pytest.mark.parametrize("platform", ["android", "ios", "web"])
def test_it_has_a_button_in_the_persons_language_and_goes_at_night(
    session: Session, event: Event, signup: Signup, platform: str
) -> None:
    entry = owed(session, event, signup)
    while fan_out.expand(session, entry.id, NOW):
        pass
    delivery = session.query(Delivery).one()
    assert decide(session, [delivery.id], NOW)[delivery.id].action is Action.SEND
    ((_, push),) = payloads.make(session, [delivery.id], NOW)
    assert isinstance(push, Push)
    assert (push.button, push.urgent) == ("Барамын", True)
    message = encoding.to_json(push)
    assert list(problems(message)) == []
    sent = message["message"]
    assert (sent["data"]["button"], sent["data"]["button_title"]) == ("confirm", "Барамын")
    assert sent["apns"]["payload"]["aps"]["category"] == "place_offered"
    assert sent["webpush"]["notification"]["actions"] == [{"action": "confirm", "title": "Барамын"}]
