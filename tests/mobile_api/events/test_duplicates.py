"""A copy of an event on another day: its whole plan, nothing of what happened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_attendance,
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]
NEXT_WEEK = NOW + timedelta(days=7)

PLAN: dict[str, Any] = {
    "title": {"kk": "Елек жағалауы", "ru": "Берег Илека", "en": "Ilek"},
    "description": {"kk": "Қолғап беріледі"},
    "kind": "water_body",
    "zone": "Asia/Aqtobe",
    "address_names": {"kk": "Ақтөбе, саябақ", "ru": "Актобе, парк"},
    "area": {"type": "circle", "radius_m": 300},
    "capacity": 30,
    "min_age": 16,
    "hazard": True,
    "accessible": True,
    "walk_ins": False,
    "bring": ["су", "қолғап"],
    "contact": {"name": "Штаб", "link": "https://example.kz"},
}


class Organizer:
    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.person = make_volunteer(session)
        self.organization = make_organization(session, self.person)

    def post(self, path: str, body: Any = None, by: Volunteer | None = None) -> Any:
        return self.client.post(f"/v1/events{path}", json=body, headers=self.login(by or self.person))

    def makes(self, **changes: Any) -> dict[str, Any]:
        body = event_body(self.organization.id, **changes)
        if "address_names" in changes:
            del body["address"]
        made = self.post("", body)
        assert made.status_code == 201, made.json
        return dict(made.json)

    def copies(self, event_id: Any, by: Volunteer | None = None, **said: Any) -> Any:
        return self.post(f"/{event_id}/duplicate", {"starts_at": NEXT_WEEK.isoformat()} | said, by)


@pytest.fixture
def organizer(client: FlaskClient, session: Session, login: Login) -> Organizer:
    return Organizer(client, session, login)


def test_all_of_the_plan_is_copied(organizer: Organizer) -> None:
    source = organizer.makes(**PLAN)
    organizer.post(f"/{source['id']}/publish")
    copied = organizer.copies(source["id"])
    assert copied.status_code == 201
    other = {"id", "starts_at", "ends_at", "status", "version", "url"}
    assert {name: value for name, value in copied.json.items() if name not in other} == {
        name: value for name, value in source.items() if name not in other
    }
    assert copied.json["contact"] == {"name": "Штаб", "link": "https://example.kz", "public": False}
    assert (copied.json["status"], copied.json["version"]) == ("draft", 1)
    assert (copied.json["starts_at"], copied.json["ends_at"]) == (
        "2026-05-23T11:00:00+05:00",
        "2026-05-23T14:00:00+05:00",
    )


def test_nothing_of_what_happened_is_copied(organizer: Organizer, session: Session) -> None:
    event = make_event(
        session, organizer.organization, going=1, waitlisted=1, capacity=1, created_by=organizer.person.id
    )
    make_signup(session, event, make_volunteer(session))
    make_attendance(session, event, make_volunteer(session))
    groups = f"/v1/events/{event.id}/headcounts/{uuid4()}"
    headers = organizer.login(organizer.person)
    organizer.client.put(groups, json={"group": "7 «А»", "expected": 25}, headers=headers)
    event.status, event.cancel_reason = "cancelled", "Дауыл"
    event.cancelled_at, event.hidden_by, event.hidden_reason = NOW, "coordinator", "?"
    session.flush()
    copied = organizer.copies(event.id).json
    assert (copied["going"], copied["waitlisted"], copied["present"], copied["result"]) == (0, 0, 0, None)
    assert (copied["status"], copied["hidden"], copied["cancel_reason"]) == ("draft", False, None)
    assert copied["expected_groups"] == []
    secrets = session.scalars(sa.select(Event.code_secret)).all()
    assert len(set(secrets)) == 2


def test_the_same_id_is_one_copy_also_after_the_source_changed(
    organizer: Organizer, session: Session
) -> None:
    source, id_ = organizer.makes(), str(uuid4())
    first = organizer.copies(source["id"], id=id_)
    url, headers = f"/v1/events/{source['id']}", organizer.login(organizer.person)
    organizer.client.patch(url, json={"version": 1, "capacity": 5}, headers=headers)
    again = organizer.copies(source["id"], id=id_)
    assert (again.status_code, again.json) == (201, first.json)
    other = organizer.copies(source["id"], id=id_, starts_at=NOW.isoformat())
    assert (other.status_code, other.json["code"]) == (409, "id-reused")
    taken = organizer.copies(source["id"], id=source["id"])
    assert (taken.status_code, taken.json["code"]) == (409, "id-reused")
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 2


def test_only_its_organizers_copy_an_event(organizer: Organizer, session: Session) -> None:
    source = organizer.makes()
    stranger, owner = make_volunteer(session), make_volunteer(session)
    make_organization(session, owner)
    assert organizer.copies(source["id"], stranger).status_code == 404
    organizer.post(f"/{source['id']}/publish")
    helper = make_volunteer(session)
    make_member(session, organizer.organization, helper, role="helper")
    for other in (stranger, owner, helper, make_coordinator(session)):
        assert organizer.copies(source["id"], other).status_code == 403
    organizer.organization.status = "suspended"
    session.flush()
    assert organizer.copies(source["id"]).json["code"] == "not-verified"


def test_a_district_that_a_coordinator_set_by_hand_refuses_no_copy(
    organizer: Organizer, session: Session
) -> None:
    event = make_event(session, organizer.organization, district_code="151010000", district_by_hand=True)
    assert organizer.copies(event.id).status_code == 201


def test_a_bad_body_is_explained(organizer: Organizer) -> None:
    source = organizer.makes()
    for body, field in (
        ({}, "starts_at"),
        ({"starts_at": "2026-05-23T11:00:00"}, "starts_at"),
        ({"starts_at": NEXT_WEEK.isoformat(), "ends_at": NEXT_WEEK.isoformat()}, "ends_at"),
    ):
        answer = organizer.post(f"/{source['id']}/duplicate", body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
