"""Head counts over HTTP: given, changed, taken back, and counted apart."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.attendance import groups
from service.ledger import ledger
from service.models import Event, Organization, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
BODY = {"group": "7 «Б» сыныбы", "people": 24, "minutes": 90}


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
    for person in (make_volunteer(session), make_coordinator(session, "KZ-75")):
        assert client.put(url, json=BODY, headers=login(person)).status_code == 403
        assert client.delete(url, headers=login(person)).status_code == 403
    assert client.delete(url_of(event, uuid4()), headers=login(owner)).status_code == 404


def test_an_announced_group_neither_counts_nor_freezes(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, totals: Any
) -> None:
    coming = make_event(session, make_organization(session, owner), starts_at=NOW + timedelta(days=1))
    url, headers = url_of(coming, uuid4()), login(owner)
    body = {"group": "7-А", "expected": 25, "category": "school"}
    announced = client.put(url, json=body, headers=headers)
    assert announced.status_code == 201
    told = {name: announced.json[name] for name in ("group", "category", "expected", "people", "minutes")}
    assert told == body | {"people": None, "minutes": None}
    assert totals()["headcount"] == 0
    assert groups_that_came(session) == 0
    moved = {"version": coming.version, "starts_at": (coming.starts_at + timedelta(hours=1)).isoformat()}
    moved["ends_at"] = (coming.ends_at + timedelta(hours=1)).isoformat()
    assert client.patch(f"/v1/events/{coming.id}", json=moved, headers=headers).status_code == 200
    (listed,) = client.get(url_of(coming), headers=headers).json["items"]
    assert listed == announced.json


def groups_that_came(session: Session) -> int:
    rows = ledger.all_rows()
    return int(session.scalar(sa.select(sa.func.coalesce(sa.func.sum(rows.c.collectives), 0))) or 0)


def test_a_group_is_announced_then_confirmed_then_taken_back(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event, totals: Any
) -> None:
    url, headers = url_of(event, uuid4()), login(owner)
    client.put(url, json={"group": "7-А", "expected": 25, "category": "school"}, headers=headers)
    came = client.put(url, json={"group": "7-А", "people": 23, "minutes": 90}, headers=headers)
    assert (came.status_code, came.json["expected"], came.json["category"]) == (200, 25, "school")
    assert (totals()["headcount"], groups_that_came(session)) == (23, 1)
    # The announcement comes once more, late: it takes nothing away.
    client.put(url, json={"group": "7-А", "expected": 25, "category": "school"}, headers=headers)
    assert (totals()["headcount"], groups_that_came(session)) == (23, 1)
    client.delete(url, headers=headers)
    assert (totals()["headcount"], groups_that_came(session)) == (0, 0)
    anew = client.put(url, json={"group": "7-Б", "expected": 20}, headers=headers).json
    assert (anew["people"], anew["category"], anew["expected"]) == (None, None, 20)
    assert (totals()["headcount"], groups_that_came(session)) == (0, 0)


def test_a_confirmed_group_freezes(client: FlaskClient, login: Login, owner: Volunteer, event: Event) -> None:
    headers = login(owner)
    change = {"version": event.version, "meeting_point": {"latitude": 50.3, "longitude": 57.2}}
    client.put(url_of(event, uuid4()), json={"group": "7-А", "people": 20}, headers=headers)
    refused = client.patch(f"/v1/events/{event.id}", json=change, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "already-started")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"group": "7-А"}, "people"),
        ({"group": "7-А", "people": None, "expected": None}, "people"),
        ({"group": "7-А", "minutes": 10}, "people"),
        ({"group": "7-А", "expected": 0}, "expected"),
        ({"group": "7-А", "expected": -3}, "expected"),
        ({"group": "7-А", "expected": 5_001}, "expected"),
        ({"group": "7-А", "people": 3, "category": "pupils"}, "category"),
        ({"people": 3}, "group"),
    ],
)
def test_what_is_no_group_is_explained(
    client: FlaskClient, login: Login, owner: Volunteer, event: Event, body: dict[str, Any], field: str
) -> None:
    answer = client.put(url_of(event, uuid4()), json=body, headers=login(owner))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert field in answer.json["errors"]


def test_a_draft_takes_announcements_alone(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer
) -> None:
    draft = make_event(session, make_organization(session, owner), status="draft")
    url, headers = url_of(draft, uuid4()), login(owner)
    assert client.put(url, json={"group": "7-А", "expected": 20}, headers=headers).status_code == 201
    early = client.put(url, json={"group": "7-А", "people": 20}, headers=headers)
    assert early.json["code"] == "not-published"


def test_what_was_broken_off_had_its_groups(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, totals: Any
) -> None:
    values = {"status": "cancelled", "cancelled_at": NOW - timedelta(minutes=10), "cancel_reason": "Жаңбыр"}
    event = make_event(session, make_organization(session, owner), **values)
    answer = client.put(url_of(event, uuid4()), json={"group": "7-А", "people": 20}, headers=login(owner))
    assert (answer.status_code, totals()["headcount"]) == (201, 20)


def test_its_staff_see_expected_groups_on_the_event(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event
) -> None:
    headers, school, firm = login(owner), uuid4(), uuid4()
    body = {"group": "7-А", "expected": 25, "category": "school"}
    client.put(url_of(event, school), json=body, headers=headers)
    client.put(url_of(event, firm), json={"group": "АО «Ақтөбе»", "people": 40}, headers=headers)
    expected = [{"id": str(school), "group": "7-А", "category": "school", "expected": 25, "people": None}]
    for person in (owner, make_coordinator(session)):
        shown = client.get(f"/v1/events/{event.id}", headers=login(person)).json
        assert shown["expected_groups"] == expected
    for headers in ({}, login(make_volunteer(session))):
        assert "expected_groups" not in client.get(f"/v1/events/{event.id}", headers=headers).json


def test_an_event_has_so_many_groups_at_most(
    client: FlaskClient, login: Login, owner: Volunteer, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MAX_GROUPS", 26)
    headers, ids = login(owner), [uuid4() for _ in range(27)]
    body = {"group": "7-А", "people": 2}
    found = [client.put(url_of(event, id_), json=body, headers=headers) for id_ in ids]
    assert [one.status_code for one in found] == [201] * 26 + [409]
    assert (found[-1].json["code"], found[-1].json["limit"]) == ("too-many-groups", 26)
    # A change of one that stands is none more; one taken back makes room.
    assert client.put(url_of(event, ids[0]), json=body | {"people": 3}, headers=headers).status_code == 200
    client.delete(url_of(event, ids[0]), headers=headers)
    assert client.put(url_of(event, ids[-1]), json=body, headers=headers).status_code == 201
    assert client.put(url_of(event, ids[0]), json=body, headers=headers).status_code == 409


def test_a_crowd_that_one_clean_up_hardly_has_is_looked_at(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event
) -> None:
    """However many groups it is told in: a region's report has all of them, and nobody was asked."""
    coordinator = make_coordinator(session)

    def looked_at() -> list[Any]:
        found = client.get("/v1/reports", headers=login(coordinator)).json["items"]
        return [(one["reason"], one["outliers"]) for one in found]

    urls = [url_of(event, uuid4()) for _ in range(4)]
    for url, people in zip(urls, (600, 700, 650, 50), strict=True):
        client.put(url, json={"group": "Таза күн", "people": people}, headers=login(owner))
    assert looked_at() == []
    client.put(urls[3], json={"group": "Таза күн", "people": 500}, headers=login(owner))
    assert looked_at() == [("declared: 2450", ["declared"])]
    # Neither does a result that nothing is wrong with take it away.
    result = {"version": 0, "trees": 5}
    client.put(f"/v1/events/{event.id}/result", json=result, headers=login(owner))
    assert looked_at() == [("declared: 2450", ["declared"])]
    client.delete(urls[0], headers=login(owner))
    assert looked_at() == []


def test_an_event_that_was_called_off_has_no_minutes_after_that(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event
) -> None:
    event.status, event.cancelled_at = "cancelled", NOW - timedelta(minutes=20)
    session.flush()
    url, headers = url_of(event, uuid4()), login(owner)
    long = client.put(url, json=BODY | {"minutes": 41}, headers=headers)
    assert (long.status_code, list(long.json["errors"])) == (422, ["minutes"])
    assert client.put(url, json=BODY | {"minutes": 40}, headers=headers).status_code == 201
