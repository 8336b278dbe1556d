"""Signing in and one's own record over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Invitation, Volunteer
from tests.clock import FixedClock
from tests.makers import CONSENTS, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
PHONE = "+77015550101"
PROFILE = {
    "display_name": "Айгүл",
    "birth_date": "1995-03-08",
    "locale": "kk",
    "region": "KZ-15",
    "consents": CONSENTS,
}


def read_code(client: FlaskClient, phone: str = PHONE) -> str:
    found: str = client.get("/dev/messages", query_string={"to": phone}).json["items"][0]["code"]
    return found


def sign_in(client: FlaskClient, phone: str = PHONE) -> dict[str, str]:
    assert client.post("/v1/auth/codes", json={"phone": phone}).status_code == 202
    answer = client.post("/v1/auth/tokens", json={"phone": phone, "code": read_code(client, phone)})
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.json['token']}"}


def test_register_change_and_read(client: FlaskClient) -> None:
    headers = sign_in(client)
    assert client.get("/v1/me", headers=headers).json["code"] == "not-registered"
    made = client.put(
        "/v1/me", json=PROFILE | {"home": {"latitude": 50.2, "longitude": 57.1}}, headers=headers
    )
    assert (made.status_code, made.json["phone"]) == (201, PHONE)
    assert "home" not in made.json
    assert client.put("/v1/me", json=PROFILE, headers=headers).status_code == 200
    changed = client.patch("/v1/me", json={"locale": "ru"}, headers=headers)
    assert (changed.json["locale"], changed.json["display_name"]) == ("ru", "Айгүл")


def test_a_code_works_once_for_five_minutes_and_five_tries(client: FlaskClient, clock: FixedClock) -> None:
    client.post("/v1/auth/codes", json={"phone": PHONE})
    code = read_code(client)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        answer = client.post("/v1/auth/tokens", json={"phone": PHONE, "code": wrong})
        assert (answer.status_code, answer.json["code"]) == (401, "bad-code")
    assert client.post("/v1/auth/tokens", json={"phone": PHONE, "code": code}).status_code == 401
    sign_in(client)
    assert client.post("/v1/auth/tokens", json={"phone": PHONE, "code": read_code(client)}).status_code == 401
    client.post("/v1/auth/codes", json={"phone": PHONE})
    clock.move(timedelta(minutes=5, seconds=1))
    late = client.post("/v1/auth/tokens", json={"phone": PHONE, "code": read_code(client)})
    assert late.json["code"] == "bad-code"


def test_codes_are_limited_per_phone(
    client: FlaskClient, app: Tazalyq, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = app.extensions["tazalyq"]
    monkeypatch.setattr(services, "settings", replace(services.settings, codes_per_phone_hour=5))
    statuses = [client.post("/v1/auth/codes", json={"phone": PHONE}) for _ in range(6)]
    assert [answer.status_code for answer in statuses] == [202] * 5 + [429]
    assert int(statuses[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize("spelling", ["8 701 555 01 01", "7015550101", "+7 (701) 555-01-01", "+７7015550101"])
def test_spellings_of_one_phone(client: FlaskClient, spelling: str) -> None:
    assert client.post("/v1/auth/codes", json={"phone": spelling}).status_code == 202
    assert read_code(client)


@pytest.mark.parametrize("phone", ["12", "+1 650", "+7 701 555 01 01 02", ""])
def test_what_is_no_phone_is_refused(client: FlaskClient, phone: str) -> None:
    answer = client.post("/v1/auth/codes", json={"phone": phone})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["phone"])


@pytest.mark.parametrize("phone", ["+79161234567", "+16502530000", "+996700123456"])
def test_who_lives_abroad_signs_in_and_does_not_register(client: FlaskClient, phone: str) -> None:
    answer = client.put("/v1/me", json=PROFILE, headers=sign_in(client, phone))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["phone"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"birth_date": "2010-01-01"}, "guardian-required"),
        ({"birth_date": "2014-01-01"}, "too-young"),
        ({"region": "KZ-99"}, "invalid"),
        ({"consents": {}}, "invalid"),
        ({"consents": {"personal_data": "2020-01"}}, "invalid"),
        ({"locale": "de"}, "invalid"),
        ({"display_name": "  "}, "invalid"),
    ],
)
def test_a_record_that_breaks_a_rule(client: FlaskClient, change: dict[str, Any], code: str) -> None:
    answer = client.put("/v1/me", json=PROFILE | change, headers=sign_in(client))
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_device_value_follows_its_phone_to_another_person(
    client: FlaskClient, session: Session, login: Login
) -> None:
    body = {"platform": "android", "kind": "fid", "value": "shared", "app_version": "1"}
    first, second = make_volunteer(session), make_volunteer(session)
    assert client.put("/v1/me/devices/a", json=body, headers=login(first)).status_code == 204
    assert client.put("/v1/me/devices/b", json=body, headers=login(second)).status_code == 204
    assert client.delete("/v1/me/devices/b", headers=login(second)).status_code == 204


def test_an_invitation_waits_for_a_phone_that_is_not_registered_yet(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    url = f"/v1/organizations/{organization.id}"
    asked = client.post(
        url + "/invitations", json={"phone": PHONE, "role": "organizer"}, headers=login(owner)
    )
    assert asked.status_code == 202
    headers = sign_in(client)
    me = client.put("/v1/me", json=PROFILE, headers=headers).json
    assert me["organizations"] == []
    session.expire_all()
    invitation = session.query(Invitation).one()
    accepted = client.post(f"/v1/me/invitations/{invitation.id}/accept", headers=headers)
    assert (accepted.status_code, accepted.json["status"]) == (200, "accepted")
    roles = [member["role"] for member in client.get(url + "/members", headers=login(owner)).json["items"]]
    assert roles == ["owner", "organizer"]
    sole = client.delete(f"{url}/members/{owner.id}", headers=login(owner))
    assert (sole.status_code, sole.json["code"]) == (409, "sole-owner")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/auth/codes", b"[" * 50_000, 422),
        ("POST", "/v1/auth/codes", b'{"phone": "\\ud800"}', 422),
        ("POST", "/v1/auth/codes", b'{"phone": "a\\u0000b"}', 422),
        ("POST", "/v1/auth/codes", b'{"phone": 123456789012345678901234567890}', 422),
        ("POST", "/v1/auth/codes", b'{"phone": NaN}', 422),
        ("POST", "/v1/auth/codes", b"\xff\xfe", 422),
        ("POST", "/v1/auth/codes", b"x" * 600_000, 413),
        ("GET", "/v1/events?q=%00", None, 422),
        ("GET", "/v1/events?near=nan,1", None, 422),
        ("GET", "/v1/events?cursor=zz", None, 422),
        ("GET", "/v1/events?from=9999-12-31", None, 422),
        ("GET", "/v1/events?limit=0", None, 422),
        ("GET", "/v1/nope", None, 404),
        ("DELETE", "/v1/meta", None, 405),
    ],
)
def test_bad_input_is_never_a_500(
    client: FlaskClient, method: str, path: str, body: bytes | None, status: int
) -> None:
    answer = client.open(path, method=method, data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert set(answer.json) >= {"type", "title", "status", "detail", "code"}
