"""A draft is its staff's own, called off as well: for everybody else there is no such event."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.mobile_api.attendance.test_check_ins import presence
from tests.mobile_api.phones import Phone, outcomes

Login = Callable[[Volunteer], dict[str, str]]


class Stage:
    def __init__(self, client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> None:
        self.client, self.session, self.login, self.clock = client, session, login, clock
        self.owner, self.stranger = make_volunteer(session), make_volunteer(session)
        self.event: Event = make_event(session, make_organization(session, self.owner), status="draft")
        self.url = f"/v1/events/{self.event.id}"

    def call_off(self) -> None:
        answer = self.client.post(self.url + "/cancel", json={"reason": "x"}, headers=self.login(self.owner))
        assert answer.json["status"] == "cancelled"

    def answers(self, by: Volunteer) -> list[tuple[str, int]]:
        """Each call about an event, made by somebody."""
        headers = self.login(by)
        calls: list[tuple[str, str, Any]] = [
            ("GET", "", None),
            ("GET", "/participants", None),
            ("GET", "/code", None),
            ("GET", "/headcounts", None),
            ("PUT", "/signup", {}),
            ("DELETE", "/signup", None),
            ("POST", "/check-ins", presence(self.clock)),
            ("POST", "/check-outs", presence(self.clock)),
            ("POST", "/reports", {"reason": "x"}),
            ("POST", "/announcements", {"text": "x"}),
            ("PUT", f"/headcounts/{uuid4()}", {"group": "x", "people": 2, "minutes": 10}),
        ]
        return [
            (
                f"{method} {path}",
                self.client.open(self.url + path, method=method, json=body, headers=headers).status_code,
            )
            for method, path, body in calls
        ]


@pytest.fixture
def stage(client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> Stage:
    return Stage(client, session, login, clock)


@pytest.mark.parametrize("called_off", [False, True])
def test_strangers_find_nothing_of_a_draft(stage: Stage, *, called_off: bool) -> None:
    if called_off:
        stage.call_off()
    assert stage.client.get(stage.url).status_code == 404
    assert {status for _, status in stage.answers(stage.stranger)} == {404}


def test_its_staff_see_that_it_was_called_off(stage: Stage) -> None:
    stage.call_off()
    for person in (stage.owner, make_coordinator(stage.session, "KZ-15")):
        shown = stage.client.get(stage.url, headers=stage.login(person)).json
        assert shown["status"] == "cancelled"


def test_no_list_shows_a_draft_that_was_called_off(stage: Stage) -> None:
    stage.call_off()
    for query in ("", "?status=cancelled", "?status=cancelled&near=50.28,57.16"):
        assert stage.client.get(f"/v1/events{query}").json["items"] == []
    mine = stage.client.get("/v1/events?mine=true", headers=stage.login(stage.owner)).json["items"]
    assert [item["id"] for item in mine] == [str(stage.event.id)]


def test_what_was_published_is_seen_when_it_is_called_off(stage: Stage) -> None:
    stage.client.post(stage.url + "/publish", headers=stage.login(stage.owner))
    stage.call_off()
    assert stage.client.get(stage.url).json["status"] == "cancelled"
    listed = stage.client.get("/v1/events?status=cancelled").json["items"]
    assert [item["id"] for item in listed] == [str(stage.event.id)]
    answer = stage.client.put(f"{stage.url}/signup", json={}, headers=stage.login(stage.stranger))
    assert answer.json["code"] == "cancelled"


@pytest.mark.parametrize("called_off", [False, True])
def test_kept_records_of_somebodys_draft_tell_nothing(
    stage: Stage, make_phone: Callable[..., Phone], *, called_off: bool
) -> None:
    if called_off:
        stage.call_off()
    phone = make_phone()
    record = phone.record("check_in", stage.event, stage.clock.now())
    elsewhere = record | {"id": str(uuid4()), "event_id": str(uuid4())}
    assert outcomes(phone.send([record, elsewhere])) == ["not-found", "not-found"]


def test_members_are_told_that_it_is_not_published(stage: Stage) -> None:
    answer = stage.client.post(
        stage.url + "/check-ins", json=presence(stage.clock), headers=stage.login(stage.owner)
    )
    assert (answer.status_code, answer.json["code"]) == (409, "not-published")


def test_no_kept_record_counts_at_a_draft_that_was_called_off_in_its_hours(stage: Stage) -> None:
    phone = Phone(stage.client, stage.clock, stage.login(stage.owner))
    kept = phone.record("check_in", stage.event, stage.clock.now())
    stage.clock.move(timedelta(minutes=30))
    stage.call_off()
    assert outcomes(phone.send([kept])) == ["not-published"]


def test_nothing_is_said_of_a_draft_that_was_called_off_in_its_hours(stage: Stage) -> None:
    tick = {"id": str(uuid4()), "present": True, "captured_at": stage.clock.now().isoformat()}
    stage.clock.move(timedelta(minutes=30))
    stage.call_off()
    headers, person = stage.login(stage.owner), str(stage.stranger.id)
    calls: list[tuple[str, dict[str, Any]]] = [
        (f"/attendance/{person}", {"present": True, "reason": "x"}),
        (f"/headcounts/{uuid4()}", {"group": "x", "people": 2_000, "minutes": 10}),
        ("/result", {"version": 0, "trees": 5}),
    ]
    for path, body in calls:
        answer = stage.client.put(stage.url + path, json=body, headers=headers)
        assert (path, answer.json["code"]) == (path, "not-published")
    body = {"sent_at": stage.clock.now().isoformat(), "records": [tick | {"volunteer_id": person}]}
    listed = stage.client.post(stage.url + "/attendance", json=body, headers=headers).json
    assert outcomes(listed["results"]) == ["not-published"]


def test_nobody_is_asked_what_came_of_a_draft_that_was_called_off_in_its_hours(stage: Stage) -> None:
    stage.clock.move(timedelta(minutes=30))
    stage.call_off()
    stage.clock.move(timedelta(hours=3))
    answer = stage.client.post(
        "/v1/events/remind-results",
        json={"ids": [str(stage.event.id)]},
        headers=stage.login(make_coordinator(stage.session, "KZ-15")),
    )
    assert [one["outcome"] for one in answer.json["results"]] == ["not-due"]
