"""Nobody decides about themself: a coordinator's word on an organization is not that of its own members."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Organization, Volunteer
from service.rulings import waiting
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer
from tests.mobile_api.phones import Login


@pytest.fixture(params=["KZ-15", "*"])
def coordinator(request: pytest.FixtureRequest, session: Session) -> Volunteer:
    return make_coordinator(session, request.param)


@pytest.fixture(params=["owner", "organizer"])
def own(request: pytest.FixtureRequest, session: Session, coordinator: Volunteer) -> Organization:
    """A pending organization that the coordinator belongs to."""
    if request.param == "owner":
        return make_organization(session, coordinator, status="pending")
    organization = make_organization(session, status="pending")
    make_member(session, organization, coordinator)
    return organization


def refused_as_own(answer: Any) -> bool:
    return bool(answer.status_code == 403 and answer.json["title"] == "Бұл – сіздің өз ұйымыңыз")


def decide(client: FlaskClient, headers: dict[str, str], organization: Organization, status: str) -> Any:
    body = {"status": status, "reason": "тексерілді"}
    return client.put(f"/v1/organizations/{organization.id}/status", json=body, headers=headers)


def test_nobody_verifies_their_own_organization(
    client: FlaskClient, session: Session, login: Login, coordinator: Volunteer, own: Organization
) -> None:
    assert refused_as_own(decide(client, login(coordinator), own, "verified"))
    url = f"/v1/organizations/{own.id}"
    assert client.get(url, headers=login(coordinator)).json["status"] == "pending"
    other = make_coordinator(session, "KZ-15")
    assert decide(client, login(other), own, "verified").status_code == 200


def test_what_waits_for_a_coordinator_is_of_others(
    client: FlaskClient, session: Session, login: Login, coordinator: Volunteer, own: Organization
) -> None:
    other = make_coordinator(session, "KZ-15")
    seen = {
        person.id: client.get("/v1/organizations?waiting=true", headers=login(person)).json["items"]
        for person in (coordinator, other)
    }
    assert (seen[coordinator.id], [one["id"] for one in seen[other.id]]) == ([], [str(own.id)])
    told = {row.volunteer_id: row.organizations for row in session.execute(waiting.by_coordinator())}
    assert told == {other.id: 1}


def test_a_new_name_of_ones_own_waits_for_another_coordinator(
    client: FlaskClient, session: Session, login: Login, coordinator: Volunteer
) -> None:
    own = make_organization(session, coordinator)
    url, body = f"/v1/organizations/{own.id}", {"version": 1, "name": {"kk": "Ақтөбе қаласының әкімдігі"}}
    changed = client.patch(url, json=body, headers=login(coordinator))
    assert (changed.status_code, changed.json["name"]) == (200, {"kk": "Таза Ақтөбе"})
    assert changed.json["pending_name"] == body["name"]


def test_a_report_about_ones_own_event_is_for_another_coordinator(
    client: FlaskClient, session: Session, login: Login, coordinator: Volunteer
) -> None:
    event = make_event(session, make_organization(session, coordinator))
    reporter, other = make_volunteer(session), make_coordinator(session, "KZ-15")
    client.post(f"/v1/events/{event.id}/reports", json={"reason": "Алаяқтық"}, headers=login(reporter))
    assert client.get("/v1/reports", headers=login(coordinator)).json["items"] == []
    (report,) = client.get("/v1/reports", headers=login(other)).json["items"]
    told = {row.volunteer_id: row.reports for row in session.execute(waiting.by_coordinator())}
    assert told == {other.id: 1}
    url, body = f"/v1/reports/{report['id']}", {"resolution": "Тексерілді"}
    assert refused_as_own(client.put(url, json=body, headers=login(coordinator)))
    assert client.put(url, json=body, headers=login(other)).status_code == 200


def test_an_event_that_another_coordinator_hid_is_not_shown_by_its_own(
    client: FlaskClient, session: Session, login: Login, coordinator: Volunteer
) -> None:
    event = make_event(session, make_organization(session, coordinator), starts_at=NOW + timedelta(days=1))
    other = make_coordinator(session, "KZ-15")
    reason = {"reason": "Шағым түсті"}
    assert client.post(f"/v1/events/{event.id}/hide", json=reason, headers=login(other)).status_code == 200
    shown = client.post(f"/v1/events/{event.id}/show", json=reason, headers=login(coordinator))
    assert refused_as_own(shown)
    assert client.post(f"/v1/events/{event.id}/show", json=reason, headers=login(other)).status_code == 200


def test_who_left_an_organization_decides_about_it(
    client: FlaskClient, session: Session, login: Login, coordinator: Volunteer, own: Organization
) -> None:
    session.execute(sa.text("DELETE FROM membership WHERE volunteer_id = :id"), {"id": coordinator.id})
    session.commit()
    assert decide(client, login(coordinator), own, "rejected").status_code == 200
