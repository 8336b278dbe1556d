"""What freezes of an event: place, area and day with who was there first, the rest an hour after its end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.clock import FixedClock
from tests.makers import make_attendance, make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


class Stage:
    """An event that its organizer changes: in Almaty's zone, from 10:00 to 13:00 of 16 May."""

    def __init__(self, client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> None:
        self.client, self.session, self.login, self.clock = client, session, login, clock
        self.owner = make_volunteer(session)
        self.organization = make_organization(session, self.owner)
        self.hold(local(10), local(13))

    def hold(self, starts_at: datetime, ends_at: datetime) -> None:
        self.event = make_event(self.session, self.organization, starts_at=starts_at, ends_at=ends_at)
        self.url = f"/v1/events/{self.event.id}"

    def somebody_comes(self) -> None:
        make_attendance(self.session, self.event, make_volunteer(self.session))

    def change(self, **changes: Any) -> Any:
        headers = self.login(self.owner)
        version = self.client.get(self.url, headers=headers).json["version"]
        plain = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in changes.items()
        }
        return self.client.patch(self.url, json={"version": version} | plain, headers=headers)

    def outcome(self, **changes: Any) -> Any:
        answer = self.change(**changes)
        return answer.json.get("code", answer.status_code)

    def count_group(self, headcount_id: str) -> Any:
        body = {"group": "7 «А»", "people": 20, "minutes": 60}
        url = f"{self.url}/headcounts/{headcount_id}"
        return self.client.put(url, json=body, headers=self.login(self.owner))


def local(hour: int, minute: int = 0, day: int = 16) -> datetime:
    """A moment of May in Almaty, five hours ahead of UTC."""
    return datetime(2026, 5, day, tzinfo=UTC) + timedelta(hours=hour - 5, minutes=minute)


@pytest.fixture
def stage(client: FlaskClient, session: Session, login: Login, clock: FixedClock) -> Stage:
    return Stage(client, session, login, clock)


@pytest.mark.parametrize("was_there", [True, False])
def test_the_end_moves_until_an_hour_after_it(stage: Stage, *, was_there: bool) -> None:
    if was_there:
        stage.somebody_comes()
    stage.clock.at = local(14)
    assert stage.outcome(ends_at=local(13, 30)) == 200
    stage.clock.at = local(14, 31)
    assert stage.outcome(ends_at=local(15)) == "already-over"


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": local(10, day=17)},
        {"starts_at": local(9)},
        {"starts_at": local(10, day=30), "ends_at": local(13, day=30)},
        {"zone": "Asia/Aqtau"},
        {"meeting_point": {"latitude": 50.29, "longitude": 57.17}},
        {"area": {"type": "circle", "radius_m": 5000}},
        {"capacity": 5},
        {"min_age": 18},
        {"hazard": True},
        {"walk_ins": False},
    ],
)
def test_three_days_later_nothing_moves_that_presence_or_places_hang_on(
    stage: Stage, changes: dict[str, Any]
) -> None:
    stage.clock.at = local(10, day=19)
    assert stage.outcome(**changes) == "already-over"


def test_its_texts_can_be_mended_for_ever(stage: Stage) -> None:
    stage.clock.at = local(10, day=19)
    texts = {
        "title": {"kk": "Жаңа"},
        "description": {"ru": "Спасибо"},
        "address": "Елек",
        "bring": ["қолғап"],
    }
    assert stage.outcome(**texts) == 200


def test_an_end_that_lies_more_than_an_hour_back_is_refused(stage: Stage) -> None:
    stage.clock.at = local(12, 30)
    assert stage.outcome(ends_at=local(11)) == "already-over"
    assert stage.outcome(ends_at=local(12)) == 200


@pytest.mark.parametrize(
    ("ends_at", "outcome"),
    [
        (local(23, 59), 200),
        (local(24), 200),
        (local(11), 200),
        (local(24, 1), "already-started"),
        (local(9, day=17), "already-started"),
    ],
)
def test_once_somebody_was_there_the_end_stays_in_its_day(
    stage: Stage, ends_at: datetime, outcome: Any
) -> None:
    stage.somebody_comes()
    stage.clock.at = local(10, 30)
    assert stage.outcome(ends_at=ends_at) == outcome


def test_a_night_events_end_moves_in_the_day_of_its_end(stage: Stage) -> None:
    stage.hold(local(22), local(3, day=17))
    stage.somebody_comes()
    assert stage.outcome(ends_at=local(23)) == "already-started"
    assert stage.outcome(ends_at=local(5, day=17)) == 200
    answer = stage.change(ends_at=local(22, 1, day=17))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["ends_at"])


def test_an_end_at_midnight_is_that_of_the_day_before(stage: Stage) -> None:
    stage.hold(local(20), local(24))
    stage.somebody_comes()
    assert stage.outcome(ends_at=local(24, 30)) == "already-started"
    assert stage.outcome(ends_at=local(22)) == 200


def test_before_anybody_came_an_event_may_move_to_another_day(stage: Stage) -> None:
    assert stage.outcome(starts_at=local(10, day=20), ends_at=local(13, day=20)) == 200


FROZEN = [
    {"meeting_point": {"latitude": 50.284, "longitude": 57.168}},
    {"area": {"type": "circle", "radius_m": 200}},
    {"starts_at": local(10, day=17), "ends_at": local(13, day=17)},
]


@pytest.mark.parametrize("changes", FROZEN)
def test_a_group_that_was_there_freezes_place_area_and_day(stage: Stage, changes: dict[str, Any]) -> None:
    stage.clock.at = local(11)
    group = str(uuid4())
    assert stage.count_group(group).status_code in (200, 201)
    assert stage.outcome(**changes) == "already-started"
    taken_back = stage.client.delete(f"{stage.url}/headcounts/{group}", headers=stage.login(stage.owner))
    assert taken_back.status_code == 204
    assert stage.outcome(**changes) == 200


@pytest.mark.parametrize("changes", FROZEN)
def test_people_freeze_them_as_ever(stage: Stage, changes: dict[str, Any]) -> None:
    stage.somebody_comes()
    assert stage.outcome(**changes) == "already-started"


def test_a_draft_of_last_week_may_still_be_planned(stage: Stage) -> None:
    stage.event.status = "draft"
    stage.session.flush()
    stage.clock.at = local(10, day=25)
    assert stage.outcome(starts_at=local(10, day=30), ends_at=local(13, day=30)) == 200


def test_the_refusal_says_until_when(stage: Stage) -> None:
    stage.clock.at = local(10, day=19)
    answer = stage.change(ends_at=local(15))
    assert answer.json["closed_at"] == "2026-05-16T14:00:00+05:00"
    assert "14:00" in answer.json["detail"]
