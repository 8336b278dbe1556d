"""Events that a coordinator hides: out of everybody's sight, not out of their people's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications import audience
from service.models import Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_organization,
    make_signup,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]


def test_hidden_and_shown_again(client: FlaskClient, session: Session, login: Login) -> None:
    event = make_event(session, starts_at=NOW + timedelta(days=1), going=1)
    goer, withdrawn, stranger = (make_volunteer(session) for _ in range(3))
    make_signup(session, event, goer)
    make_signup(session, event, withdrawn, status="cancelled")
    url, headers = f"/v1/events/{event.id}", login(make_coordinator(session, "KZ-15"))
    for _ in range(2):
        hidden = client.post(f"{url}/hide", json={"reason": "шағым"}, headers=headers)
        assert (hidden.status_code, hidden.json["hidden"], hidden.json["hidden_reason"]) == (
            200,
            True,
            "шағым",
        )
    assert client.get("/v1/events").json["items"] == []
    assert client.get("/v1/events?near=50.2839,57.167").json["items"] == []
    assert client.get(f"/v1/events?organization={event.organization_id}").json["items"] == []
    assert client.get(url).status_code == 404
    for one in (withdrawn, stranger):
        assert client.get(url, headers=login(one)).status_code == 404
        assert client.put(f"{url}/signup", json={}, headers=login(one)).status_code == 404
        assert client.post(f"{url}/reports", json={"reason": "x"}, headers=login(one)).status_code == 404
    assert client.get(url, headers=login(goer)).json["hidden"] is True
    shown = client.post(f"{url}/show", json={"reason": "тексерілді"}, headers=headers)
    assert (shown.status_code, shown.json["hidden"]) == (200, False)
    assert "hidden_reason" not in client.get(url).json
    assert len(client.get("/v1/events").json["items"]) == 1
    kinds = session.scalars(sa.select(Outbox.kind).order_by(Outbox.created_at, Outbox.id)).all()
    assert kinds == ["event_hidden", "event_shown"]


def test_who_was_there_still_sees_it(client: FlaskClient, session: Session, login: Login) -> None:
    event, person = make_event(session), make_volunteer(session)
    make_attendance(session, event, person)
    coordinator = login(make_coordinator(session, "*"))
    client.post(f"/v1/events/{event.id}/hide", json={"reason": "x"}, headers=coordinator)
    assert client.get(f"/v1/events/{event.id}", headers=login(person)).json["hidden"] is True
    item = client.get("/v1/me/record", headers=login(person)).json["items"][0]
    assert item["event"]["id"] == str(event.id)


def test_only_its_coordinator_hides(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner))
    draft = make_event(session, status="draft")
    body = {"reason": "x"}
    for one in (owner, make_volunteer(session), make_coordinator(session, "KZ-75")):
        for what in ("hide", "show"):
            answer = client.post(f"/v1/events/{event.id}/{what}", json=body, headers=login(one))
            assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    coordinator = login(make_coordinator(session, "KZ-15"))
    unpublished = client.post(f"/v1/events/{draft.id}/hide", json=body, headers=coordinator)
    assert (unpublished.status_code, unpublished.json["code"]) == (409, "not-published")
    assert client.post(f"/v1/events/{event.id}/hide", json={}, headers=coordinator).status_code == 422


def test_what_a_coordinator_hid_stays_hidden_when_its_organization_is_verified_again(
    client: FlaskClient, session: Session, login: Login
) -> None:
    organization = make_organization(session)
    event = make_event(session, organization, starts_at=NOW + timedelta(days=1))
    headers = login(make_coordinator(session, "KZ-15"))
    client.post(f"/v1/events/{event.id}/hide", json={"reason": "x"}, headers=headers)
    for status in ("suspended", "verified"):
        url = f"/v1/organizations/{organization.id}/status"
        assert client.put(url, json={"status": status}, headers=headers).status_code == 200
    assert client.get(f"/v1/events/{event.id}").status_code == 404


@pytest.mark.parametrize("hidden", [False, True])
def test_neighbours_hear_of_no_hidden_event(session: Session, hidden: bool) -> None:  # noqa: FBT001 - a case
    changes: dict[str, Any] = {"hidden_by": "coordinator"} if hidden else {}
    event = make_event(session, starts_at=NOW + timedelta(days=1), **changes)
    make_volunteer(session, home_cell=604066299995226111)
    facts = {"starts_at": event.starts_at.isoformat(), "zone": event.zone, "title": event.title}
    entry = Outbox(kind="nearby_event", facts=facts, event_id=event.id, created_at=NOW)
    session.add(entry)
    session.flush()
    told = session.execute(audience.recipients(session, entry)).all()
    assert len(told) == (0 if hidden else 1)
