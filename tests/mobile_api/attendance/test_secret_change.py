"""A member who leaves takes the code of the place along no more than to what is running already."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_event, make_member, make_organization, make_volunteer
from tests.mobile_api.phones import Phone

Login = Callable[[Volunteer], dict[str, str]]
FAR = 0.0045
"""Degrees north: 500 m off the meeting point, in doubt without a right code."""


class Leaving:
    """An organization with a member, an event that has begun, one that begins in half an hour, and others."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner, self.member = make_volunteer(session), make_volunteer(session)
        self.organization = make_organization(session, self.owner)
        make_member(session, self.organization, self.member)
        self.running = make_event(session, self.organization)
        self.soon = make_event(session, self.organization, starts_at=NOW + timedelta(minutes=30))
        self.later = make_event(session, self.organization, starts_at=NOW + timedelta(days=3))
        self.draft = make_event(session, self.organization, starts_at=NOW + timedelta(days=4), status="draft")
        self.foreign = make_event(session, starts_at=NOW + timedelta(days=3))

    def leave(self, by: Volunteer | None = None) -> None:
        answer = self.client.delete(
            f"/v1/organizations/{self.organization.id}/members/{self.member.id}",
            headers=self.login(by or self.owner),
        )
        assert answer.status_code == 204

    def secret(self, event: Event) -> str:
        found = self.session.scalar(sa.select(Event.code_secret).where(Event.id == event.id))
        assert found is not None
        return found


@pytest.fixture
def leaving(client: FlaskClient, session: Session, login: Login) -> Leaving:
    return Leaving(client, session, login)


def code_at(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret, digits=6, interval=60).at(at)


def record(phone: Phone, event: Event, at: datetime, code: str) -> dict[str, Any]:
    return phone.record("check_in", event, at, position={"latitude": event.latitude + FAR}, code=code)


@pytest.mark.parametrize("by_oneself", [True, False])
def test_the_secret_of_coming_events_changes(leaving: Leaving, by_oneself: bool) -> None:  # noqa: FBT001
    events = (leaving.running, leaving.soon, leaving.later, leaving.draft, leaving.foreign)
    before = {event.id: leaving.secret(event) for event in events}
    leaving.leave(leaving.member if by_oneself else None)
    changed = {event.id for event in events if leaving.secret(event) != before[event.id]}
    assert changed == {leaving.soon.id, leaving.later.id, leaving.draft.id}
    url = f"/v1/events/{leaving.later.id}/code"
    shown = leaving.client.get(url, headers=leaving.login(leaving.owner)).json
    assert shown["secret"] == leaving.secret(leaving.later)
    assert len(shown["secret"]) == len(before[leaving.later.id])


def test_of_what_may_be_restored_it_changes_too(leaving: Leaving) -> None:
    url, headers = f"/v1/events/{leaving.later.id}", leaving.login(leaving.owner)
    assert leaving.client.post(f"{url}/cancel", json={"reason": "x"}, headers=headers).status_code == 200
    before = leaving.secret(leaving.later)
    leaving.leave()
    assert leaving.client.post(f"{url}/restore", json={}, headers=headers).status_code == 200
    assert leaving.secret(leaving.later) != before


@pytest.mark.parametrize(
    ("before", "role", "changes"),
    [
        ("organizer", "helper", True),
        ("owner", "helper", True),
        ("owner", "organizer", False),
        ("helper", "organizer", False),
    ],
)
def test_who_may_only_help_from_now_on_computes_no_codes(
    leaving: Leaving,
    before: str,
    role: str,
    changes: bool,  # noqa: FBT001 - a case
) -> None:
    url = f"/v1/organizations/{leaving.organization.id}/members/{leaving.member.id}"
    headers = leaving.login(leaving.owner)
    assert leaving.client.put(url, json={"role": before}, headers=headers).status_code == 200
    kept = leaving.secret(leaving.later)
    assert leaving.client.put(url, json={"role": role}, headers=headers).status_code == 200
    assert (leaving.secret(leaving.later) != kept) == changes


@pytest.mark.parametrize("how", ["member", "helper"])
def test_who_is_banned_computes_no_codes(leaving: Leaving, how: str) -> None:
    person, headers = leaving.member, leaving.login(make_coordinator(leaving.session, "*"))
    if how == "helper":
        person = make_volunteer(leaving.session)
        helpers = f"/v1/events/{leaving.later.id}/helpers/{person.id}"
        assert leaving.client.put(helpers, headers=leaving.login(leaving.owner)).status_code == 204
    before = [leaving.secret(event) for event in (leaving.later, leaving.foreign)]
    ban = leaving.client.put(f"/v1/bans/{person.id}", json={"reason": "x"}, headers=headers)
    assert ban.status_code == 200
    assert leaving.secret(leaving.later) != before[0]
    assert leaving.secret(leaving.foreign) == before[1]


def test_no_two_events_get_one_secret(leaving: Leaving) -> None:
    leaving.leave()
    events = (leaving.soon, leaving.later, leaving.draft)
    assert len({leaving.secret(event) for event in events}) == 3


def test_what_was_recorded_before_stays_right(
    leaving: Leaving, make_phone: Callable[..., Phone], clock: FixedClock
) -> None:
    old = leaving.secret(leaving.soon)
    before, after = make_phone(), make_phone()
    kept = record(before, leaving.soon, NOW, code_at(old, NOW))
    clock.move(timedelta(minutes=10))
    leaving.leave()
    clock.move(timedelta(minutes=10))
    (result,) = before.send([kept])
    assert (result["attendance"]["status"], result["attendance"]["evidence"]) == ("counted", "code")
    late = record(after, leaving.soon, clock.now(), code_at(old, clock.now()))
    (result,) = after.send([late])
    assert result["attendance"]["status"] == "review"
    fresh = make_phone()
    right = record(fresh, leaving.soon, clock.now(), code_at(leaving.secret(leaving.soon), clock.now()))
    (result,) = fresh.send([right])
    assert result["attendance"]["status"] == "counted"


def test_an_event_in_progress_goes_on(
    leaving: Leaving, make_phone: Callable[..., Phone], clock: FixedClock
) -> None:
    old = leaving.secret(leaving.running)
    leaving.leave()
    clock.move(timedelta(minutes=10))
    phone = make_phone()
    (result,) = phone.send([record(phone, leaving.running, clock.now(), code_at(old, clock.now()))])
    assert result["attendance"]["status"] == "counted"


def test_suspending_takes_the_codes_away(leaving: Leaving, client: FlaskClient, login: Login) -> None:
    before = leaving.secret(leaving.later)
    url = f"/v1/organizations/{leaving.organization.id}/status"
    headers = login(make_coordinator(leaving.session, "KZ-15"))
    body = {"status": "suspended", "events": "keep"}
    assert client.put(url, json=body, headers=headers).status_code == 200
    assert leaving.secret(leaving.later) != before


def test_another_role_changes_nothing(leaving: Leaving) -> None:
    before = leaving.secret(leaving.later)
    url = f"/v1/organizations/{leaving.organization.id}/members/{leaving.member.id}"
    leaving.client.put(url, json={"role": "owner"}, headers=leaving.login(leaving.owner))
    assert leaving.secret(leaving.later) == before
