"""Bans (R3): who may, what is refused, what is still taken, and the one answer."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from http_base.application import Tazalyq
from service.models import Event, Signup, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    CONSENTS,
    make_attendance,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.phones import Login, Phone, outcomes

REASON = "Басқа адамның атынан белгіленген"
PROFILE = {
    "display_name": "Айгүл",
    "birth_date": "1995-03-08",
    "locale": "kk",
    "region": "KZ-15",
    "consents": CONSENTS,
}


def ban(client: FlaskClient, headers: dict[str, str], person: Volunteer, **more: Any) -> Any:
    return client.put(f"/v1/bans/{person.id}", json={"reason": REASON} | more, headers=headers)


def lift(client: FlaskClient, headers: dict[str, str], person: Volunteer) -> Any:
    return client.delete(f"/v1/bans/{person.id}", headers=headers)


def test_who_is_banned_is_refused_with_the_reason(
    client: FlaskClient, session: Session, login: Login
) -> None:
    coordinator, person = make_coordinator(session, "KZ-15"), make_volunteer(session)
    until = NOW + timedelta(days=30)
    made = ban(client, login(coordinator), person, expires_at=until.isoformat())
    assert (made.status_code, made.json["reason"]) == (200, REASON)
    event = make_event(session, starts_at=NOW + timedelta(days=1))
    for method, path in (
        ("GET", "/v1/me"),
        ("PATCH", "/v1/me"),
        ("GET", "/v1/me/signups"),
        ("PUT", f"/v1/events/{event.id}/signup"),
        ("GET", f"/v1/events/{event.id}"),
    ):
        answer = client.open(path, method=method, json={}, headers=login(person))
        assert (answer.status_code, answer.json["code"]) == (403, "banned"), path
        assert answer.json["reason"] == REASON
        assert datetime.fromisoformat(answer.json["expires_at"]) == until
    again = client.put("/v1/me", json=PROFILE, headers=login(person))
    assert (again.status_code, again.json["code"]) == (403, "banned")
    assert client.get(f"/v1/events/{event.id}").status_code == 200


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_ban_is_told_in_the_readers_language(
    client: FlaskClient, session: Session, login: Login, language: str
) -> None:
    person = make_volunteer(session)
    ban(client, login(make_coordinator(session, "*")), person)
    headers = login(person) | {"Accept-Language": language}
    answer = client.get("/v1/me", headers=headers).json
    assert answer["code"] == "banned"
    assert REASON in answer["detail"]
    assert "expires_at" not in answer


def test_a_ban_ends_when_it_expires_or_is_lifted(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    coordinator = login(make_coordinator(session, "KZ-15"))
    first, second = make_volunteer(session), make_volunteer(session)
    ban(client, coordinator, first, expires_at=(NOW + timedelta(days=1)).isoformat())
    ban(client, coordinator, second)
    assert lift(client, coordinator, second).status_code == 204
    assert lift(client, coordinator, second).status_code == 204
    assert client.get("/v1/me", headers=login(second)).status_code == 200
    assert client.get("/v1/me", headers=login(first)).status_code == 403
    clock.move(timedelta(days=1))
    assert client.get("/v1/me", headers=login(first)).status_code == 200


def test_a_304_does_not_slip_past_a_ban(client: FlaskClient, session: Session, login: Login) -> None:
    person = make_volunteer(session)
    etag = client.get("/v1/me", headers=login(person)).headers["ETag"]
    ban(client, login(make_coordinator(session, "*")), person)
    answer = client.get("/v1/me", headers=login(person) | {"If-None-Match": etag})
    assert answer.status_code == 403


def test_coordinators_of_where_the_person_is_may_ban(
    client: FlaskClient, session: Session, login: Login
) -> None:
    """Of the home; of an event signed up for, or attended, in the last year; national ones; nobody else."""
    there = make_coordinator(session, "KZ-75")
    at_home, going, came, long_ago = (
        make_volunteer(session, region_code=code) for code in ("KZ-75", "KZ-15", "KZ-15", "KZ-15")
    )
    make_signup(
        session, make_event(session, region_code="KZ-75", starts_at=NOW + timedelta(days=3), going=1), going
    )
    make_attendance(
        session, make_event(session, region_code="KZ-75", starts_at=NOW - timedelta(days=300)), came
    )
    old = make_event(session, region_code="KZ-75", starts_at=NOW - timedelta(days=400))
    make_attendance(session, old, long_ago)
    make_signup(session, old, long_ago)
    statuses = [ban(client, login(there), one).status_code for one in (at_home, going, came, long_ago)]
    assert statuses == [200, 200, 200, 403]
    assert ban(client, login(make_volunteer(session)), long_ago).status_code == 403
    assert lift(client, login(make_volunteer(session)), at_home).status_code == 403
    assert ban(client, login(make_coordinator(session, "*")), long_ago).status_code == 200
    nobody = client.put(f"/v1/bans/{uuid4()}", json={"reason": "x"}, headers=login(there))
    assert nobody.status_code == 404


def test_staff_is_banned_by_a_national_coordinator_alone_and_nobody_by_themself(
    client: FlaskClient, session: Session, login: Login
) -> None:
    regional, national = make_coordinator(session, "KZ-15"), make_coordinator(session, "*")
    owner, organizer = make_volunteer(session), make_volunteer(session)
    make_member(session, make_organization(session, owner), organizer)
    other = make_coordinator(session, "KZ-15")
    for staff in (owner, organizer, other, national):
        assert ban(client, login(regional), staff).status_code == 403
    for own in (regional, national):
        assert ban(client, login(own), own).status_code == 403
    for staff in (owner, organizer, other):
        assert ban(client, login(national), staff).status_code == 200


@pytest.mark.parametrize("status", ["pending", "asked", "rejected"])
def test_who_founds_an_organization_that_nobody_has_verified_is_no_staff(
    client: FlaskClient, session: Session, login: Login, status: str
) -> None:
    """Anybody founds one in a minute: it would be a way out of the region's bans."""
    regional, person = make_coordinator(session, "KZ-15"), make_volunteer(session)
    make_organization(session, person, status=status)
    assert ban(client, login(regional), person).status_code == 200
    owner = make_volunteer(session)
    make_organization(session, owner, status="suspended")
    assert ban(client, login(regional), owner).status_code == 403


