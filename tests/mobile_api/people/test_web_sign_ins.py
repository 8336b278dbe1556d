"""A phone signs a browser in by the code that it shows; a code alone is worth nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from service.people import web_sign_ins
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
SECOND = timedelta(seconds=1)


@pytest.fixture
def person(session: Session) -> Volunteer:
    return make_volunteer(session)


@pytest.fixture
def code(session: Session) -> str:
    made = web_sign_ins.code_for(session, "browser", "Firefox, Windows", "10.0.0.7", NOW)
    session.commit()
    return made


def call(client: FlaskClient, method: str, code: str, headers: dict[str, str]) -> Any:
    return client.open(f"/v1/me/web-sign-ins/{code}", method=method, headers=headers)


def test_a_phone_sees_which_browser_and_lets_it_in_once(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, code: str
) -> None:
    headers = login(person)
    shown = call(client, "GET", code, headers).json
    assert shown == {
        "browser": "Firefox, Windows",
        "address": "10.0.0.7",
        "created_at": "2026-05-16T06:00:00+00:00",
    }
    assert web_sign_ins.collect(session, "browser", NOW) is None
    assert call(client, "POST", code, headers).status_code == 204
    assert call(client, "POST", code, headers).status_code == 204
    assert web_sign_ins.collect(session, "browser", NOW) == person.subject
    assert web_sign_ins.collect(session, "browser", NOW) is None
    assert call(client, "POST", code, headers).status_code == 404


def test_who_knows_the_code_cannot_collect_it(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, code: str
) -> None:
    call(client, "POST", code, login(person))
    assert web_sign_ins.collect(session, "another browser", NOW) is None
    assert web_sign_ins.collect(session, code, NOW) is None


def test_a_confirmed_code_is_nobody_elses(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, code: str
) -> None:
    call(client, "POST", code, login(person))
    other = login(make_volunteer(session))
    assert call(client, "GET", code, other).status_code == 404
    assert call(client, "POST", code, other).status_code == 404
    assert web_sign_ins.collect(session, "browser", NOW) == person.subject


def test_a_code_lives_for_two_minutes(
    client: FlaskClient, login: Login, person: Volunteer, code: str, clock: FixedClock
) -> None:
    headers = login(person)
    clock.move(timedelta(minutes=2) - SECOND)
    assert call(client, "GET", code, headers).status_code == 200
    clock.move(SECOND)
    assert call(client, "GET", code, headers).status_code == 404
    assert call(client, "POST", code, headers).status_code == 404


def test_the_browser_has_two_minutes_to_collect(
    client: FlaskClient, session: Session, login: Login, person: Volunteer, code: str, clock: FixedClock
) -> None:
    clock.move(timedelta(seconds=100))
    call(client, "POST", code, login(person))
    later = NOW + timedelta(seconds=219)
    assert web_sign_ins.collect(session, "browser", later + SECOND) is None
    assert web_sign_ins.collect(session, "browser", later) == person.subject


def test_it_may_be_typed_as_people_write(
    client: FlaskClient, login: Login, person: Volunteer, code: str
) -> None:
    typed = f"{code[:4]}-{code[4:]}".lower()
    assert call(client, "POST", typed, login(person)).status_code == 204


def test_a_browser_shows_its_code_again_until_it_is_nearly_over(session: Session) -> None:
    def code_at(moment: timedelta) -> str:
        return web_sign_ins.code_for(session, "browser", "", "", NOW + moment)

    first = code_at(timedelta())
    assert code_at(timedelta(seconds=70)) == first
    assert code_at(timedelta(seconds=80)) != first


@pytest.mark.parametrize("code", ["x", "%20", "%00", "ұ", "A" * 3_000, "--------"])
def test_what_is_no_code_is_not_found(
    client: FlaskClient, login: Login, person: Volunteer, code: str
) -> None:
    assert call(client, "GET", code, login(person)).status_code in (404, 422)


def test_codes_of_others_are_not_found_by_trying(
    client: FlaskClient, login: Login, person: Volunteer
) -> None:
    headers = login(person)
    answers = [call(client, "GET", "ABCD2345", headers).status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]


def test_nobody_confirms_without_a_token(client: FlaskClient, code: str) -> None:
    assert call(client, "POST", code, {}).status_code == 401
