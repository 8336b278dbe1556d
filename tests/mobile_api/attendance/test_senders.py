"""What a phone's token tells is heard when it only sends presence, too."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, PresenceRecord, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_volunteer
from tests.mobile_api.people.test_volunteers import PROFILE, sign_in
from tests.mobile_api.phones import Phone, outcomes

Send = Callable[[Phone, Event], None]
A, B = "+77015550601", "+77015550602"


def live(phone: Phone, event: Event) -> None:
    assert phone.send_live(phone.record("check_in", event, phone.clock.now())).status_code == 201


def kept(phone: Phone, event: Event) -> None:
    assert outcomes(phone.send([phone.record("check_in", event, phone.clock.now())])) == ["stored"]


@pytest.mark.parametrize("send", [live, kept])
def test_the_number_follows_a_check_in(
    client: FlaskClient, session: Session, clock: FixedClock, event: Event, send: Send
) -> None:
    volunteer = make_volunteer(session, phone=A)
    client.put("/dev/phones", json={"phone": A, "to": B})
    clock.move(timedelta(seconds=1))
    send(Phone(client, clock, sign_in(client, B)), event)
    assert session.scalar(sa.select(Volunteer.phone).where(Volunteer.id == volunteer.id)) == B


@pytest.mark.parametrize("send", [live, kept])
def test_a_check_in_keeps_a_record_awake(
    client: FlaskClient, session: Session, clock: FixedClock, event: Event, send: Send
) -> None:
    volunteer = make_volunteer(session, phone=A, last_seen_at=NOW - timedelta(days=100))
    send(Phone(client, clock, sign_in(client, A)), event)
    assert session.scalar(sa.select(Volunteer.last_seen_at).where(Volunteer.id == volunteer.id)) == NOW


def test_what_a_dormant_person_s_phone_kept_waits_for_its_opening(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    make_volunteer(session, phone=A, last_seen_at=NOW - timedelta(days=181))
    event = make_event(session)
    phone = Phone(client, clock, sign_in(client, A))
    record = phone.record("check_in", event, NOW)
    body = {"sent_at": NOW.isoformat(), "installation_id": phone.installation, "records": [record]}
    refused = client.post("/v1/attendance/batch", json=body, headers=phone.headers)
    assert (refused.status_code, refused.json["code"]) == (404, "not-registered")
    assert phone.send_live(record).json["code"] == "not-registered"
    assert session.scalar(sa.select(sa.func.count(PresenceRecord.id))) == 0
    assert client.put("/v1/me", json=PROFILE, headers=phone.headers).status_code == 200
    assert outcomes(phone.send([record])) == ["stored"]
