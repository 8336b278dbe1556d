"""Honest people who were refused, doubted, or told a time of another zone."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Attendance, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer
from tests.mobile_api.phones import Phone, outcomes

Login = Callable[[Volunteer], dict[str, str]]


def test_a_refusal_tells_its_time_in_the_events_zone(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=2))
    phone = Phone(client, clock, login(make_volunteer(session)))
    answer = phone.send_live(phone.record("check_in", event, NOW))
    assert (answer.status_code, answer.json["code"]) == (409, "too-early")
    assert answer.json["opens_at"].endswith("+05:00")


def test_five_people_with_the_right_code_are_not_doubted_for_one_vague_fix(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    """Their phones know where they are within 4 km, all with the same rounded place."""
    event = make_event(session)
    session.refresh(event)
    code = pyotp.TOTP(event.code_secret, digits=6, interval=60).at(NOW)
    vague = {"latitude": event.latitude + 0.03, "accuracy_m": 4000}
    for _ in range(5):
        phone = Phone(client, clock, login(make_volunteer(session)))
        (answer,) = phone.send([phone.record("check_in", event, NOW, code=code, position=vague)])
        assert (answer["attendance"]["status"], answer["attendance"]["evidence"]) == ("counted", "code")
    rows = session.execute(
        sa.select(Attendance.status, Attendance.reasons)
        .where(Attendance.event_id == event.id)
        .execution_options(populate_existing=True)
    )
    assert [(status, list(reasons)) for status, reasons in rows] == [("counted", [])] * 5


def test_who_was_going_when_there_was_there_though_withdrawn_before_the_phone_synced(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    """Walk-ins are off, and presence is judged at the moment of presence."""
    event = make_event(session, walk_ins=False, capacity=10)
    headers = login(make_volunteer(session))
    url = f"/v1/events/{event.id}/signup"
    assert client.put(url, json={}, headers=headers).json["status"] == "going"
    phone = Phone(client, clock, headers)
    kept = phone.record("check_in", event, NOW)
    clock.move(timedelta(minutes=30))
    assert client.delete(url, headers=headers).status_code == 204
    clock.move(timedelta(minutes=5))
    late = phone.record("check_in", event, clock.now())
    assert outcomes(phone.send([kept, late])) == ["stored", "signup-required"]
