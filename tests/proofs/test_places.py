"""Places that stood free beside people who waited, and lists that moved when they ought to stand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.attendance import check_in
from service.events import signups
from service.models import CountPending, Event, Volunteer
from service.people import identities
from service.platform.thresholds import Thresholds
from tests.conftest import NOW, Sessions, committing
from tests.makers import make_event, make_organization, make_signup, make_volunteer
from tests.service.attendance.test_races import report

Login = Callable[[Volunteer], dict[str, str]]
Join = Callable[..., tuple[Volunteer, Any]]


@pytest.fixture
def event(session: Session, owner: Volunteer) -> Event:
    """Tomorrow, with one place."""
    organization = make_organization(session, owner)
    return make_event(session, organization, capacity=1, starts_at=NOW + timedelta(days=1))


@pytest.fixture
def join(client: FlaskClient, session: Session, login: Login, event: Event) -> Join:
    """Somebody new signs up; who it is, and the answer."""

    def sign_up(companions: int = 0) -> tuple[Volunteer, Any]:
        person = make_volunteer(session)
        url = f"/v1/events/{event.id}/signup"
        return person, client.put(url, json={"companions": companions}, headers=login(person)).json

    return sign_up


@pytest.fixture
def resize(client: FlaskClient, login: Login, event: Event, owner: Volunteer) -> Callable[[int | None], Any]:
    url = f"/v1/events/{event.id}"
    return lambda places: client.patch(url, json={"version": 1, "capacity": places}, headers=login(owner))


@pytest.mark.parametrize("places", [10, None], ids=["more places", "no limit"])
def test_who_waits_goes_before_who_comes_later(
    client: FlaskClient, login: Login, join: Join, resize: Callable[[int | None], Any], places: int | None
) -> None:
    join()
    waiting, answer = join()
    assert answer["status"] == "waitlisted"
    assert resize(places).status_code == 200
    (own,) = client.get("/v1/me/signups", headers=login(waiting)).json["items"]
    assert own["status"] == "going"
    assert join()[1]["status"] == "going"


def test_more_people_never_go_than_there_are_places(
    client: FlaskClient, session: Session, event: Event, join: Join, resize: Callable[[int | None], Any]
) -> None:
    event.capacity = 3
    session.flush()
    assert join(2)[1]["status"] == "going"
    assert resize(1).json["code"] == "capacity-below-going"
    shown = client.get(f"/v1/events/{event.id}").json
    assert (shown["going"], shown["capacity"]) == (3, 3)


def test_nobody_withdraws_from_what_is_over(client: FlaskClient, session: Session, login: Login) -> None:
    event = make_event(session, starts_at=NOW - timedelta(days=10), going=1)
    person = make_volunteer(session)
    make_signup(session, event, person)
    answer = client.delete(f"/v1/events/{event.id}/signup", headers=login(person))
    assert (answer.status_code, answer.json["code"]) == (409, "over")
    assert session.scalars(sa.select(CountPending)).all() == []


def test_a_sign_up_that_takes_its_time_keeps_no_check_in_waiting(sessions: Sessions) -> None:
    with sessions.begin() as session:
        event, signing_up, coming = make_event(session), make_volunteer(session), make_volunteer(session)
    with sessions() as session, ThreadPoolExecutor(1) as pool:
        actor = identities.find_actor(session, signing_up.subject)
        assert actor is not None
        signups.sign_up(session, actor, event.id, 0, NOW)
        came = pool.submit(
            check_in.record, committing(sessions), coming.subject, report(event.id), NOW, Thresholds()
        )
        assert came.result(4).attendance is not None
        session.rollback()
