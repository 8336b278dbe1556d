"""Times in refusals are those of the event's own zone, in the facts and in the words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_volunteer
from tests.mobile_api.phones import Phone

Login = Callable[[Volunteer], dict[str, str]]
ZONE, OFFSET = "Asia/Tokyo", "+09:00"
"""An event of the movement's friends: four hours from the country's own time."""

DAY = timedelta(days=1)
CALLED_OFF = {"status": "cancelled", "cancelled_at": NOW - timedelta(hours=2), "cancel_reason": "дауыл"}


@pytest.fixture
def held(session: Session, owner: Volunteer) -> Callable[..., Event]:
    """An event of the owner's organization, in that zone."""
    organization = make_organization(session, owner)
    return lambda **values: make_event(session, organization, zone=ZONE, **values)


def assert_in_zone(problem: dict[str, Any], code: str, **fact: datetime) -> None:
    """The one fact, as the event's clocks show it, in the document and in the sentence."""
    assert problem["code"] == code
    ((name, at),) = fact.items()
    assert problem[name].endswith(OFFSET), problem[name]
    assert datetime.fromisoformat(problem[name]) == at
    words = format_datetime(at, "HH:mm", tzinfo=ZoneInfo(ZONE), locale="en")
    assert words in problem["detail"]


def check(phone: Phone, event: Event, kind: str, *, live: bool) -> dict[str, Any]:
    """The refusal of a check-in or check-out of now."""
    phone.headers["Accept-Language"] = "en"
    record = phone.record(kind, event, NOW)
    if live:
        found: dict[str, Any] = phone.send_live(record).json
        return found
    (result,) = phone.send([record], "en")
    problem: dict[str, Any] = result["problem"]
    return problem


@pytest.mark.parametrize("live", [True, False])
def test_of_a_check_in(phone: Phone, held: Callable[..., Event], *, live: bool) -> None:
    soon = held(starts_at=NOW + timedelta(hours=8))
    problem = check(phone, soon, "check_in", live=live)
    assert_in_zone(problem, "too-early", opens_at=soon.starts_at - timedelta(hours=1))
    past = held(starts_at=NOW - timedelta(hours=12))
    problem = check(phone, past, "check_out", live=live)
    assert_in_zone(problem, "too-late", closed_at=past.ends_at + timedelta(hours=1))
    problem = check(phone, held(**CALLED_OFF), "check_in", live=live)
    assert_in_zone(problem, "cancelled", cancelled_at=NOW - timedelta(hours=2))


def test_of_a_sign_up(phone: Phone, held: Callable[..., Event]) -> None:
    event = held(starts_at=NOW + DAY, **CALLED_OFF)
    headers = phone.headers | {"Accept-Language": "en"}
    answer = phone.client.put(f"/v1/events/{event.id}/signup", json={}, headers=headers)
    assert_in_zone(answer.json, "cancelled", cancelled_at=NOW - timedelta(hours=2))


def test_of_what_was_called_off_without_a_reason_none_is_told(
    phone: Phone, held: Callable[..., Event]
) -> None:
    """With its organization, say: nobody has given one."""
    event = held(**CALLED_OFF | {"cancel_reason": None})
    for live in (True, False):
        problem = check(phone, event, "check_in", live=live)
        assert_in_zone(problem, "cancelled", cancelled_at=NOW - timedelta(hours=2))
        assert "Reason" not in problem["detail"]


@pytest.mark.parametrize(
    ("starts_at", "code", "fact", "after_start"),
    [
        (NOW + DAY, "too-early", "opens_at", timedelta(0)),
        (NOW - 16 * DAY, "too-late", "closed_at", timedelta(days=14, hours=3)),
    ],
)
def test_of_a_correction(
    client: FlaskClient,
    login: Login,
    owner: Volunteer,
    phone: Phone,
    session: Session,
    held: Callable[..., Event],
    starts_at: datetime,
    code: str,
    fact: str,
    after_start: timedelta,
) -> None:
    event, person = held(starts_at=starts_at), make_volunteer(session)
    answer = client.put(
        f"/v1/events/{event.id}/attendance/{person.id}",
        json={"present": True, "reason": "Мен оны көрдім"},
        headers=login(owner) | {"Accept-Language": "en"},
    )
    assert_in_zone(answer.json, code, **{fact: starts_at + after_start})


def test_of_what_never_began(
    client: FlaskClient, login: Login, owner: Volunteer, session: Session, held: Callable[..., Event]
) -> None:
    event, person = held(**CALLED_OFF), make_volunteer(session)
    answer = client.put(
        f"/v1/events/{event.id}/attendance/{person.id}",
        json={"present": True, "reason": "Мен оны көрдім"},
        headers=login(owner) | {"Accept-Language": "en"},
    )
    assert_in_zone(answer.json, "cancelled", cancelled_at=NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    ("starts_at", "code", "fact", "after_start"),
    [
        (NOW + DAY, "not-started", "starts_at", timedelta(0)),
        (NOW - 16 * DAY, "headcounts-closed", "closed_at", timedelta(days=14, hours=3)),
    ],
)
def test_of_a_head_count(
    client: FlaskClient,
    login: Login,
    owner: Volunteer,
    held: Callable[..., Event],
    starts_at: datetime,
    code: str,
    fact: str,
    after_start: timedelta,
) -> None:
    event = held(starts_at=starts_at)
    answer = client.put(
        f"/v1/events/{event.id}/headcounts/{uuid4()}",
        json={"group": "9 Ә", "people": 20, "minutes": 60},
        headers=login(owner) | {"Accept-Language": "en"},
    )
    assert_in_zone(answer.json, code, **{fact: starts_at + after_start})


def test_in_the_country_itself_it_is_the_countrys(phone: Phone, session: Session, clock: FixedClock) -> None:
    event = make_event(session, starts_at=NOW + timedelta(hours=8))
    problem = check(phone, event, "check_in", live=True)
    assert problem["opens_at"] == "2026-05-16T18:00:00+05:00"
    assert "18:00" in problem["detail"]
