"""Events that were held, and those that are coming: read from the clock and from who was there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.attendance import groups
from service.attendance.groups import Group
from service.ledger import ledger
from service.ledger.ledger import Cell
from service.models import Event, Volunteer
from service.models.base import new_id
from service.people import identities
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator, make_counted, make_event, make_organization, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
Held = Callable[[], tuple[int, int, int]]
HOUR = timedelta(hours=1)


@pytest.fixture
def event(session: Session, owner: Volunteer) -> Event:
    """Published; begun an hour ago, to last two more."""
    event = make_event(session, make_organization(session, owner))
    ledger.add(session, event, events=1)
    session.commit()
    return event


@pytest.fixture
def held(client: FlaskClient, session: Session, login: Login) -> Held:
    """(events, events_held, events_coming) as the national coordinator counts May, in all and in the row."""
    headers = login(make_coordinator(session, "*"))

    def read() -> tuple[int, int, int]:
        session.commit()
        answer = client.get("/v1/counts?from=2026-05-01&to=2026-05-31", headers=headers)
        assert answer.status_code == 200, answer.json
        figures: list[dict[str, Any]] = [answer.json["totals"], *answer.json["rows"]]
        found = {tuple(one[name] for name in ("events", "events_held", "events_coming")) for one in figures}
        (told,) = found
        assert len(told) == 3
        return told[0], told[1], told[2]

    return read


def test_a_called_off_event_that_people_had_been_at_was_held(
    client: FlaskClient, session: Session, login: Login, owner: Volunteer, event: Event, held: Held
) -> None:
    for _ in range(5):
        make_counted(session, event, make_volunteer(session))
    session.commit()
    called_off = client.post(f"/v1/events/{event.id}/cancel", json={"reason": "дауыл"}, headers=login(owner))
    assert called_off.status_code == 200
    assert held() == (0, 1, 0)


def test_an_event_is_coming_until_it_is_over_and_held_from_then_on(
    session: Session, event: Event, clock: FixedClock, held: Held
) -> None:
    make_counted(session, event, make_volunteer(session))
    assert held() == (1, 0, 1)
    clock.at = event.ends_at - timedelta(seconds=1)
    assert held() == (1, 0, 1)
    clock.at = event.ends_at
    assert held() == (1, 1, 0)


def test_where_nobody_was_nothing_was_held(event: Event, clock: FixedClock, held: Held) -> None:
    clock.at = event.ends_at + HOUR
    assert held() == (1, 0, 0)


def test_a_group_alone_makes_it_held_until_it_is_taken_back(
    session: Session, owner: Volunteer, event: Event, clock: FixedClock, held: Held
) -> None:
    actor, group_id = identities.find_actor(session, owner.subject), new_id()
    assert actor is not None
    groups.give(session, actor, event.id, group_id, Group("7А", 25, 60), NOW)
    clock.at = event.ends_at
    assert held() == (1, 1, 0)
    groups.retract(session, actor, event.id, group_id, clock.at)
    assert held() == (1, 0, 0)


def test_people_who_came_before_it_moved_have_not_held_it_yet(
    session: Session, event: Event, clock: FixedClock, held: Held
) -> None:
    """They are folded where it was, and wait to be folded where it is now."""
    make_counted(session, event, make_volunteer(session))
    ledger.fold(session, NOW)
    before = Cell.of(event)
    event.day += timedelta(days=1)
    session.flush()
    ledger.move_event(session, event.id, before, Cell.of(event))
    assert held() == (1, 0, 1)
    ledger.fold(session, NOW)
    assert held() == (1, 0, 1)
    clock.at = event.ends_at
    assert held() == (1, 1, 0)
