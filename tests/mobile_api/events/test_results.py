"""What came of an event, over HTTP: given, changed, converted, closed, and looked at where it is unusual."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import AuditEntry, Event, EventResult, Organization, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
Put = Callable[..., Any]
ALL = {
    "waste": {"amount": 1.5, "unit": "t"},
    "recycled_t": 0.25,
    "places": 2,
    "machines": 3,
    "area_ha": 1.2,
    "banks_km": 0.4,
    "trees": 40,
    "shrubs": 15,
    "yards": 6,
    "parks": 1,
    "water_bodies": 1,
    "social": 2,
    "monuments": 1,
    "containers": 4,
    "dumps": 1,
    "note": "Техника керек болды",
}


@pytest.fixture
def event(session: Session, organization: Organization) -> Event:
    return make_event(session, organization)


@pytest.fixture
def put(client: FlaskClient, login: Login, owner: Volunteer, event: Event) -> Put:
    def put(version: int = 0, by: Volunteer | None = None, of: Event | None = None, **result: Any) -> Any:
        return client.put(
            f"/v1/events/{(of or event).id}/result",
            json={"version": version} | result,
            headers=login(by or owner),
        )

    return put


def result_of(client: FlaskClient, event: Event) -> Any:
    return client.get(f"/v1/events/{event.id}").json["result"]


def test_all_of_a_result_is_kept_and_shown_with_its_event(
    client: FlaskClient, put: Put, event: Event
) -> None:
    assert result_of(client, event) is None
    given = put(**ALL)
    assert given.status_code == 200
    shown = ALL | {"waste": {"amount": 1.5, "unit": "t", "tonnes": 1.5, "converted": False}}
    assert given.json == shown | {"version": 1, "updated_at": "2026-05-16T11:00:00+05:00"}
    assert result_of(client, event) == given.json
    (listed,) = client.get("/v1/events?from=2026-05-16&to=2026-05-16").json["items"]
    assert listed["result"] == given.json


@pytest.mark.parametrize(("unit", "tonnes"), [("bag", 0.3), ("m3", 6.0)])
def test_bags_and_cubic_metres_become_tonnes_and_say_so(put: Put, unit: str, tonnes: float) -> None:
    waste = put(waste={"amount": 30, "unit": unit}).json["waste"]
    assert waste == {"amount": 30, "unit": unit, "tonnes": tonnes, "converted": True}


def test_a_change_puts_all_in_the_place_of_what_was_said(put: Put) -> None:
    put(trees=10, machines=1)
    changed = put(1, trees=12).json
    assert (changed["version"], changed["trees"], changed["machines"]) == (2, 12, None)
    zero = put(2, trees=0).json
    assert (zero["trees"], zero["machines"]) == (0, None)


def test_a_change_of_something_older_is_refused(put: Put) -> None:
    put(trees=10)
    put(1, trees=11)
    stale = put(1, trees=12)
    assert (stale.status_code, stale.json["code"], stale.json["version"]) == (412, "stale", 2)


def test_the_same_again_is_the_same(put: Put, session: Session, event: Event) -> None:
    """The answer of the first was lost: the phone sends it again, from the version that it knew."""
    first, again = put(trees=10), put(trees=10)
    assert (again.status_code, again.json) == (200, first.json)
    kept = session.scalars(sa.select(AuditEntry).where(AuditEntry.event_id == event.id)).all()
    assert [entry.action for entry in kept] == ["result-set"]


def test_who_said_what_when_is_recorded(put: Put, session: Session, event: Event, owner: Volunteer) -> None:
    coordinator = make_coordinator(session)
    put(trees=10, note="Он тал")
    put(1, by=coordinator, trees=11, note="Он тал")
    query = sa.select(AuditEntry).where(AuditEntry.event_id == event.id).order_by(AuditEntry.id)
    first, second = session.scalars(query)
    assert (first.actor_id, first.detail) == (owner.id, {"version": 1, "changed": ["note", "trees"]})
    assert (second.actor_id, second.detail) == (coordinator.id, {"version": 2, "changed": ["trees"]})
    stored = session.get_one(EventResult, event.id)
    assert (stored.created_by, stored.updated_by) == (owner.id, coordinator.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"trees": -1},
        {"trees": 1.5},
        {"trees": "10"},
        {"trees": True},
        {"trees": 10**15},
        {"trees": 10**40},
        {"area_ha": -0.1},
        {"area_ha": float("nan")},
        {"area_ha": float("inf")},
        {"area_ha": 1e300},
        {"waste": {"amount": -1, "unit": "t"}},
        {"waste": {"amount": float("nan"), "unit": "t"}},
        {"waste": {"amount": 1e12, "unit": "m3"}},
        {"waste": {"amount": 1, "unit": "kg"}},
        {"waste": {"amount": 1}},
        {"waste": 5},
        {"note": "\u0000"},
        {"note": "х" * 5_001},
        {"waste_t": 1},
        {"version": -1},
        {"version": None},
    ],
)
def test_what_is_no_result_is_refused(put: Put, client: FlaskClient, event: Event, wrong: Any) -> None:
    answer = put(**wrong)
    assert (answer.status_code, answer.json["code"]) in [(422, "invalid"), (400, "invalid")]
    assert result_of(client, event) is None


def test_nothing_can_be_said_before_the_start(put: Put, session: Session, organization: Organization) -> None:
    coming = make_event(session, organization, starts_at=NOW + timedelta(minutes=1))
    early = put(of=coming, trees=1)
    assert (early.status_code, early.json["code"]) == (409, "not-started")
    assert put(of=make_event(session, organization, starts_at=NOW), trees=1).status_code == 200


def test_what_never_took_place_has_no_result(put: Put, session: Session, organization: Organization) -> None:
    draft = make_event(session, organization, status="draft")
    assert put(of=draft, trees=1).json["code"] == "not-published"
    prevented = make_event(
        session,
        organization,
        status="cancelled",
        cancelled_at=NOW - timedelta(hours=2),
        cancel_reason="Дауыл",
    )
    assert put(of=prevented, trees=1).json["code"] == "cancelled"
    broken_off = make_event(
        session,
        organization,
        status="cancelled",
        cancelled_at=NOW - timedelta(minutes=5),
        cancel_reason="Жаңбыр",
    )
    assert put(of=broken_off, trees=1).status_code == 200


def test_its_organizer_has_14_days_and_a_coordinator_90(
    put: Put, session: Session, clock: FixedClock, event: Event
) -> None:
    coordinator = make_coordinator(session)
    clock.at = event.ends_at + timedelta(days=14)
    assert put(trees=1).status_code == 200
    clock.at = event.ends_at + timedelta(days=14, seconds=1)
    late = put(1, trees=2)
    assert (late.status_code, late.json["code"]) == (409, "result-closed")
    assert late.json["closed_at"] == "2026-05-30T13:00:00+05:00"
    assert "үйлестіруші" in late.json["detail"]
    assert put(1, by=coordinator, trees=2).status_code == 200
    clock.at = event.ends_at + timedelta(days=90, seconds=1)
    too_late = put(2, by=coordinator, trees=3)
    assert (too_late.status_code, too_late.json["code"]) == (409, "result-closed")
    assert "үйлестіруші" not in too_late.json["detail"]


def test_a_coordinator_of_the_own_organization_is_its_organizer(
    put: Put, session: Session, clock: FixedClock, event: Event, organization: Organization
) -> None:
    both = make_coordinator(session)
    make_member(session, organization, both)
    clock.at = event.ends_at + timedelta(days=15)
    assert put(by=both, trees=1).json["code"] == "result-closed"


def test_nobody_else_says_anything(put: Put, session: Session, client: FlaskClient, event: Event) -> None:
    strangers = [
        make_volunteer(session),
        make_coordinator(session, "KZ-75"),
        make_organization(session).created_by,
    ]
    for stranger in strangers[:2]:
        assert put(by=stranger, trees=1).status_code == 403
    assert put(by=session.get_one(Volunteer, strangers[2]), trees=1).status_code == 403
    anonymous = client.put(f"/v1/events/{event.id}/result", json={"version": 0})
    assert anonymous.status_code == 401


def test_an_organization_that_is_not_verified_says_nothing(
    put: Put, session: Session, organization: Organization
) -> None:
    organization.status = "suspended"
    session.flush()
    assert put(trees=1).json["code"] == "not-verified"
    assert put(by=make_coordinator(session), trees=1).status_code == 200


class Reports:
    def __init__(self, client: FlaskClient, login: Login, coordinator: Volunteer) -> None:
        self.client, self.login, self.coordinator = client, login, coordinator

    def __call__(self) -> list[Any]:
        return list(self.client.get("/v1/reports", headers=self.login(self.coordinator)).json["items"])


@pytest.fixture
def reports(client: FlaskClient, session: Session, login: Login) -> Reports:
    return Reports(client, login, make_coordinator(session))


def test_an_unusual_result_stands_and_is_looked_at(put: Put, reports: Reports, event: Event) -> None:
    assert put(trees=100_000, waste={"amount": 3_000, "unit": "m3"}).status_code == 200
    (found,) = reports()
    assert (found["event_id"], found["outliers"]) == (str(event.id), ["trees", "waste_t"])
    assert found["reason"] == "trees: 100000, waste_t: 600"
    put(1, trees=100)
    assert reports() == []


def test_more_recycled_than_there_was_is_looked_at(put: Put, reports: Reports) -> None:
    put(waste={"amount": 1, "unit": "t"}, recycled_t=2)
    assert [found["outliers"] for found in reports()] == [["recycled_t"]]
    put(1, recycled_t=2)
    assert reports() == []


def test_what_was_looked_at_stays_closed_until_it_changes(
    put: Put, reports: Reports, client: FlaskClient, login: Login
) -> None:
    put(trees=100_000)
    (found,) = reports()
    url, body = f"/v1/reports/{found['id']}", {"resolution": "Тал егу науқаны, рас"}
    assert client.put(url, json=body, headers=login(reports.coordinator)).status_code == 200
    put(1, trees=100_000, machines=2)
    assert reports() == []
    put(2, trees=200_000, machines=2)
    assert [one["outliers"] for one in reports()] == [["trees"]]


def test_what_a_coordinator_has_set_needs_no_other_look(put: Put, reports: Reports) -> None:
    put(trees=100_000)
    put(1, by=reports.coordinator, trees=99_000)
    assert reports() == []


def test_what_a_volunteer_reports_stays(
    put: Put, reports: Reports, session: Session, client: FlaskClient, login: Login, event: Event
) -> None:
    body = {"reason": "Ештеңе тазаланбады"}
    client.post(f"/v1/events/{event.id}/reports", json=body, headers=login(make_volunteer(session)))
    put(trees=100_000)
    put(1, trees=1)
    assert [(found["reason"], found["outliers"]) for found in reports()] == [("Ештеңе тазаланбады", None)]
