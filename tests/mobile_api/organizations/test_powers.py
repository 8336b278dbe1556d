"""What an organization that is not verified (any more) may still do: read its own, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Headcount, Outbox, Volunteer
from tests.conftest import NOW
from tests.makers import (
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)
from tests.mobile_api.events.test_events import event_body

Login = Callable[[Volunteer], dict[str, str]]

UNVERIFIED = ("pending", "rejected", "suspended")
MEMBERS_CALLS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "announce": ("POST", "/v1/events/{event}/announcements", {"text": "спам"}),
    "change": ("PATCH", "/v1/events/{event}", {"version": 1, "title": {"kk": "x"}}),
    "cancel": ("POST", "/v1/events/{event}/cancel", {"reason": "x"}),
    "publish": ("POST", "/v1/events/{draft}/publish", None),
    "code": ("GET", "/v1/events/{event}/code", None),
    "head count": (
        "PUT",
        "/v1/events/{event}/headcounts/01a20b43-da95-76d9-b7ca-338e67a4b6e6",
        {"group": "g", "people": 5_000, "minutes": 60},
    ),
    "take a head count back": (
        "DELETE",
        "/v1/events/{event}/headcounts/01a20b43-da95-76d9-b7ca-338e67a4b6e6",
        None,
    ),
    "correct": ("PUT", "/v1/events/{event}/attendance/{person}", {"present": True, "reason": "x"}),
    "participants": ("GET", "/v1/events/{event}/participants", None),
    "invite": (
        "POST",
        "/v1/organizations/{organization}/invitations",
        {"phone": "+77010009988", "role": "organizer"},
    ),
    "change a role": ("PUT", "/v1/organizations/{organization}/members/{member}", {"role": "owner"}),
    "take a member out": ("DELETE", "/v1/organizations/{organization}/members/{member}", None),
}
OWNERS_CALLS = {"invite", "change a role", "take a member out"}


class Unverified:
    """An organization in a state, with an event, a draft, a member and somebody who goes."""

    def __init__(self, session: Session, state: str) -> None:
        self.owner, self.member, self.person = (make_volunteer(session) for _ in range(3))
        self.organization = make_organization(session, self.owner, status=state)
        make_member(session, self.organization, self.member)
        self.event = make_event(session, self.organization)
        self.draft = make_event(session, self.organization, status="draft", starts_at=NOW + timedelta(days=1))
        make_signup(session, self.event, self.person)

    def path(self, template: str) -> str:
        names = ("organization", "event", "draft", "member", "person")
        return template.format(**{name: getattr(self, name).id for name in names})


@pytest.mark.parametrize("state", UNVERIFIED)
@pytest.mark.parametrize("call", MEMBERS_CALLS)
def test_it_has_no_power(client: FlaskClient, session: Session, login: Login, state: str, call: str) -> None:
    there = Unverified(session, state)
    method, template, body = MEMBERS_CALLS[call]
    before = session.scalar(sa.select(sa.func.count()).select_from(Outbox))
    answer = client.open(there.path(template), method=method, json=body, headers=login(there.owner))
    assert (answer.status_code, answer.json["code"]) == (409, "not-verified")
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == before
    assert session.scalar(sa.select(sa.func.count()).select_from(Headcount)) == 0


@pytest.mark.parametrize(
    "call", sorted(set(MEMBERS_CALLS) - {"invite", "change a role", "take a member out"})
)
def test_nor_have_its_organizers(client: FlaskClient, session: Session, login: Login, call: str) -> None:
    there = Unverified(session, "suspended")
    method, template, body = MEMBERS_CALLS[call]
    answer = client.open(there.path(template), method=method, json=body, headers=login(there.member))
    assert (answer.status_code, answer.json["code"]) == (409, "not-verified")


@pytest.mark.parametrize("state", UNVERIFIED)
def test_it_reads_its_own(client: FlaskClient, session: Session, login: Login, state: str) -> None:
    there = Unverified(session, state)
    headers = login(there.owner)
    shown = client.get(there.path("/v1/organizations/{organization}"), headers=headers)
    assert (shown.status_code, shown.json["status"]) == (200, state)
    for template in (
        "/v1/organizations/{organization}/members",
        "/v1/events/{event}",
        "/v1/events/{draft}",
        "/v1/events/{event}/headcounts",
        "/v1/counts?from=2026-05-01&to=2026-05-31&group_by=event&organization={organization}",
    ):
        assert client.get(there.path(template), headers=headers).status_code == 200, template
    mine = client.get("/v1/events?mine=true", headers=headers).json["items"]
    assert str(there.draft.id) in {event["id"] for event in mine}


@pytest.mark.parametrize("state", UNVERIFIED)
def test_nobody_new_signs_up_there(client: FlaskClient, session: Session, login: Login, state: str) -> None:
    there = Unverified(session, state)
    url = there.path("/v1/events/{event}/signup")
    refused = client.put(url, json={}, headers=login(make_volunteer(session)))
    assert (refused.status_code, refused.json["code"]) == (409, "not-verified")
    # Who goes already may say it again, and may leave; more people may not come.
    headers = login(there.person)
    assert client.put(url, json={}, headers=headers).json["status"] == "going"
    assert client.put(url, json={"companions": 1}, headers=headers).json["code"] == "not-verified"
    there.event.going = 1
    session.flush()
    assert client.delete(url, headers=headers).status_code == 204


def test_a_stranger_is_still_forbidden(client: FlaskClient, session: Session, login: Login) -> None:
    there = Unverified(session, "suspended")
    answer = client.get(there.path("/v1/events/{event}/participants"), headers=login(there.person))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_its_coordinator_sees_who_takes_part_without_phones(
    client: FlaskClient, session: Session, login: Login
) -> None:
    there = Unverified(session, "suspended")
    headers = login(make_coordinator(session, "KZ-15"))
    seen = client.get(there.path("/v1/events/{event}/participants"), headers=headers)
    assert [person["phone"] for person in seen.json["items"]] == [None]


def test_a_coordinator_calls_its_event_off(client: FlaskClient, session: Session, login: Login) -> None:
    there = Unverified(session, "suspended")
    url = there.path("/v1/events/{event}/cancel")
    headers = login(make_coordinator(session, "KZ-15"))
    assert client.post(url, json={"reason": "тоқтатылды"}, headers=headers).json["status"] == "cancelled"
    elsewhere = make_coordinator(session, "KZ-75")
    other = make_event(session, there.organization)
    refused = client.post(f"/v1/events/{other.id}/cancel", json={"reason": "x"}, headers=login(elsewhere))
    assert refused.status_code == 403


def test_a_draft_made_twice_is_given_again_only_while_verified(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    body = event_body(organization.id) | {"id": str(uuid4())}
    assert client.post("/v1/events", json=body, headers=login(owner)).status_code == 201
    organization.status = "suspended"
    session.flush()
    answer = client.post("/v1/events", json=body, headers=login(owner))
    assert (answer.status_code, answer.json["code"]) == (409, "not-verified")


def test_a_suspended_one_says_nothing_new_beside_events_that_were_kept(
    client: FlaskClient, session: Session, login: Login
) -> None:
    """Whom to ask stands with every event of it: another link there is a word to everybody."""
    owner = make_volunteer(session)
    organization = make_organization(session, owner)
    event = make_event(session, organization, starts_at=NOW + timedelta(days=1))
    url = f"/v1/organizations/{organization.id}"

    def put_contact(by: Volunteer, version: int, link: str) -> Any:
        body = {"version": version, "contact": {"link": link}}
        return client.patch(url, json=body, headers=login(by))

    assert put_contact(owner, 1, "https://clean.example").status_code == 200
    coordinator = make_coordinator(session, "KZ-15")
    suspended = {"status": "suspended", "reason": "Шағым", "events": "keep"}
    version = client.put(f"{url}/status", json=suspended, headers=login(coordinator)).json["version"]
    refused = put_contact(owner, version, "https://evil.example")
    assert (refused.status_code, refused.json.get("code")) == (409, "not-verified")
    shown = client.get(f"/v1/events/{event.id}").json
    assert shown["contact"] == {"link": "https://clean.example", "public": False}
    assert put_contact(coordinator, version, "https://other.example").status_code == 200
