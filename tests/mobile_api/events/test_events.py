"""Organizations, events and signups over HTTP: from founding to the waitlist."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_coordinator,
    make_event,
    make_organization,
    make_signup,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]


def event_body(organization_id: Any, **changes: Any) -> dict[str, Any]:
    starts_at = NOW + timedelta(days=3)
    return {
        "id": str(uuid4()),
        "organization_id": str(organization_id),
        "title": {"kk": "Елек жағалауы", "ru": "Берег Илека"},
        "kind": "cleanup",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=3)).isoformat(),
        "meeting_point": {"latitude": 50.2839, "longitude": 57.167},
        "address": "Ақтөбе",
        "area": {"type": "circle", "radius_m": 150},
    } | changes


def owed(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Outbox.kind).order_by(Outbox.created_at, Outbox.id)))


def test_from_founding_to_a_published_event(client: FlaskClient, session: Session, login: Login) -> None:
    owner, coordinator = make_volunteer(session), make_coordinator(session, "KZ-15")
    founded = client.post(
        "/v1/organizations", json={"name": {"kk": "Таза"}, "region": "KZ-15"}, headers=login(owner)
    )
    assert (founded.status_code, founded.json["status"]) == (201, "pending")
    organization_id = founded.json["id"]
    early = client.post("/v1/events", json=event_body(organization_id), headers=login(owner))
    assert (early.status_code, early.json["code"]) == (409, "not-verified")
    url = f"/v1/organizations/{organization_id}/status"
    assert client.put(url, json={"status": "verified"}, headers=login(owner)).status_code == 403
    assert client.put(url, json={"status": "verified"}, headers=login(coordinator)).status_code == 200
    assert owed(session) == ["organization_decided"]
    made = client.post("/v1/events", json=event_body(organization_id), headers=login(owner))
    assert (made.status_code, made.json["status"], made.json["region"]) == (201, "draft", "KZ-15")
    assert made.json["starts_at"] == "2026-05-19T11:00:00+05:00"
    event_url = f"/v1/events/{made.json['id']}"
    assert client.get(event_url).status_code == 404
    assert client.post(event_url + "/publish", headers=login(owner)).json["status"] == "published"
    assert client.post(event_url + "/publish", headers=login(owner)).json["code"] == "not-a-draft"
    assert client.get(event_url).status_code == 200


def test_a_repeated_event_is_the_stored_one(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    body = event_body(make_organization(session, owner).id)
    first = client.post("/v1/events", json=body, headers=login(owner))
    again = client.post("/v1/events", json=body, headers=login(owner))
    assert first.json == again.json
    other = client.post("/v1/events", json=body | {"address": "x"}, headers=login(owner))
    assert (other.status_code, other.json["code"]) == (409, "id-reused")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        (
            {"meeting_point": {"latitude": 57.167, "longitude": 50.2839}},
            "outside-kazakhstan",
            "meeting_point",
        ),
        ({"ends_at": NOW.isoformat()}, "invalid", "ends_at"),
        ({"starts_at": "2026-05-19T11:00:00"}, "invalid", "starts_at"),
        ({"area": {"type": "circle", "radius_m": 10}}, "invalid", "area.radius_m"),
        ({"title": {}}, "invalid", "title"),
        ({"colour": "red"}, "invalid", "colour"),
        ({"kind": "party"}, "invalid", "kind"),
        ({"region": "KZ-75"}, "invalid", "region"),
    ],
)
def test_a_bad_plan_is_explained(
    client: FlaskClient, session: Session, login: Login, changes: dict[str, Any], code: str, field: str
) -> None:
    owner = make_volunteer(session)
    body = event_body(make_organization(session, owner).id, **changes)
    answer = client.post("/v1/events", json=body, headers=login(owner))
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert list(answer.json["errors"]) == [field]


def test_moving_an_event_tells_and_moves_its_counts(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    made = client.post(
        "/v1/events", json=event_body(make_organization(session, owner).id), headers=login(owner)
    )
    url = f"/v1/events/{made.json['id']}"
    client.post(url + "/publish", headers=login(owner))
    stale = client.patch(url, json={"version": 1, "address": "x"}, headers=login(owner))
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    almaty = {"latitude": 43.2383, "longitude": 76.9456}
    moved = client.patch(url, json={"version": 2, "meeting_point": almaty}, headers=login(owner))
    assert (moved.status_code, moved.json["region"], moved.json["version"]) == (200, "KZ-75", 3)
    assert owed(session) == ["nearby_event", "event_changed"]
    headers = login(make_coordinator(session, "*"))
    rows = client.get("/v1/counts?from=2026-05-01&to=2026-05-31&group_by=region", headers=headers).json[
        "rows"
    ]
    assert [(row["key"], row["events"]) for row in rows] == [("KZ-75", 1)]


def test_the_waitlist_moves_up_in_its_order(client: FlaskClient, session: Session, login: Login) -> None:
    event = make_event(session, capacity=2, starts_at=NOW + timedelta(days=1))
    people = [make_volunteer(session) for _ in range(4)]
    url = f"/v1/events/{event.id}/signup"
    answers = [client.put(url, json={}, headers=login(person)).json for person in people]
    assert [answer["status"] for answer in answers] == ["going", "going", "waitlisted", "waitlisted"]
    assert [answer["position"] for answer in answers] == [None, None, 1, 2]
    assert client.delete(url, headers=login(people[0])).status_code == 204
    assert client.delete(url, headers=login(people[0])).status_code == 204
    mine = client.get("/v1/me/signups", headers=login(people[2])).json["items"]
    assert [item["status"] for item in mine] == ["going"]
    assert owed(session) == ["waitlist_moved_up"]
    shown = client.get(f"/v1/events/{event.id}").json
    assert (shown["going"], shown["waitlisted"]) == (2, 1)


def test_companions_take_places(client: FlaskClient, session: Session, login: Login) -> None:
    event = make_event(session, capacity=5, starts_at=NOW + timedelta(days=1))
    url = f"/v1/events/{event.id}/signup"
    first, second = make_volunteer(session), make_volunteer(session)
    assert client.put(url, json={"companions": 3}, headers=login(first)).json["status"] == "going"
    assert client.put(url, json={"companions": 1}, headers=login(second)).json["status"] == "waitlisted"
    full = client.put(url, json={"companions": 9}, headers=login(first))
    assert (full.status_code, full.json["code"]) == (409, "full")
    assert client.put(url, json={"companions": 1}, headers=login(first)).json["status"] == "going"
    shown = client.get(f"/v1/events/{event.id}").json
    assert (shown["going"], shown["waitlisted"]) == (4, 0)


def test_without_consent_nothing_can_be_joined(client: FlaskClient, session: Session, login: Login) -> None:
    event, person = make_event(session, starts_at=NOW + timedelta(days=1)), make_volunteer(session)
    assert client.delete("/v1/me/consents/cross_border", headers=login(person)).status_code == 204
    answer = client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(person))
    assert (answer.status_code, answer.json["code"]) == (409, "consent-missing")
    assert answer.json["missing"] == ["cross_border"]


def test_phones_are_for_organizers_and_never_a_minors(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    adult = make_volunteer(session)
    minor = make_volunteer(session, birth_date=NOW.date() - timedelta(days=16 * 365))
    for person in (adult, minor):
        make_signup(session, event, person)
    url = f"/v1/events/{event.id}/participants"
    seen = {
        person["volunteer_id"]: person["phone"]
        for person in client.get(url, headers=login(owner)).json["items"]
    }
    assert seen == {str(adult.id): adult.phone, str(minor.id): None}
    coordinator = client.get(url, headers=login(make_coordinator(session, "KZ-15"))).json["items"]
    assert [person["phone"] for person in coordinator] == [None, None]
    assert client.get(url, headers=login(adult)).status_code == 403


def test_events_near_come_nearest_first_page_by_page(client: FlaskClient, session: Session) -> None:
    organization = make_organization(session)
    for north in (0.05, 0.01, 0.03, 2.0):
        make_event(session, organization, latitude=50.2839 + north, starts_at=NOW + timedelta(days=1))
    url = "/v1/events?near=50.2839,57.167&within_km=20&limit=2"
    first = client.get(url).json
    second = client.get(f"{url}&cursor={first['next']}").json
    distances = [event["distance_m"] for event in first["items"] + second["items"]]
    assert distances == [1112, 3336, 5560]
    assert second["next"] is None


def test_what_is_near_reaches_as_far_east_as_it_says(client: FlaskClient, session: Session) -> None:
    """The farthest point of a circle lies a little nearer to the pole, where degrees are shorter."""
    make_event(session, latitude=55.556, longitude=77.915, starts_at=NOW + timedelta(days=1))
    (found,) = client.get("/v1/events?near=55.3,70&within_km=500").json["items"]
    assert 499_900 < found["distance_m"] < 500_000


@pytest.mark.parametrize("spelling", ["Ақтөбе", "актобе", "Aqtobe"])
def test_every_spelling_finds_the_event(client: FlaskClient, session: Session, spelling: str) -> None:
    make_event(session, search="elek zhagalauy aktobe", starts_at=NOW + timedelta(days=1))
    assert len(client.get("/v1/events", query_string={"q": spelling}).json["items"]) == 1


def test_an_etag_saves_the_phone_a_download(client: FlaskClient, session: Session) -> None:
    url = f"/v1/events/{make_event(session).id}"
    etag = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("spelling", ["Жасыл қала", "жасыл КАЛА", "zhasyl qala", "Елек жасыл"])
def test_the_name_of_the_organization_finds_its_events(
    client: FlaskClient, session: Session, spelling: str
) -> None:
    organization = make_organization(session, name={"kk": "Жасыл қала"}, search="zhasyl kala")
    event = make_event(session, organization, search="elek zhagalauy", starts_at=NOW + timedelta(days=1))
    make_event(session, search="elek zhagalauy", starts_at=NOW + timedelta(days=1))
    found = client.get("/v1/events", query_string={"q": spelling}).json["items"]
    assert [one["id"] for one in found] == [str(event.id)]
