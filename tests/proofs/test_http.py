"""What one strange request did to the service."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
DEVICE = {"platform": "android", "kind": "fid", "value": "x", "app_version": "1"}


def test_a_fact_of_the_refusal_does_not_overwrite_its_status(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=NOW + timedelta(days=1))
    answer = client.post(f"/v1/events/{event.id}/publish", headers=login(owner))
    assert (answer.status_code, answer.json["status"], answer.json["code"]) == (409, 409, "not-a-draft")


def test_a_forged_cursor_is_a_refusal(client: FlaskClient, session: Session, login: Login) -> None:
    cursor = base64.urlsafe_b64encode(b"[5]").decode().rstrip("=")
    answer = client.get(f"/v1/me/inbox?cursor={cursor}", headers=login(make_volunteer(session)))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["cursor"])


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_nul_in_the_path_is_a_refusal(
    client: FlaskClient, session: Session, login: Login, method: str
) -> None:
    body = DEVICE if method == "PUT" else None
    headers = login(make_volunteer(session))
    answer = client.open("/v1/me/devices/a%00b", method=method, json=body, headers=headers)
    assert 400 <= answer.status_code < 500
