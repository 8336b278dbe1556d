"""Head counts over HTTP: given, changed, taken back, and counted apart."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Organization, Volunteer
from service.platform.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
BODY = {"group": "7 «Б» сыныбы", "people": 24, "minutes": 90}


@pytest.fixture
def owner(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def event(session: Session, owner: Volunteer) -> Event:
    return make_event(session, make_organization(session, owner))


@pytest.fixture
def totals(client: FlaskClient, session: Session, login: Login) -> Callable[[], dict[str, Any]]:
    headers = login(make_coordinator(session, "*"))

    def read() -> dict[str, Any]:
        answer = client.get("/v1/counts?from=2026-05-01&to=2026-05-31&group_by=region", headers=headers)
        return dict(answer.json["totals"])

    return read


def url_of(event: Event, headcount_id: Any = None) -> str:
    return f"/v1/events/{event.id}/headcounts" + (f"/{headcount_id}" if headcount_id else "")


def test_a_class_is_given_changed_and_taken_back(
    client: FlaskClient, login: Login, owner: Volunteer, event: Event, totals: Any
) -> None:
    url, headers = url_of(event, uuid4()), login(owner)
    first = client.put(url, json=BODY, headers=headers)
    again = client.put(url, json=BODY, headers=headers)
    assert (first.status_code, again.status_code, totals()["headcount"]) == (201, 200, 24)
    assert first.json == again.json
    assert first.json["created_by"] == str(owner.id)
    assert first.json["changed_at"] == "2026-05-16T11:00:00+05:00"
    fewer = client.put(url, json=BODY | {"people": 20}, headers=headers)
    assert (fewer.status_code, fewer.json["people"], totals()["headcount"]) == (200, 20, 20)
    assert [client.delete(url, headers=headers).status_code for _ in range(2)] == [204, 204]
    assert totals()["headcount"] == 0
    assert client.get(url_of(event), headers=headers).json["items"] == []
    back = client.put(url, json=BODY, headers=headers)
    assert (back.status_code, totals()["headcount"]) == (200, 24)


def test_groups_stand_apart_from_verified_people(
    client: FlaskClient, login: Login, owner: Volunteer, event: Event, totals: Any
) -> None:
    client.put(url_of(event, uuid4()), json=BODY, headers=login(owner))
    found = totals()
    assert (found["participations"], found["volunteers"], found["minutes"]) == (0, 0, 0)
    assert found["headcount"] == 24


def test_organizers_and_coordinators_see_them_page_by_page(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event
) -> None:
    for people in (10, 20, 30):
        client.put(url_of(event, uuid4()), json=BODY | {"people": people}, headers=login(owner))
    coordinator = login(make_coordinator(session, "KZ-15"))
    first = client.get(url_of(event) + "?limit=2", headers=coordinator).json
    second = client.get(f"{url_of(event)}?limit=2&cursor={first['next']}", headers=coordinator).json
    assert {item["people"] for item in first["items"] + second["items"]} == {10, 20, 30}
    assert second["next"] is None
    for person in (make_volunteer(session), make_coordinator(session, "KZ-75")):
        assert client.get(url_of(event), headers=login(person)).status_code == 403


def test_the_last_to_change_is_kept_beside_the_first(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, owner: Volunteer, event: Event
) -> None:
    other, url = make_volunteer(session), url_of(event, uuid4())
    make_member(session, session.get_one(Organization, event.organization_id), other)
    client.put(url, json=BODY, headers=login(owner))
    clock.move(timedelta(minutes=5))
    changed = client.put(url, json=BODY | {"minutes": 30}, headers=login(other)).json
    assert (changed["created_by"], changed["changed_by"]) == (str(owner.id), str(other.id))
    assert changed["changed_at"] == "2026-05-16T11:05:00+05:00"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"starts_at": NOW + timedelta(minutes=1)}, "not-started"),
        ({"starts_at": NOW - timedelta(days=14, hours=4)}, "headcounts-closed"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "draft"}, "not-published"),
    ],
)
def test_only_from_the_start_until_two_weeks_after(
    client: FlaskClient, session: Session, login: Login, values: dict[str, Any], code: str
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), **values)
    answer = client.put(url_of(event, uuid4()), json=BODY, headers=login(owner))
    assert (answer.status_code, answer.json["code"]) == (409, code)


@pytest.mark.parametrize(
    ("language", "day"), [("kk", "16 мамыр, 11:01"), ("ru", "16 мая, 11:01"), ("en", "May 16, 11:01")]
)
def test_when_it_opens_is_told_as_people_say_it(
    client: FlaskClient, session: Session, login: Login, language: str, day: str
) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=NOW + timedelta(minutes=1))
    headers = login(owner) | {"Accept-Language": language}
    answer = client.put(url_of(event, uuid4()), json=BODY, headers=headers)
    assert answer.json["starts_at"] == "2026-05-16T11:01:00+05:00"
    assert day in answer.json["detail"]


def test_on_the_last_day_it_is_still_taken(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    starts_at = NOW - timedelta(days=14, hours=3)
    event = make_event(session, make_organization(session, owner), starts_at=starts_at)
    assert client.put(url_of(event, uuid4()), json=BODY, headers=login(owner)).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"people": 0}, "people"),
        ({"people": 5_001}, "people"),
        ({"people": 2.5}, "people"),
        ({"minutes": -1}, "minutes"),
        ({"minutes": 181}, "minutes"),
        ({"group": " "}, "group"),
        ({"verified": True}, "verified"),
    ],
)
def test_a_bad_head_count_is_explained(
    client: FlaskClient, login: Login, owner: Volunteer, event: Event, change: dict[str, Any], field: str
) -> None:
    answer = client.put(url_of(event, uuid4()), json=BODY | change, headers=login(owner))
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_others_can_neither_give_nor_take_back(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event
) -> None:
    url = url_of(event, uuid4())
    client.put(url, json=BODY, headers=login(owner))
    for person in (make_volunteer(session), make_coordinator(session, "*")):
        assert client.put(url, json=BODY, headers=login(person)).status_code == 403
        assert client.delete(url, headers=login(person)).status_code == 403
    assert client.delete(url_of(event, uuid4()), headers=login(owner)).status_code == 404
