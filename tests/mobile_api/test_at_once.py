"""Who waited for others comes with an earlier moment than theirs, or in their way: never a 5xx for it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from benchmarks.kit.service import wait_for
from http_base.application import Tazalyq
from service.models import Ban, Event, Signup
from tests.clock import FixedClock
from tests.conftest import NOW, Sessions
from tests.makers import make_coordinator, make_event, make_organization, make_volunteer
from tests.mobile_api.phones import Login
from tests.mobile_api.together import Together

A_MOMENT = timedelta(milliseconds=3)
"""A request reads the clock when it begins, and may wait for one that began later."""


def test_a_withdrawal_that_began_before_the_signup_is_a_withdrawal(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event, person = make_event(session), make_volunteer(session)
    url = f"/v1/events/{event.id}/signup"
    assert client.put(url, json={}, headers=login(person)).json["status"] == "going"
    clock.move(-A_MOMENT)
    assert client.delete(url, headers=login(person)).status_code == 204
    clock.move(2 * A_MOMENT)
    assert client.put(url, json={}, headers=login(person)).json["status"] == "going"
    signup = session.get_one(Signup, (event.id, person.id), populate_existing=True)
    assert [(span.lower, span.upper) for span in signup.going] == [(clock.now(), None)]


def test_a_party_that_changes_with_an_earlier_moment_goes_on(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    event, person = make_event(session), make_volunteer(session)
    url = f"/v1/events/{event.id}/signup"
    client.put(url, json={}, headers=login(person))
    clock.move(-A_MOMENT)
    changed = client.put(url, json={"companions": 2}, headers=login(person))
    assert (changed.status_code, changed.json["status"], changed.json["companions"]) == (200, "going", 2)
    session.expire_all()
    assert session.get_one(Event, event.id).going == 3


def test_a_minor_is_taken_off_with_an_earlier_moment(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    owner, person = make_volunteer(session), make_volunteer(session)
    event = make_event(session, make_organization(session, owner), starts_at=NOW + timedelta(days=1))
    client.put(f"/v1/events/{event.id}/signup", json={}, headers=login(person))
    clock.move(-A_MOMENT)
    body = {"version": 1, "min_age": 60}
    assert client.patch(f"/v1/events/{event.id}", json=body, headers=login(owner)).status_code == 200
    session.expire_all()
    assert session.get_one(Event, event.id).going == 0


@pytest.mark.parametrize("until", [None, NOW + timedelta(days=2)])
def test_a_ban_of_an_earlier_moment_is_the_same_ban(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock, until: Any
) -> None:
    first, second = make_coordinator(session), make_coordinator(session)
    person = make_volunteer(session)
    body = {"reason": "Басқа адамның атынан"} | ({"expires_at": until.isoformat()} if until else {})
    assert client.put(f"/v1/bans/{person.id}", json=body, headers=login(first)).status_code == 200
    clock.move(-A_MOMENT)
    assert client.put(f"/v1/bans/{person.id}", json=body, headers=login(second)).status_code == 200
    banned = session.scalars(sa.select(Ban).where(Ban.volunteer_id == person.id)).all()
    assert [ban.lifted_at for ban in banned] == [None]
    clock.move(A_MOMENT)
    assert client.get("/v1/me", headers=login(person)).json["code"] == "banned"


def test_a_ban_that_has_run_out_is_followed_by_another(
    client: FlaskClient, session: Session, login: Login, clock: FixedClock
) -> None:
    coordinator, person = make_coordinator(session), make_volunteer(session)
    until = (NOW + timedelta(days=1)).isoformat()
    url = f"/v1/bans/{person.id}"
    client.put(url, json={"reason": "біріншісі", "expires_at": until}, headers=login(coordinator))
    clock.move(timedelta(days=2))
    assert client.put(url, json={"reason": "екіншісі"}, headers=login(coordinator)).status_code == 200
    banned = session.scalars(sa.select(Ban.reason).where(Ban.volunteer_id == person.id))
    assert set(banned) == {"біріншісі", "екіншісі"}


class Place(Together):
    """An organization with two events under way and its coordinator, committed."""

    def __init__(self, app: Tazalyq, sessions: Sessions) -> None:
        super().__init__(app, sessions)
        with sessions.begin() as session:
            self.organization = make_organization(session)
            self.events = sorted(make_event(session, self.organization).id for _ in range(2))
            self.coordinator, self.volunteer = make_coordinator(session), make_volunteer(session)


@pytest.fixture
def place(real_app: Tazalyq, sessions: Sessions) -> Place:
    return Place(real_app, sessions)


def crossed(place: Place, act: Callable[[], Any], first: UUID, then: Callable[[Session], None]) -> Any:
    """The answer of a request that waits for the event which somebody holds who then wants more."""
    with ThreadPoolExecutor(1) as pool, place.sessions.begin() as session:
        session.execute(sa.select(Event.id).where(Event.id == first).with_for_update())
        answer: Future[Any] = pool.submit(act)
        wait_for(lambda: place.waiting() > 0, "waiting", 10)
        then(session)
        session.commit()
        return answer.result(30)


def test_whose_deadlock_is_broken_up_is_answered_after_the_others(place: Place) -> None:
    low, high = place.events
    path, body = f"organizations/{place.organization.id}/status", {"status": "suspended", "reason": "…"}

    def want_the_other(session: Session) -> None:
        session.execute(sa.select(Event.id).where(Event.id == low).with_for_update())

    answer = crossed(place, lambda: place.send("PUT", path, body, place.coordinator), high, want_the_other)
    assert (answer.status_code, answer.json.get("status")) == (200, "suspended")


def test_a_refused_batch_sent_twice_waits_for_its_event_before_it_holds_anything(place: Place) -> None:
    event_id, record_id = place.events[0], str(uuid4())
    far = {"latitude": 50.9, "longitude": 57.167, "accuracy_m": 8, "fixed_at": NOW.isoformat()}
    kept = {"type": "check_in", "id": record_id, "event_id": str(event_id), "captured_at": NOW.isoformat()}
    body = {"sent_at": NOW.isoformat(), "installation_id": "p", "records": [kept | {"position": far}]}

    def keep_the_same(session: Session) -> None:
        session.execute(
            sa.text(
                "INSERT INTO refused_record (sender_id, id, event_id, captured_at, received_at, refused_as)"
                " VALUES (:sender, :id, :event, now(), now(), 'outside-area')"
            ),
            {"sender": place.volunteer.id, "id": record_id, "event": event_id},
        )

    def send() -> Any:
        return place.send("POST", "attendance/batch", body, place.volunteer)

    answer = crossed(place, send, event_id, keep_the_same)
    assert answer.status_code == 200
    assert answer.json["results"][0]["problem"]["code"] == "outside-area"
