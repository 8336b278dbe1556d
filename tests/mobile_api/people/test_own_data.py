"""What is held about oneself: handed out whole, and taken away."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AuditEntry, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_counted, make_event, make_organization, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


def test_all_that_is_held_in_one_document(client: FlaskClient, session: Session, login: Login) -> None:
    person, other = make_volunteer(session), make_volunteer(session)
    event = make_event(session, starts_at=NOW - timedelta(days=3))
    make_signup(session, event, person)
    make_signup(session, event, other)
    make_counted(session, event, person)
    answer = client.get("/v1/me/export", headers=login(person))
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    held = answer.json["held"]
    assert [row["volunteer_id"] for row in held["signup"]["rows"]] == [str(person.id)]
    assert [row["minutes"] for row in held["attendance"]["rows"]] == [150]
    assert [row["phone"] for row in held["volunteer"]["rows"]] == [person.phone]
    assert held["volunteer"]["about"] == "Профиль"
    assert answer.json["events"][str(event.id)]["title"]["kk"] == "Елек жағалауын тазалау"
    assert other.phone not in answer.text
    assert str(other.id) not in answer.text


def test_the_third_in_an_hour_is_refused_whole(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    person = make_volunteer(session)
    answers = [client.get("/v1/me/export", headers=login(person)) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200, 200] + [429] * 8
    assert {answer.json["code"] for answer in answers[2:]} == {"too-many-requests"}
    recorded = sa.select(AuditEntry.actor_id).where(AuditEntry.action == "own-data-exported")
    assert session.scalars(recorded).all() == [person.id] * 2
    clock.move(timedelta(hours=1))
    assert client.get("/v1/me/export", headers=login(person)).status_code == 200


def test_erased_the_same_token_is_nobodys(client: FlaskClient, session: Session, login: Login) -> None:
    person = make_volunteer(session)
    headers, subject = login(person), person.subject
    make_counted(session, make_event(session, starts_at=NOW - timedelta(days=3)), person)
    assert client.delete("/v1/me?keep_certificates=true", headers=headers).status_code == 204
    assert client.delete("/v1/me", headers=headers).json["code"] == "not-registered"
    assert client.get("/v1/me", headers=headers).json["code"] == "not-registered"
    profile = {
        "display_name": "Айгүл Серікқызы",
        "birth_date": "1995-03-08",
        "locale": "kk",
        "region": "KZ-15",
        "consents": {"personal_data": "2026-01", "cross_border": "2026-01"},
    }
    assert client.put("/v1/me", headers=headers, json=profile).status_code == 201
    assert client.get("/v1/me/record", headers=headers).json["items"] == []
    assert session.scalar(sa.select(Volunteer.id).where(Volunteer.subject == subject)) is not None


def test_who_is_needed_is_told_so(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    make_organization(session, owner)
    refused = client.delete("/v1/me", headers=login(owner))
    assert (refused.status_code, refused.json["code"]) == (409, "sole-owner")
    assert client.get("/v1/me", headers=login(owner)).status_code == 200
    assert client.delete("/v1/me?keep_certificates=maybe", headers=login(owner)).status_code == 422
