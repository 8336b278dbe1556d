"""The days of an event: each that it touches in its own zone, in the list, near a place and by filter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event
from tests.clock import FixedClock
from tests.makers import make_event

NEAR = "near=50.2839,57.167"


def local(hour: int, minute: int = 0, day: int = 16) -> datetime:
    """A moment of May in Almaty, five hours ahead of UTC."""
    return datetime(2026, 5, day, tzinfo=UTC) + timedelta(hours=hour - 5, minutes=minute)


@pytest.fixture
def night(session: Session) -> Event:
    """From 22:00 of the 16th to 03:00 of the 17th."""
    return make_event(session, starts_at=local(22), ends_at=local(3, day=17))


def found(client: FlaskClient, query: str) -> list[Any]:
    return [item["id"] for item in client.get(f"/v1/events?{query}").json["items"]]


@pytest.mark.parametrize(
    "query", ["", NEAR, "from=2026-05-17", "from=2026-05-17&to=2026-05-17", f"{NEAR}&from=2026-05-17"]
)
def test_a_night_event_stays_after_midnight(
    client: FlaskClient, clock: FixedClock, night: Event, query: str
) -> None:
    clock.at = local(1, day=17)
    assert found(client, query) == [str(night.id)]


@pytest.mark.parametrize("query", ["", NEAR])
def test_until_it_is_over(client: FlaskClient, clock: FixedClock, night: Event, query: str) -> None:
    clock.at = local(2, 59, day=17)
    assert found(client, query) == [str(night.id)]
    clock.at = local(3, day=17)
    assert found(client, query) == []


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("from=2026-05-16&to=2026-05-16", True),
        ("from=2026-05-17&to=2026-05-20", True),
        ("from=2026-05-10&to=2026-05-15", False),
        ("from=2026-05-18&to=2026-05-20", False),
    ],
)
@pytest.mark.parametrize("near", ["", f"&{NEAR}"])
def test_whole_days_are_asked_for_also_of_what_was(
    client: FlaskClient, clock: FixedClock, night: Event, query: str, near: str, *, is_found: bool
) -> None:
    clock.at = local(12, day=25)
    assert found(client, query + near) == ([str(night.id)] if is_found else [])


def test_an_end_at_midnight_touches_no_further_day(client: FlaskClient, session: Session) -> None:
    event = make_event(session, starts_at=local(20), ends_at=local(24))
    assert found(client, "from=2026-05-17") == []
    assert found(client, "from=2026-05-16") == [str(event.id)]


def test_the_events_own_days_count(client: FlaskClient, session: Session) -> None:
    """At 23:30 of the 16th in Almaty it is 06:30 of the 17th in Auckland."""
    starts_at = local(23, 30)
    event = make_event(session, starts_at=starts_at, zone="Pacific/Auckland", day=date(2026, 5, 17))
    assert found(client, "from=2026-05-16&to=2026-05-16") == []
    assert found(client, "from=2026-05-17&to=2026-05-17") == [str(event.id)]


def test_pages_of_a_list_that_begins_last_night_are_whole(
    client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    made = [
        make_event(session, starts_at=local(22) + timedelta(hours=n), ends_at=local(23, day=17))
        for n in range(5)
    ]
    clock.at = local(6, day=17)
    seen, query = [], "limit=2"
    while query:
        page = client.get(f"/v1/events?{query}").json
        seen += [item["id"] for item in page["items"]]
        query = f"limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [str(event.id) for event in made]


@pytest.mark.parametrize("query", ["from=0001-01-01", "from=9999-12-31", "to=0001-01-01", "from=1899-12-31"])
def test_days_of_other_ages_are_refused(client: FlaskClient, query: str) -> None:
    for near in ("", f"&{NEAR}"):
        assert client.get(f"/v1/events?{query}{near}").status_code == 422