def test_what_was_captured_before_is_still_taken(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event, person = make_event(session), make_volunteer(session)
    phone = Phone(client, clock, login(person))
    before = phone.record("check_in", event, NOW)
    clock.move(timedelta(minutes=10))
    ban(client, login(make_coordinator(session, "KZ-15")), person)
    after = phone.record("check_out", event, NOW + timedelta(minutes=20))
    clock.move(timedelta(minutes=20))
    assert outcomes(phone.send([after, before])) == ["banned", "stored"]
    live = phone.send_live(phone.record("check_in", make_event(session), clock.now()))
    assert (live.status_code, live.json["code"], live.json["reason"]) == (403, "banned", REASON)


def test_a_new_account_with_the_banned_number_is_banned(
    client: FlaskClient, session: Session, login: Login, app: Tazalyq
) -> None:
    person = make_volunteer(session)
    coordinator = login(make_coordinator(session, "KZ-15"))
    ban(client, coordinator, person)
    headers, phone = login(person), str(person.phone)
    session.execute(
        sa.update(Volunteer).where(Volunteer.id == person.id).values(subject="another", phone=None)
    )
    fresh = client.put("/v1/me", json=PROFILE, headers=headers)
    assert (fresh.status_code, fresh.json["code"]) == (403, "banned")
    assert client.get("/v1/me", headers=headers).json["code"] == "banned"
    assert phone not in str(session.execute(sa.text("SELECT * FROM ban")).all())
    lift(client, coordinator, person)
    assert client.put("/v1/me", json=PROFILE, headers=headers).status_code == 201


def test_coming_places_go_to_the_line(client: FlaskClient, session: Session, login: Login) -> None:
    person, waiting = make_volunteer(session), make_volunteer(session)
    event = make_event(session, starts_at=NOW + timedelta(days=2), capacity=1)
    past = make_event(session, starts_at=NOW - timedelta(days=2))
    make_signup(session, past, person)
    for one in (person, waiting):
        client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(one))
    ban(client, login(make_coordinator(session, "KZ-15")), person)
    session.expire_all()
    statuses = {
        (signup.event_id, signup.volunteer_id): signup.status for signup in session.scalars(sa.select(Signup))
    }
    assert statuses[event.id, person.id] == "cancelled"
    assert statuses[event.id, waiting.id] == "going"
    assert statuses[past.id, person.id] == "going"
    assert session.get_one(Event, event.id).going == 1


