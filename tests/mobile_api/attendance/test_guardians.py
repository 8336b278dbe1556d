"""Guardians over HTTP: the link, what is seen before and after it is accepted, sign-ups without a consent."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Guardianship, SecretUse, Volunteer
from tests.conftest import NOW
from tests.makers import make_attendance, make_event, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
MOTHER = "+996700123456"
CHILDREN = "/v1/guardian/children"


@pytest.fixture
def child(session: Session) -> Volunteer:
    made = make_volunteer(
        session,
        display_name="Мадина Ерланқызы",
        birth_date=date(NOW.year - 15, 1, 10),
        guardian_name="Сәуле",
        guardian_phone=MOTHER,
    )
    session.commit()
    return made


@pytest.fixture
def as_holder(app: Tazalyq) -> Callable[[str], dict[str, str]]:
    """Headers of whoever has proven a number, without a record."""

    def headers(phone: str = MOTHER) -> dict[str, str]:
        token, _ = app.extensions["tazalyq"].verifier.issue(f"sms:{phone}", phone)
        return {"Authorization": f"Bearer {token}"}

    return headers


def make_link(client: FlaskClient, headers: dict[str, str]) -> tuple[str, str]:
    """The child's id and the secret, as the link has them."""
    answer = client.post("/v1/me/guardian-link", headers=headers)
    assert answer.status_code == 200, answer.json
    child_id, _, secret = answer.json["url"].rpartition("#")[2].partition(".")
    return child_id, secret


def agree(client: FlaskClient, child_id: Any, secret: str, headers: dict[str, str], **more: Any) -> Any:
    body = {"secret": secret, "name": "Сәуле Айтқызы", "relation": "mother", "adult": True} | more
    return client.put(f"{CHILDREN}/{child_id}/consent", json=body, headers=headers)


def test_from_the_refusal_to_the_sign_up(
    client: FlaskClient, session: Session, login: Login, as_holder: Any, child: Volunteer
) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=2))
    past = make_event(session, starts_at=NOW - timedelta(days=5))
    long_ago = make_event(session, starts_at=NOW - timedelta(days=100))
    for one in (past, long_ago):
        make_signup(session, one, child, created_at=one.starts_at - timedelta(days=1))
        make_attendance(session, one, child)
    session.commit()
    url = f"/v1/events/{event.id}/signup"
    refused = client.put(url, json={}, headers=login(child))
    assert (refused.status_code, refused.json["code"]) == (409, "guardian-consent-missing")
    assert refused.json["min_age"] == 16

    child_id, secret = make_link(client, login(child))
    assert client.get(CHILDREN, headers=as_holder()).json == {"asked": True, "items": []}
    assert agree(client, child_id, secret, as_holder()).status_code == 204
    assert agree(client, child_id, secret, as_holder()).status_code == 204

    assert client.put(url, json={}, headers=login(child)).status_code == 200
    seen = client.get(CHILDREN, headers=as_holder()).json
    assert seen["asked"] is False
    (one,) = seen["items"]
    assert (one["volunteer_id"], one["first_name"]) == (str(child.id), "Мадина")
    assert [it["event"]["id"] for it in one["signups"]] == [str(event.id)]
    assert [it["event"]["id"] for it in one["attendance"]] == [str(past.id)]

    withdrawn = client.delete(f"{CHILDREN}/{child.id}/consent", headers=as_holder())
    assert withdrawn.status_code == 204
    assert client.get("/v1/me/signups", headers=login(child)).json["items"] == []
    assert client.get(CHILDREN, headers=as_holder()).json == {"asked": True, "items": []}


def test_a_stranger_learns_nothing_and_their_tries_are_counted(
    client: FlaskClient, session: Session, login: Login, as_holder: Any, child: Volunteer
) -> None:
    child_id, secret = make_link(client, login(child))
    stranger = as_holder("+77015550199")
    assert client.get(CHILDREN, headers=stranger).json == {"asked": False, "items": []}
    wrong = "Z" * 26
    answers = [
        agree(client, child_id, secret, stranger),
        agree(client, child_id, wrong, stranger),
        agree(client, "0192f0c8-0000-7000-8000-000000000000", secret, stranger),
        agree(client, child_id, "hello", stranger),
    ]
    told = [(one.status_code, one.json["code"], one.json["detail"]) for one in answers]
    assert len(set(told)) == 1
    assert told[0][:2] == (404, "not-found")
    assert client.delete(f"{CHILDREN}/{child_id}/consent", headers=stranger).status_code == 404
    uses = session.scalar(sa.select(SecretUse.uses).where(SecretUse.subject.startswith("guardian-try:")))
    assert uses == len(answers)
    codes = {agree(client, child_id, wrong, stranger).status_code for _ in range(7)}
    assert codes == {404, 429}
    assert session.scalar(sa.select(sa.func.count()).select_from(Guardianship)) == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"adult": False}, "adult"),
        ({"relation": "aunt"}, "relation"),
        ({"name": " "}, "name"),
        ({"phone": MOTHER}, "phone"),
    ],
)
def test_what_a_guardian_has_to_say(
    client: FlaskClient, login: Login, as_holder: Any, child: Volunteer, more: dict[str, Any], field: str
) -> None:
    child_id, secret = make_link(client, login(child))
    answer = agree(client, child_id, secret, as_holder(), **more)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_new_number_is_a_new_guardian(
    client: FlaskClient, login: Login, as_holder: Any, child: Volunteer
) -> None:
    child_id, secret = make_link(client, login(child))
    agree(client, child_id, secret, as_holder())
    named = {"guardian": {"name": "Сәуле А.", "phone": MOTHER}}
    assert client.patch("/v1/me", json=named, headers=login(child)).status_code == 200
    assert len(client.get(CHILDREN, headers=as_holder()).json["items"]) == 1
    named["guardian"]["phone"] = "+79161234567"
    assert client.patch("/v1/me", json=named, headers=login(child)).status_code == 200
    assert client.get(CHILDREN, headers=as_holder()).json == {"asked": False, "items": []}
    assert client.get(CHILDREN, headers=as_holder("+79161234567")).json["asked"] is True


def test_an_adult_hands_on_no_link(client: FlaskClient, session: Session, login: Login) -> None:
    answer = client.post("/v1/me/guardian-link", headers=login(make_volunteer(session)))
    assert (answer.status_code, answer.json["code"]) == (409, "of-age")


def test_the_child_ends_it(client: FlaskClient, login: Login, as_holder: Any, child: Volunteer) -> None:
    child_id, secret = make_link(client, login(child))
    agree(client, child_id, secret, as_holder())
    for _ in range(2):
        assert client.delete("/v1/me/guardian-link", headers=login(child)).status_code == 204
    assert client.get(CHILDREN, headers=as_holder()).json == {"asked": True, "items": []}
