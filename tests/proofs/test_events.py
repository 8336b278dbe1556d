"""Events that changed after they were over, counted on the wrong day, or were known to strangers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service import errors
from service.attendance import check_in
from service.events import announcements, changing, events
from service.models import Attendance, CountPending, Event, Outbox, Signup, Volunteer
from service.people import identities
from service.platform.thresholds import Thresholds
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions, committing
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.mobile_api.phones import Phone, assert_counts_equal_the_rows
from tests.mobile_api.scene import Scene
from tests.service.attendance.test_races import report
from tests.waiting import until_done_or_waiting

Login = Callable[[Volunteer], dict[str, str]]


def test_a_draft_that_is_called_off_stays_private(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner = make_volunteer(session)
    tomorrow = NOW + timedelta(days=1)
    event = make_event(session, make_organization(session, owner), status="draft", starts_at=tomorrow)
    assert client.get(f"/v1/events/{event.id}").status_code == 404
    called_off = client.post(f"/v1/events/{event.id}/cancel", json={"reason": "қате"}, headers=login(owner))
    assert called_off.status_code == 200
    assert client.get(f"/v1/events/{event.id}").status_code == 404
    assert client.get("/v1/events?status=cancelled").json["items"] == []


def test_the_end_of_what_is_long_over_stays(client: FlaskClient, session: Session, login: Login) -> None:
    owner = make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=NOW - timedelta(days=30))
    later = (event.starts_at + timedelta(hours=20)).isoformat()
    body = {"version": 1, "ends_at": later}
    answer = client.patch(f"/v1/events/{event.id}", json=body, headers=login(owner))
    assert (answer.status_code, answer.json["code"]) == (409, "already-over")


def test_nobody_is_vouched_for_longer_than_the_event_was(scene: Scene, clock: FixedClock) -> None:
    """Three days later a three hours' event is to have been of a day: it is not, and 24 hours are refused."""
    clock.move(timedelta(days=3))
    stretched = scene.client.patch(
        f"/v1/events/{scene.event.id}",
        json={"version": 1, "ends_at": (scene.event.starts_at + timedelta(hours=24)).isoformat()},
        headers=scene.login(scene.owner),
    )
    assert stretched.status_code == 409
    assert scene.correct({"present": True, "minutes": 1440}).status_code == 422


def test_a_confirmed_head_count_freezes_the_event_as_people_do(
    client: FlaskClient, session: Session, login: Login
) -> None:
    owner, national = make_volunteer(session), make_coordinator(session, "*")
    event = make_event(session, make_organization(session, owner), starts_at=NOW - timedelta(hours=1))
    group = {"group": "g", "people": 5000, "minutes": 60}
    url = f"/v1/events/{event.id}"
    assert client.put(f"{url}/headcounts/{uuid4()}", json=group, headers=login(owner)).status_code == 201
    starts_at = NOW - timedelta(days=40)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=3)).isoformat()}
    moved = client.patch(url, json={"version": 1} | times, headers=login(owner))
    assert moved.status_code == 409
    query = "/v1/counts?from=2026-04-01&to=2026-04-30&group_by=month"
    assert client.get(query, headers=login(national)).json["totals"]["headcount"] == 0


def test_who_is_there_when_it_is_called_off_was_there_until_then(
    scene: Scene, session: Session, clock: FixedClock
) -> None:
    """She was going and has come; she may withdraw then, and what was stays."""
    event, headers = scene.event, scene.login(scene.volunteer)
    url = f"/v1/events/{event.id}"
    assert scene.client.put(f"{url}/signup", json={}, headers=headers).json["status"] == "going"
    phone = Phone(scene.client, clock, headers)
    assert phone.send_live(phone.record("check_in", event, NOW)).status_code == 201
    clock.move(timedelta(minutes=50))
    called_off = scene.client.post(
        f"{url}/cancel", json={"reason": "дауыл"}, headers=scene.login(scene.owner)
    )
    assert called_off.status_code == 200
    clock.move(timedelta(minutes=10))
    assert phone.send_live(phone.record("check_out", event, clock.now())).status_code == 200
    assert scene.client.delete(f"{url}/signup", headers=headers).status_code == 204
    there = phone.history()[str(event.id)]
    assert (there["status"], there["minutes"]) == ("counted", 50)
    assert_counts_equal_the_rows(session)
    going = sa.select(sa.func.sum(CountPending.signups)).where(CountPending.event_id == event.id)
    assert session.scalar(going) == 0
    signup = session.get_one(Signup, (event.id, scene.volunteer.id), populate_existing=True)
    assert [(one.lower, one.upper) for one in signup.going] == [(NOW, clock.now())]


def test_an_announcement_that_comes_twice_at_once_is_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        owner = make_volunteer(session)
        event = make_event(session, make_organization(session, owner))
    announcement_id, gate = uuid4(), Barrier(2)

    def announce(_: int) -> UUID:
        with sessions.begin() as session:
            actor = identities.find_actor(session, owner.subject)
            assert actor is not None
            events.get_visible(session, actor, event.id)
            gate.wait(5)
            return announcements.announce(session, actor, event.id, "Сәлем", NOW, announcement_id)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(announce, range(2))) == [announcement_id] * 2
    with sessions() as session:
        told = sa.select(sa.func.count()).where(Outbox.event_id == event.id, Outbox.kind == "announcement")
        assert session.scalar(told) == 1


@pytest.mark.parametrize("days", [1, -1])
def test_who_checks_in_while_the_event_moves_is_counted_where_it_is(sessions: Sessions, days: int) -> None:
    """Counted on the event's day, or refused; never on the day that it had before."""
    with sessions.begin() as session:
        owner, person = make_volunteer(session), make_volunteer(session)
        event = make_event(session, make_organization(session, owner))
    moved: dict[str, Any] = {
        name: getattr(event, name) + timedelta(days=days) for name in ("starts_at", "ends_at")
    }
    with sessions() as session, ThreadPoolExecutor(1) as pool:
        actor = identities.find_actor(session, owner.subject)
        assert actor is not None
        changing.change(session, actor, event.id, 1, moved, NOW - timedelta(days=2))
        checking_in = pool.submit(
            check_in.record, committing(sessions), person.subject, report(event.id), NOW, Thresholds()
        )
        until_done_or_waiting(sessions, checking_in)
        session.commit()
        with pytest.raises(errors.ServiceError):
            checking_in.result(10)
    assert_nobody_is_counted_elsewhere(sessions, event.id)


def assert_nobody_is_counted_elsewhere(sessions: Sessions, event_id: UUID) -> None:
    with sessions() as session:
        day = session.get_one(Event, event_id).day
        there = session.scalar(sa.select(sa.func.count()).where(Attendance.event_id == event_id))
        rows = session.execute(
            sa.select(CountPending.day, sa.func.sum(CountPending.participations))
            .where(CountPending.event_id == event_id)
            .group_by(CountPending.day)
        )
        assert {on: int(n) for on, n in rows if n} == ({day: there} if there else {})
