"""A record belongs to the token's uid; the number is an attribute that moves."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Outbox, Volunteer
from service.people import volunteers
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_organization, make_volunteer
from tests.mobile_api.people.test_volunteers import PROFILE, sign_in
from tests.waiting import WAITING

Login = Callable[[Volunteer], dict[str, str]]
A, B, C = "+77015550301", "+77015550302", "+77015550303"


def register(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    answer = client.put("/v1/me", json=PROFILE, headers=headers)
    assert answer.status_code in (200, 201), answer.json
    return {**(answer.json or {}), "status": answer.status_code}


def me(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    answer = client.get("/v1/me", headers=headers)
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


def move_number(client: FlaskClient, phone: str, to: str) -> None:
    """As Firebase does it when somebody changes the number of their account."""
    assert client.put("/dev/phones", json={"phone": phone, "to": to}).status_code == 204


def test_the_number_follows_the_newest_token(client: FlaskClient, clock: FixedClock) -> None:
    mine = register(client, sign_in(client, A))
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    moved = me(client, sign_in(client, B))
    assert (moved["id"], moved["phone"], moved["phone_current"]) == (mine["id"], B, True)


def test_any_call_takes_the_number_over(client: FlaskClient, clock: FixedClock) -> None:
    headers = sign_in(client, A)
    register(client, headers)
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    assert client.get("/v1/me/record", headers=sign_in(client, B)).status_code == 200
    assert me(client, headers)["phone"] == B


def test_a_former_token_does_not_write_a_former_number_back(client: FlaskClient, clock: FixedClock) -> None:
    former = sign_in(client, A)
    register(client, former)
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    newest = sign_in(client, B)
    assert me(client, newest)["phone"] == B
    assert me(client, former)["phone"] == B
    assert register(client, former)["phone"] == B
    assert me(client, newest)["phone"] == B


def test_a_number_is_not_a_person(
    client: FlaskClient, session: Session, clock: FixedClock, login: Login
) -> None:
    national = make_coordinator(session, "*", phone=A)
    organization = make_organization(session, national)
    hers = login(national)
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    stranger = sign_in(client, A)
    assert client.get("/v1/me", headers=stranger).json["code"] == "not-registered"
    his = register(client, stranger)
    assert his["status"] == 201
    assert his["id"] != str(national.id)
    assert (his["coordinates"], his["organizations"], his["phone"]) == ([], [], A)
    appointing = client.put("/v1/coordinators", json={"phone": A, "region": None}, headers=stranger)
    assert appointing.status_code == 403
    assert client.get(f"/v1/organizations/{organization.id}/members", headers=stranger).status_code == 403
    still_hers = me(client, hers)
    assert (still_hers["id"], still_hers["coordinates"]) == (str(national.id), ["*"])
    assert (still_hers["phone"], still_hers["phone_current"]) == (A, False)
    clock.move(timedelta(seconds=1))
    now_hers = me(client, sign_in(client, B))
    assert (now_hers["id"], now_hers["phone"], now_hers["phone_current"]) == (str(national.id), B, True)


def test_a_number_on_another_record_is_no_error(client: FlaskClient, clock: FixedClock) -> None:
    mine, other = sign_in(client, A), sign_in(client, B)
    my_id, other_id = register(client, mine)["id"], register(client, other)["id"]
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    moved = register(client, sign_in(client, B))
    assert (moved["status"], moved["id"], moved["phone"]) == (200, my_id, B)
    left = register(client, other)
    assert (left["status"], left["id"], left["phone_current"]) == (200, other_id, False)


def test_two_people_can_swap_their_numbers(client: FlaskClient, clock: FixedClock) -> None:
    first, second = register(client, sign_in(client, A))["id"], register(client, sign_in(client, B))["id"]
    for phone, to in ((A, C), (B, A), (C, B)):
        move_number(client, phone, to)
    clock.move(timedelta(seconds=1))
    tokens = sign_in(client, A), sign_in(client, B)
    assert [(me(client, one)["id"], me(client, one)["phone"]) for one in tokens] == [(second, A), (first, B)]


def test_a_record_without_a_number_is_in_no_look_up(
    client: FlaskClient, session: Session, clock: FixedClock, login: Login
) -> None:
    headers = login(make_coordinator(session, "*"))
    lost = register(client, sign_in(client, A))["id"]
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    new = register(client, sign_in(client, A))["id"]
    body = {"phone": A, "region": "KZ-15"}
    appointed = client.put("/v1/coordinators", json=body, headers=headers).json["items"]
    assert {one["volunteer_id"] for one in appointed if one["region"] == "KZ-15"} == {new}
    assert lost != new


def test_invitations_to_a_number_are_void_when_it_changes_hands(
    client: FlaskClient, session: Session, clock: FixedClock, login: Login
) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    register(client, sign_in(client, A))
    invitations = f"/v1/organizations/{organization.id}/invitations"
    client.post(invitations, json={"phone": A, "role": "owner"}, headers=login(owner))
    (invitation_id,) = session.execute(sa.text("SELECT id FROM invitation")).scalars()
    move_number(client, A, B)
    clock.move(timedelta(seconds=1))
    stranger = sign_in(client, A)
    register(client, stranger)
    clock.move(timedelta(seconds=1))
    for headers in (stranger, sign_in(client, B)):
        answer = client.post(f"/v1/me/invitations/{invitation_id}/accept", headers=headers)
        assert answer.status_code in (404, 409), answer.json
    again = client.post(invitations, json={"phone": A, "role": "organizer"}, headers=login(owner))
    assert again.status_code == 202


def test_staff_who_lost_a_number_and_the_national_coordinators_are_told(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    national = make_coordinator(session, "*")
    regional = make_coordinator(session, "KZ-15", phone=A)
    volunteer = make_volunteer(session, phone=B)
    for phone in (A, B):
        move_number(client, phone, C)
        clock.move(timedelta(seconds=1))
        register(client, sign_in(client, phone))
    told = set(session.scalars(sa.select(Outbox.volunteer_id)))
    assert told == {national.id, regional.id}
    assert volunteer.display_name not in str(list(session.scalars(sa.select(Outbox.facts))))


def together(app: Tazalyq, headers: list[dict[str, str]]) -> list[Any]:
    """Everybody's PUT /v1/me at one time: nobody can write before many have looked."""

    def put(one: dict[str, str]) -> Any:
        return app.test_client().put("/v1/me", json=PROFILE, headers=one)

    with ThreadPoolExecutor(len(headers)) as pool:
        with psycopg.connect(app.extensions["tazalyq"].database_url) as connection:
            connection.execute("LOCK TABLE volunteer IN SHARE MODE")
            answers = [pool.submit(put, one) for one in headers]
            for _ in range(40):
                (waiting,) = connection.execute(WAITING).fetchone() or (0,)
                if waiting >= 8:
                    break
                time.sleep(0.05)
        return [answer.result() for answer in answers]


def test_twenty_first_registrations_of_one_person_at_once(real_app: Tazalyq) -> None:
    answers = together(real_app, [sign_in(real_app.test_client(), A)] * 20)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1


def test_many_people_who_claim_one_number_at_once(real_app: Tazalyq, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volunteers, "RECORDS_A_DAY", 16)
    client = real_app.test_client()
    headers = []
    for _ in range(4):
        headers.append(sign_in(client, B))
        move_number(client, B, C)
    answers = together(real_app, headers * 4)
    assert {answer.status_code for answer in answers} == {200, 201}
    assert len({answer.json["id"] for answer in answers}) == 4