def test_the_banned_person_answers_once(client: FlaskClient, session: Session, login: Login) -> None:
    coordinator, person = make_coordinator(session, "KZ-15"), make_volunteer(session)
    url, answer = "/v1/me/ban/answer", {"id": str(uuid4()), "text": "Бұл мен емес едім"}
    assert client.post(url, json=answer, headers=login(person)).status_code == 404
    ban(client, login(coordinator), person)
    assert client.post(url, json=answer, headers=login(person)).status_code == 202
    assert client.post(url, json=answer, headers=login(person)).status_code == 202
    second = client.post(url, json={"id": str(uuid4()), "text": "Тағы"}, headers=login(person))
    assert (second.status_code, second.json["code"]) == (409, "already-answered")
    read = client.get(f"/v1/bans/{person.id}", headers=login(coordinator)).json
    assert (read["reason"], read["answer"]) == (REASON, answer["text"])


def test_a_ban_is_changed_by_the_same_call_and_never_ends_before_it_begins(
    client: FlaskClient, session: Session, login: Login
) -> None:
    coordinator, person = login(make_coordinator(session, "KZ-15")), make_volunteer(session)
    late = ban(client, coordinator, person, expires_at=(NOW - timedelta(days=1)).isoformat())
    assert (late.status_code, list(late.json["errors"])) == (422, ["expires_at"])
    assert client.get("/v1/me", headers=login(person)).status_code == 200
    first = ban(client, coordinator, person).json
    second = ban(client, coordinator, person, reason="Басқа себеп").json
    assert (second["reason"], second["banned_at"]) == ("Басқа себеп", first["banned_at"])


def test_who_is_banned_may_read_what_is_held_of_them_and_no_more(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session, display_name="Тыйым Көрген")
    ban(client, login(make_coordinator(session, "KZ-15")), person)
    told = client.get("/v1/me/export", headers=login(person))
    assert told.status_code == 200
    assert [row["display_name"] for row in told.json["held"]["volunteer"]["rows"]] == ["Тыйым Көрген"]
    assert [row["reason"] for row in told.json["held"]["ban"]["rows"]] == [REASON]
    assert client.get("/v1/me", headers=login(person)).json["code"] == "banned"


def test_erasure_is_open_to_who_is_banned_and_no_way_out_of_the_ban(
    client: FlaskClient, session: Session, login: Login
) -> None:
    person = make_volunteer(session, display_name="Тыйым Көрген")
    headers, phone = login(person), str(person.phone)
    until = NOW + timedelta(days=30)
    ban(client, login(make_coordinator(session, "KZ-15")), person, expires_at=until.isoformat())
    said = {"id": str(uuid4()), "text": "Мен емес"}
    assert client.post("/v1/me/ban/answer", json=said, headers=headers).status_code == 202
    assert client.delete("/v1/me", headers=headers).status_code == 204
    for method, path in (("GET", ""), ("PUT", ""), ("GET", "/export"), ("DELETE", "")):
        typed = PROFILE if method == "PUT" else None
        again = client.open(f"/v1/me{path}", method=method, json=typed, headers=headers)
        assert (again.status_code, again.json["code"], again.json["reason"]) == (403, "banned", REASON), path
        assert datetime.fromisoformat(again.json["expires_at"]) == until
    left = str(session.execute(sa.text("SELECT * FROM ban")).all())
    assert phone not in left
    assert said["text"] not in left
