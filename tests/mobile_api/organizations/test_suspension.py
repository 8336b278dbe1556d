"""What becomes of an organization that a coordinator stops or asks, and of its events and their people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.messages import words
from notifications.samples import SAMPLES
from notifications.words import LOCALES
from service.models import Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import (
    make_coordinator,
    make_event,
    make_member,
    make_organization,
    make_signup,
    make_volunteer,
)

Login = Callable[[Volunteer], dict[str, str]]


class Verified:
    """A verified organization with a coming event, a past one, a draft, and somebody who goes."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner, self.goer, self.stranger = (make_volunteer(session) for _ in range(3))
        self.coordinator = make_coordinator(session, "KZ-15")
        self.organization = make_organization(session, self.owner)
        self.coming = make_event(session, self.organization, starts_at=NOW + timedelta(days=1), going=1)
        self.past = make_event(session, self.organization, starts_at=NOW - timedelta(days=1))
        self.draft = make_event(session, self.organization, starts_at=NOW + timedelta(days=2), status="draft")
        make_signup(session, self.coming, self.goer)

    def put_status(self, status: str, by: Volunteer | None = None, **more: Any) -> Any:
        return self.client.put(
            f"/v1/organizations/{self.organization.id}/status",
            json={"status": status, "reason": "себебі"} | more,
            headers=self.login(by or self.coordinator),
        )

    def listed(self) -> set[str]:
        found: list[dict[str, Any]] = []
        for query in ("from=2026-05-01&to=2026-06-01", "near=50.2839,57.167&from=2026-05-01&to=2026-06-01"):
            found += self.client.get(f"/v1/events?{query}").json["items"]
        return {event["id"] for event in found}

    def event(self, by: Volunteer | None = None) -> Any:
        return self.client.get(f"/v1/events/{self.coming.id}", headers=self.login(by) if by else {})

    def sign_up(self, by: Volunteer) -> Any:
        return self.client.put(f"/v1/events/{self.coming.id}/signup", json={}, headers=self.login(by))

    def owed(self, kind: str) -> list[Any]:
        query = sa.select(Outbox.event_id).where(Outbox.kind == kind).order_by(Outbox.id)
        return list(self.session.scalars(query))


@pytest.fixture
def verified(client: FlaskClient, session: Session, login: Login) -> Verified:
    return Verified(client, session, login)


def test_its_coming_events_are_hidden_when_nothing_is_said(verified: Verified) -> None:
    assert verified.event().json["hidden"] is False
    assert verified.put_status("suspended").status_code == 200
    assert verified.listed() == {str(verified.past.id)}
    assert verified.event().status_code == 404
    assert verified.event(verified.stranger).status_code == 404
    assert verified.sign_up(verified.stranger).status_code in (404, 409)
    for one in (verified.goer, verified.owner, verified.coordinator):
        shown = verified.event(one)
        assert (shown.status_code, shown.json["hidden"]) == (200, True)
    signups = verified.client.get("/v1/me/signups", headers=verified.login(verified.goer)).json["items"]
    assert [item["event"]["hidden"] for item in signups] == [True]
    assert verified.owed("event_hidden") == [verified.coming.id]


@pytest.mark.parametrize("events", ["hide", None])
def test_verified_again_they_come_back(verified: Verified, events: str | None) -> None:
    verified.put_status("suspended", **({"events": events} if events else {}))
    assert verified.put_status("verified").status_code == 200
    assert str(verified.coming.id) in verified.listed()
    assert verified.event().json["hidden"] is False
    assert verified.sign_up(verified.stranger).json["status"] == "going"
    assert verified.owed("event_shown") == [verified.coming.id]


def test_called_off_while_out_of_sight_and_restored_it_is_seen_again(verified: Verified) -> None:
    verified.put_status("suspended")
    verified.put_status("suspended", events="cancel")
    verified.put_status("verified")
    url, headers = f"/v1/events/{verified.coming.id}/restore", verified.login(verified.coordinator)
    assert verified.client.post(url, json={}, headers=headers).json["status"] == "published"
    shown = verified.event()
    assert (shown.status_code, shown.json["hidden"]) == (200, False)
    assert str(verified.coming.id) in verified.listed()


def test_what_ended_out_of_sight_is_seen_again_and_nobody_is_told(
    verified: Verified, clock: FixedClock
) -> None:
    verified.put_status("suspended")
    clock.move(timedelta(days=3))
    verified.put_status("verified")
    shown = verified.event()
    assert (shown.status_code, shown.json["hidden"]) == (200, False)
    assert verified.owed("event_shown") == []


def test_kept_events_stay_visible_and_take_nobody_new(verified: Verified) -> None:
    assert verified.put_status("suspended", events="keep").status_code == 200
    assert str(verified.coming.id) in verified.listed()
    assert verified.event().json["hidden"] is False
    refused = verified.sign_up(verified.stranger)
    assert (refused.status_code, refused.json["code"]) == (409, "not-verified")
    assert verified.owed("event_hidden") == []


def test_cancelled_events_tell_their_people(verified: Verified) -> None:
    assert verified.put_status("suspended", events="cancel").status_code == 200
    assert verified.event().json["status"] == "cancelled"
    assert verified.owed("event_cancelled") == [verified.coming.id]
    facts = verified.session.scalars(sa.select(Outbox.facts).where(Outbox.kind == "event_cancelled")).one()
    # Why the organization was stopped is its own business.
    assert "себебі" not in str(facts)
    drafts = verified.client.get(f"/v1/events/{verified.draft.id}", headers=verified.login(verified.owner))
    assert drafts.json["status"] == "draft"
    past = verified.client.get(f"/v1/events/{verified.past.id}")
    assert past.json["status"] == "published"
    assert verified.sign_up(verified.stranger).json["code"] == "cancelled"


