"""A number that comes back after half a year proves itself; its roles rest until they are confirmed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Outbox, Volunteer
from service.platform.settings import DEVELOPMENT_SECRET
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_device, make_member, make_organization, make_volunteer
from tests.mobile_api.people.test_volunteers import PROFILE, sign_in

Login = Callable[[Volunteer], dict[str, str]]
HALF_A_YEAR = timedelta(days=180, seconds=1)
A = "+77015550401"
SAME = PROFILE
OTHER_DATE = PROFILE | {"birth_date": "1990-01-01"}


def put_me(client: FlaskClient, headers: dict[str, str], profile: dict[str, Any] = SAME) -> Any:
    return client.put("/v1/me", json=profile, headers=headers)


def kept_token(volunteer: Volunteer, clock: FixedClock, signed_in_ago: timedelta) -> dict[str, str]:
    """A token renewed just now by an app that somebody signed in to long ago."""
    now = clock.now()
    claims = {
        "iss": "tazalyq-local",
        "aud": "tazalyq-local",
        "sub": volunteer.subject,
        "phone": volunteer.phone,
        "iat": now.timestamp(),
        "auth_time": (now - signed_in_ago).timestamp(),
        "exp": int((now + timedelta(hours=1)).timestamp()),
    }
    return {"Authorization": f"Bearer {jwt.encode(claims, DEVELOPMENT_SECRET, 'HS256')}"}


@pytest.fixture
def owner(session: Session) -> Volunteer:
    """Somebody who has roles, is away for half a year and then signs in anew."""
    made = make_coordinator(session, "KZ-15", phone=A)
    make_organization(session, made)
    return made


@pytest.fixture
def back(client: FlaskClient, clock: FixedClock, owner: Volunteer) -> dict[str, str]:
    clock.move(HALF_A_YEAR)
    return sign_in(client, A)


def organization_of(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    (found,) = client.get("/v1/me", headers=headers).json["organizations"]
    return dict(found)


def test_who_signs_in_after_half_a_year_is_not_registered(client: FlaskClient, back: dict[str, str]) -> None:
    for path in ("/v1/me", "/v1/me/record", "/v1/me/inbox", "/v1/coordinators"):
        answer = client.get(path, headers=back)
        assert (answer.status_code, answer.json["code"]) == (404, "not-registered"), path
    assert client.get("/v1/events", headers=back).status_code == 200


def test_who_kept_the_app_never_notices(client: FlaskClient, clock: FixedClock, owner: Volunteer) -> None:
    clock.move(timedelta(days=400))
    headers = kept_token(owner, clock, timedelta(days=401))
    me = client.get("/v1/me", headers=headers)
    assert (me.status_code, me.json["coordinates"]) == (200, ["KZ-15"])
    assert not me.json["resting"]


def test_every_call_keeps_a_record_awake(client: FlaskClient, clock: FixedClock, owner: Volunteer) -> None:
    for _ in range(3):
        clock.move(timedelta(days=100))
        assert client.get("/v1/me/record", headers=sign_in(client, A)).status_code == 200


def test_the_same_birth_date_opens_the_record_again(
    client: FlaskClient, back: dict[str, str], owner: Volunteer
) -> None:
    reopened = put_me(client, back)
    assert (reopened.status_code, reopened.json["id"]) == (200, str(owner.id))
    assert client.get("/v1/me", headers=back).status_code == 200


def test_roles_of_before_rest(client: FlaskClient, back: dict[str, str], owner: Volunteer) -> None:
    reopened = put_me(client, back).json
    assert [one["resting"] for one in reopened["organizations"]] == [True]
    assert (reopened["coordinates"], reopened["resting"]) == (["KZ-15"], True)
    organization_id = reopened["organizations"][0]["id"]
    assert client.get(f"/v1/organizations/{organization_id}/members", headers=back).status_code == 403
    assert client.get("/v1/reviews", headers=back).status_code == 403
    event = {"organization_id": organization_id}
    assert client.post("/v1/events", json=event, headers=back).status_code in (403, 422)


def test_another_birth_date_is_refused_once(
    client: FlaskClient, session: Session, back: dict[str, str], owner: Volunteer
) -> None:
    national = make_coordinator(session, "*")
    make_device(session, owner, value="hers")
    first = put_me(client, back, OTHER_DATE)
    assert (first.status_code, list(first.json["errors"])) == (422, ["birth_date"])
    assert client.get("/v1/me", headers=back).status_code == 404
    second = put_me(client, back, OTHER_DATE)
    assert second.status_code == 201
    assert second.json["id"] != str(owner.id)
    assert (second.json["organizations"], second.json["coordinates"]) == ([], [])
    assert second.json["phone_current"]
    assert session.scalar(sa.text("SELECT count(*) FROM device")) == 0
    told = session.scalars(sa.select(Outbox.volunteer_id).where(Outbox.volunteer_id.is_not(None))).all()
    assert national.id in told


def test_the_right_date_after_a_wrong_one(
    client: FlaskClient, back: dict[str, str], owner: Volunteer
) -> None:
    assert put_me(client, back, OTHER_DATE).status_code == 422
    assert put_me(client, back).json["id"] == str(owner.id)


def test_a_wrong_date_of_years_ago_does_not_count(
    client: FlaskClient, back: dict[str, str], clock: FixedClock, owner: Volunteer
) -> None:
    put_me(client, back, OTHER_DATE)
    put_me(client, back)
    clock.move(HALF_A_YEAR)
    assert put_me(client, sign_in(client, A), OTHER_DATE).status_code == 422


@pytest.fixture
def resting(client: FlaskClient, back: dict[str, str]) -> dict[str, str]:
    assert put_me(client, back).status_code == 200
    return back


def confirm(client: FlaskClient, organization: str, owner: Volunteer, headers: dict[str, str]) -> int:
    path = f"/v1/memberships/{organization}/{owner.id}/confirm"
    return client.post(path, json={}, headers=headers).status_code


def test_another_owner_or_a_coordinator_confirms(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    login: Login,
    resting: dict[str, str],
    owner: Volunteer,
) -> None:
    found = organization_of(client, resting)
    outsiders = [
        make_volunteer(session, last_seen_at=clock.now()),
        make_coordinator(session, "KZ-75", last_seen_at=clock.now()),
    ]
    for headers in (resting, *map(login, outsiders)):
        assert confirm(client, found["id"], owner, headers) == 403
    assert (
        confirm(
            client, found["id"], owner, login(make_coordinator(session, "KZ-15", last_seen_at=clock.now()))
        )
        == 200
    )
    assert not organization_of(client, resting)["resting"]
    assert client.get(f"/v1/organizations/{found['id']}/members", headers=resting).status_code == 200
    assert client.get("/v1/me", headers=resting).json["resting"]


def test_confirming_again_changes_nothing_and_nobody_confirms_who_is_none(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    login: Login,
    resting: dict[str, str],
    owner: Volunteer,
) -> None:
    found = organization_of(client, resting)
    national = login(make_coordinator(session, "*", last_seen_at=clock.now()))
    assert [confirm(client, found["id"], owner, national) for _ in range(2)] == [200, 200]
    assert confirm(client, found["id"], make_volunteer(session), national) == 404


def test_a_fellow_owner_confirms(
    client: FlaskClient, session: Session, clock: FixedClock, login: Login
) -> None:
    away, stayed = make_volunteer(session, phone=A), make_volunteer(session)
    organization = make_organization(session, stayed)
    make_member(session, organization, away, role="organizer")
    clock.move(HALF_A_YEAR)
    back = sign_in(client, A)
    put_me(client, back)
    there = kept_token(stayed, clock, timedelta(days=300))
    assert organization_of(client, back)["resting"]
    assert confirm(client, str(organization.id), away, back) == 403
    assert confirm(client, str(organization.id), away, there) == 200
    assert not organization_of(client, back)["resting"]


def test_a_national_coordinator_appoints_a_coordinator_again(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    login: Login,
    resting: dict[str, str],
    owner: Volunteer,
) -> None:
    national = login(make_coordinator(session, "*", last_seen_at=clock.now()))
    body = {"phone": A, "region": "KZ-15"}
    assert client.put("/v1/coordinators", json=body, headers=national).status_code == 200
    assert not client.get("/v1/me", headers=resting).json["resting"]
    assert client.get("/v1/reviews", headers=resting).status_code == 200


def test_a_national_coordinator_whose_role_rests_cannot_wake_it(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    make_coordinator(session, "*", phone=A)
    clock.move(HALF_A_YEAR)
    back = sign_in(client, A)
    put_me(client, back)
    answer = client.put("/v1/coordinators", json={"phone": A, "region": None}, headers=back)
    assert answer.status_code == 403
