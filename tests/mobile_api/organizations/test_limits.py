"""How often people may be reached: founding, inviting, announcing. Counted in the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


def found(client: FlaskClient, headers: dict[str, str], **more: Any) -> Any:
    body = {"name": {"kk": f"Таза {uuid4()}"}, "region": "KZ-15"} | more
    return client.post("/v1/organizations", json=body, headers=headers)


def assert_too_many(answer: Any) -> None:
    assert (answer.status_code, answer.json["code"]) == (429, "too-many-requests")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("state", ["pending", "asked"])
def test_three_wait_for_one_person(client: FlaskClient, session: Session, login: Login, state: str) -> None:
    founder = make_volunteer(session)
    headers = login(founder)
    for _ in range(2):
        make_organization(session, founder, status=state)
    first = {"id": str(uuid4()), "name": {"kk": "Таза"}}
    assert found(client, headers, **first).status_code == 201
    assert_too_many(found(client, headers))
    # What was founded already is given again.
    assert found(client, headers, **first).status_code == 201
    assert found(client, login(make_volunteer(session))).status_code == 201


@pytest.mark.parametrize("state", ["verified", "rejected", "suspended"])
def test_what_is_decided_does_not_count(
    client: FlaskClient, session: Session, login: Login, state: str
) -> None:
    founder = make_volunteer(session)
    for _ in range(3):
        make_organization(session, founder, status=state)
    assert found(client, login(founder)).status_code == 201


def invite(client: FlaskClient, organization: Any, headers: dict[str, str], phone: str) -> Any:
    body = {"phone": phone, "role": "organizer"}
    return client.post(f"/v1/organizations/{organization.id}/invitations", json=body, headers=headers)


def test_an_organization_invites_twenty_a_day(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    owner = make_volunteer(session)
    organization, other = make_organization(session, owner), make_organization(session, owner)
    headers = login(owner)
    for n in range(20):
        assert invite(client, organization, headers, f"+770155501{n:02d}").status_code == 202
    # The same again is no new one.
    assert invite(client, organization, headers, "+77015550100").status_code == 202
    assert_too_many(invite(client, organization, headers, "+77015550199"))
    assert invite(client, other, headers, "+77015550199").status_code == 202
    clock.move(timedelta(days=1))
    assert invite(client, organization, headers, "+77015550198").status_code == 202


def test_a_phone_is_invited_thrice_a_day(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    owner, person = make_volunteer(session), make_volunteer(session)
    headers = login(owner)
    for _ in range(3):
        assert invite(client, make_organization(session, owner), headers, person.phone).status_code == 202
    last = make_organization(session, owner)
    assert_too_many(invite(client, last, headers, person.phone))
    assert invite(client, last, headers, make_volunteer(session).phone).status_code == 202
    clock.move(timedelta(days=1))
    assert invite(client, last, headers, person.phone).status_code == 202


def test_withdrawing_and_asking_again_is_asking(client: FlaskClient, session: Session, login: Login) -> None:
    owner, person = make_volunteer(session), make_volunteer(session)
    organization, headers = make_organization(session, owner), login(owner)
    url = f"/v1/organizations/{organization.id}/invitations"
    for _ in range(3):
        assert invite(client, organization, headers, person.phone).status_code == 202
        (item,) = client.get(url, headers=headers).json["items"]
        assert client.delete(f"{url}/{item['id']}", headers=headers).status_code == 204
    assert_too_many(invite(client, organization, headers, person.phone))


def announce(client: FlaskClient, event: Any, headers: dict[str, str], **more: Any) -> Any:
    body = {"text": f"Хабарлама {uuid4()}"} | more
    return client.post(f"/v1/events/{event.id}/announcements", json=body, headers=headers)


def test_five_announcements_a_day_an_event(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    owner = make_volunteer(session)
    organization, headers = make_organization(session, owner), login(owner)
    event, other = make_event(session, organization), make_event(session, organization)
    first = {"id": str(uuid4()), "text": "Қолғап ала келіңіз"}
    for more in (first, {}, {}, {}, {}):
        assert announce(client, event, headers, **more).status_code == 202
    assert_too_many(announce(client, event, headers))
    # One that was taken is given again.
    assert announce(client, event, headers, **first).status_code == 202
    assert announce(client, other, headers).status_code == 202
    clock.move(timedelta(days=1))
    assert announce(client, event, headers).status_code == 202


def test_no_announcement_a_week_after_the_end(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    clock.move(event.ends_at + timedelta(days=7) - NOW)
    assert announce(client, event, login(owner)).status_code == 202
    clock.move(timedelta(seconds=1))
    refused = announce(client, event, login(owner))
    assert (refused.status_code, refused.json["code"]) == (409, "already-over")
