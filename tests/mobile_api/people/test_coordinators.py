"""Coordinators are appointed and dismissed by national ones; the last of these stays."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Outbox, Volunteer
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_volunteer
from tests.mobile_api.people.test_volunteers import PROFILE, sign_in

Login = Callable[[Volunteer], dict[str, str]]
A = "+77015550501"


def dismiss(client: FlaskClient, who: Volunteer, headers: dict[str, str]) -> tuple[int, str | None]:
    answer = client.delete(f"/v1/coordinators/{who.id}", headers=headers)
    return answer.status_code, answer.json["code"] if answer.data else None


def test_the_last_national_coordinator_stays(client: FlaskClient, session: Session, login: Login) -> None:
    last = make_coordinator(session, "*")
    assert dismiss(client, last, login(last)) == (409, "last-national")
    assert client.get("/v1/coordinators", headers=login(last)).status_code == 200


def test_one_of_two_can_go(client: FlaskClient, session: Session, login: Login) -> None:
    first, second = make_coordinator(session, "*"), make_coordinator(session, "*")
    regional = make_coordinator(session, "KZ-15")
    assert dismiss(client, regional, login(first)) == (204, None)
    assert dismiss(client, first, login(first)) == (204, None)
    assert dismiss(client, second, login(second)) == (409, "last-national")
    assert dismiss(client, regional, login(second)) == (404, "not-found")


def test_one_whose_role_rests_is_not_another_one(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    make_coordinator(session, "*", phone=A)
    clock.move(timedelta(days=181))
    client.put("/v1/me", json=PROFILE, headers=sign_in(client, A))
    active = make_coordinator(session, "*", phone="+77015550502", last_seen_at=clock.now())
    assert dismiss(client, active, sign_in(client, "+77015550502")) == (409, "last-national")


def test_appointing_twice_tells_once(client: FlaskClient, session: Session, login: Login) -> None:
    headers, person = login(make_coordinator(session, "*")), make_volunteer(session, phone=A)
    for _ in range(2):
        body = {"phone": A, "region": "KZ-15"}
        assert client.put("/v1/coordinators", json=body, headers=headers).status_code == 200
    told = sa.select(sa.func.count()).where(Outbox.kind == "role_given", Outbox.volunteer_id == person.id)
    assert session.scalar(told) == 1
