"""Check-in and check-out over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mobile_api.attendance.check_ins import AttendanceShown
from service.attendance import check_in
from service.models import Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import AKTOBE, make_coordinator, make_event, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


def presence(clock: FixedClock, **position: Any) -> dict[str, Any]:
    """A check-in or check-out from the event's meeting point."""
    now = clock.now().isoformat()
    place = {"latitude": AKTOBE[0], "longitude": AKTOBE[1], "accuracy_m": 8, "fixed_at": now}
    return {"id": str(uuid4()), "sent_at": now, "installation_id": "phone-1", "position": place | position}


@pytest.fixture
def counts(client: FlaskClient, session: Session, login: Login) -> Callable[[], dict[str, Any]]:
    """The national coordinator's totals."""
    headers = login(make_coordinator(session, "*"))

    def totals() -> dict[str, Any]:
        answer = client.get("/v1/counts?from=2026-05-01&to=2026-05-31&group_by=region", headers=headers)
        assert answer.status_code == 200
        assert answer.json is not None
        found: dict[str, Any] = answer.json["totals"]
        return found

    return totals


def test_a_day_at_an_event(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, counts: Any
) -> None:
    volunteer, event = make_volunteer(session), make_event(session)
    make_signup(session, event, volunteer)
    body = presence(clock)
    came = client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=login(volunteer))
    assert came.status_code == 201
    assert came.json["status"] == "counted"
    assert came.json["id"] == body["id"]
    assert came.json["checked_in_at"] == "2026-05-16T11:00:00+05:00"
    clock.move(timedelta(minutes=90))
    left = client.post(f"/v1/events/{event.id}/check-outs", json=presence(clock), headers=login(volunteer))
    assert (left.status_code, left.json["minutes"]) == (200, 90)
    found = counts()
    assert (found["participations"], found["volunteers"], found["minutes"]) == (1, 1, 90)
    record = client.get("/v1/me/record", headers=login(volunteer)).json
    assert (record["events"], record["minutes"], len(record["items"])) == (1, 90, 1)


def test_a_repeated_check_in_answers_the_same_and_counts_once(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, counts: Any
) -> None:
    volunteer, event, body = make_volunteer(session), make_event(session), presence(clock)
    first = client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=login(volunteer))
    clock.move(timedelta(minutes=1))
    body["sent_at"] = clock.now().isoformat()
    again = client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=login(volunteer))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert counts()["participations"] == 1


def test_the_same_id_with_other_content_is_refused(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    volunteer, event, body = make_volunteer(session), make_event(session), presence(clock)
    client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=login(volunteer))
    body["position"]["accuracy_m"] = 9
    other = client.post(f"/v1/events/{event.id}/check-ins", json=body, headers=login(volunteer))
    assert (other.status_code, other.json["code"]) == (409, "id-reused")
    stranger = client.post(
        f"/v1/events/{event.id}/check-ins", json=body, headers=login(make_volunteer(session))
    )
    assert (stranger.status_code, stranger.json["code"]) == (409, "id-reused")


@pytest.mark.parametrize(("language", "word"), [("kk", "аумағында"), ("ru", "месте"), ("en", "not at")])
def test_from_the_wrong_place(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, language: str, word: str
) -> None:
    event = make_event(session)
    headers = login(make_volunteer(session)) | {"Accept-Language": language}
    answer = client.post(
        f"/v1/events/{event.id}/check-ins", json=presence(clock, latitude=50.31), headers=headers
    )
    assert (answer.status_code, answer.json["code"]) == (409, "outside-area")
    assert answer.json["distance_m"] > 2_000
    assert answer.json["allowed_m"] == 100
    assert word in answer.json["title"]


def test_a_better_fix_settles_a_doubt_and_moves_the_counts(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, counts: Any
) -> None:
    volunteer, event = make_volunteer(session), make_event(session)
    url = f"/v1/events/{event.id}/check-ins"
    first = client.post(url, json=presence(clock, accuracy_m=900), headers=login(volunteer))
    assert (first.json["status"], first.json["reasons"]) == ("review", ["accuracy"])
    assert (counts()["participations"], counts()["in_review"]) == (0, 1)
    better = client.post(url, json=presence(clock), headers=login(volunteer))
    assert (better.json["status"], better.json["id"]) == ("counted", first.json["id"])
    assert (counts()["participations"], counts()["in_review"]) == (1, 0)


@pytest.mark.parametrize(
    ("event_values", "signed_up", "code"),
    [
        ({"status": "cancelled", "cancelled_at": NOW - timedelta(hours=2)}, True, "cancelled"),
        ({"status": "draft"}, True, "not-published"),
        ({"walk_ins": False}, False, "signup-required"),
        ({"min_age": 40}, True, "too-young"),
        ({"starts_at": NOW + timedelta(hours=8)}, True, "too-early"),
        ({"starts_at": NOW - timedelta(hours=10)}, True, "too-late"),
    ],
)
def test_refusals(
    client: FlaskClient,
    session: Session,
    login: Login,
    clock: FixedClock,
    event_values: dict[str, Any],
    signed_up: bool,  # noqa: FBT001 - a test's parameter
    code: str,
) -> None:
    volunteer, event = make_volunteer(session), make_event(session, **event_values)
    if signed_up:
        make_signup(session, event, volunteer)
    answer = client.post(f"/v1/events/{event.id}/check-ins", json=presence(clock), headers=login(volunteer))
    assert (answer.status_code, answer.json["code"]) == (409, code)


def test_check_out_needs_a_check_in(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event = make_event(session)
    answer = client.post(
        f"/v1/events/{event.id}/check-outs", json=presence(clock), headers=login(make_volunteer(session))
    )
    assert (answer.status_code, answer.json["code"]) == (409, "not-checked-in")


@pytest.mark.parametrize(
    "position",
    [
        {"latitude": 9_999},
        {"latitude": "43.2"},
        {"latitude": True},
        {"accuracy_m": -1},
        {"fixed_at": "2026-05-16T11:00:00"},
        {"fixed_at": "2026-05-16T06:02:00+00:00"},
        {"speed": 3},
    ],
)
def test_a_position_that_is_none_is_invalid(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, position: dict[str, Any]
) -> None:
    event = make_event(session)
    answer = client.post(
        f"/v1/events/{event.id}/check-ins",
        json=presence(clock, **position),
        headers=login(make_volunteer(session)),
    )
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert any(field.startswith("position.") for field in answer.json["errors"])


def test_the_document_names_what_is_shown() -> None:
    assert tuple(AttendanceShown._declared_fields) == check_in.Attended._fields