def test_a_coordinator_may_say_otherwise_later(verified: Verified) -> None:
    verified.put_status("suspended")
    verified.put_status("suspended", events="keep")
    assert str(verified.coming.id) in verified.listed()
    verified.put_status("suspended", events="cancel")
    assert verified.event().json["status"] == "cancelled"


def test_another_reason_alone_hides_nothing_anew(verified: Verified) -> None:
    verified.put_status("suspended", events="keep")
    assert verified.put_status("suspended", reason="басқа").status_code == 200
    assert str(verified.coming.id) in verified.listed()


@pytest.mark.parametrize("status", ["rejected", "asked"])
def test_whatever_ends_verification_hides(verified: Verified, status: str) -> None:
    more = {"question": "БСН қайда?"} if status == "asked" else {}
    assert verified.put_status(status, **more).status_code == 200
    assert str(verified.coming.id) not in verified.listed()


def test_another_organization_is_left_alone(verified: Verified) -> None:
    other = make_event(verified.session, starts_at=NOW + timedelta(days=1))
    verified.put_status("suspended", events="cancel")
    assert verified.client.get(f"/v1/events/{other.id}").json["status"] == "published"


def test_a_question_is_answered_once(verified: Verified) -> None:
    organization = make_organization(verified.session, verified.owner, status="pending")
    url = f"/v1/organizations/{organization.id}"
    headers, asker = verified.login(verified.owner), verified.login(verified.coordinator)
    answer = {"id": str(uuid4()), "text": "Міне, БСН"}
    early = verified.client.post(f"{url}/answer", json=answer, headers=headers)
    assert (early.status_code, early.json["code"]) == (409, "already-decided")
    asked = verified.client.put(
        f"{url}/status", json={"status": "asked", "question": "БСН қайда?"}, headers=asker
    )
    assert (asked.status_code, asked.json["status"], asked.json["question"]) == (200, "asked", "БСН қайда?")
    assert verified.client.get(url, headers=headers).json["question"] == "БСН қайда?"
    for _ in range(2):
        assert verified.client.post(f"{url}/answer", json=answer, headers=headers).status_code == 202
    other = verified.client.post(f"{url}/answer", json=answer | {"text": "басқа"}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "id-reused")
    again = verified.client.post(f"{url}/answer", json={"id": str(uuid4()), "text": "x"}, headers=headers)
    assert again.json["code"] == "already-decided"
    assert len(verified.owed("organization_answered")) == 1
    seen = verified.client.get(url, headers=asker).json
    assert (seen["question"], seen["answer"]) == ("БСН қайда?", "Міне, БСН")
    waiting = verified.client.get("/v1/organizations?status=pending", headers=asker).json["items"]
    assert str(organization.id) in {one["id"] for one in waiting}


def test_only_its_owner_answers(verified: Verified) -> None:
    organization = make_organization(verified.session, verified.owner, status="asked")
    make_member(verified.session, organization, verified.goer)
    url = f"/v1/organizations/{organization.id}/answer"
    body = {"id": str(uuid4()), "text": "x"}
    for one, status in ((verified.goer, 403), (verified.coordinator, 403), (verified.stranger, 404)):
        assert verified.client.post(url, json=body, headers=verified.login(one)).status_code == status


@pytest.mark.parametrize(
    ("status", "more", "field"),
    [
        ("asked", {}, "question"),
        ("verified", {"question": "неге?"}, "question"),
        ("verified", {"events": "hide"}, "events"),
        ("suspended", {"events": "burn"}, "events"),
        ("pending", {}, "status"),
    ],
)
def test_what_does_not_go_together(verified: Verified, status: str, more: Any, field: str) -> None:
    answer = verified.put_status(status, **more)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_why_is_for_its_members_and_coordinators(verified: Verified) -> None:
    verified.put_status("asked", question="БСН қайда?")
    verified.put_status("verified")
    url = f"/v1/organizations/{verified.organization.id}"
    shown: Any = verified.client.get(url, headers=verified.login(verified.stranger)).json
    assert {shown.get(name) for name in ("reason", "question", "answer")} == {None}
    own: Any = verified.client.get(url, headers=verified.login(verified.owner)).json
    assert own["reason"] == "себебі"


def test_its_own_list_still_shows_what_is_hidden(verified: Verified) -> None:
    verified.put_status("suspended")
    mine = verified.client.get("/v1/events?mine=true", headers=verified.login(verified.owner)).json["items"]
    assert {event["id"]: event["hidden"] for event in mine}[str(verified.coming.id)] is True


@pytest.mark.parametrize("locale", LOCALES)
def test_no_push_about_a_decision_names_the_organization(locale: str) -> None:
    for facts in SAMPLES["organization_decided"] + SAMPLES["organization_answered"]:
        kind = "organization_decided" if "status" in facts else "organization_answered"
        said = " ".join(words(kind, facts, locale))
        assert not any(name in said for name in facts.get("organization", {}).values())


def test_a_decision_that_changes_its_mind_is_told_once(verified: Verified) -> None:
    for status in ("suspended", "verified", "suspended"):
        verified.put_status(status)
    query = sa.select(Outbox.facts["status"].astext).where(Outbox.kind == "organization_decided")
    assert list(verified.session.scalars(query)) == ["suspended"]
