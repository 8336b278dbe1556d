"""The organizer's screen with the code of the place."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import segno
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


def test_the_organizer_sees_a_code_that_a_phone_can_go_on_computing(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    clock.move(timedelta(seconds=17))
    url = f"/v1/events/{event.id}/code"
    answer = client.get(url, headers=login(owner))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    shown = answer.json
    assert (shown["step_s"], shown["digits"]) == (60, 6)
    totp = pyotp.TOTP(shown["secret"], digits=shown["digits"], interval=shown["step_s"])
    assert shown["code"] == totp.at(clock.now())
    assert shown["valid_until"].endswith("+05:00")
    until = datetime.fromisoformat(shown["valid_until"])
    assert until - clock.now() == timedelta(seconds=43)
    clock.move(until - clock.now())
    later = client.get(url, headers=login(owner)).json
    assert (later["secret"], later["code"]) == (shown["secret"], totp.at(clock.now()))


def test_the_qr_holds_the_code_and_not_the_secret(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    shown = client.get(f"/v1/events/{event.id}/code", headers=login(owner)).json
    expected = segno.make(f"tazalyq:event/{event.id}?code={shown['code']}", error="m", micro=False)
    assert shown["qr"].startswith("<svg")
    assert shown["qr"] == expected.svg_inline(scale=8, light="#fff", omitsize=True)


def test_it_is_for_the_organizers_alone(client: FlaskClient, session: Session, login: Login) -> None:
    event = make_event(session)
    url = f"/v1/events/{event.id}/code"
    for person in (make_volunteer(session), make_coordinator(session, "*")):
        answer = client.get(url, headers=login(person))
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    draft = make_event(session, status="draft")
    assert (
        client.get(f"/v1/events/{draft.id}/code", headers=login(make_volunteer(session))).status_code == 404
    )


def test_nobody_learns_the_secret_elsewhere(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    for url in (f"/v1/events/{event.id}", "/v1/events", "/v1/events?mine=true", "/v1/me/export"):
        assert event.code_secret not in client.get(url, headers=login(owner)).get_data(as_text=True)
