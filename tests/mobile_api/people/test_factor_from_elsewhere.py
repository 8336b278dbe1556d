"""Wrong codes of a stranger who has somebody's number: they find none, and lock its owner out of nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from service.people import second_factor
from service.platform.settings import DEVELOPMENT_SECRET
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_coordinator
from tests.mobile_api.people.test_second_factor import STEP, Person

Login = Callable[[Volunteer], dict[str, str]]
HOUR = timedelta(hours=1)


pytestmark = pytest.mark.usefixtures("second_factor_required")


@pytest.fixture
def volunteer(session: Session) -> Volunteer:
    return make_coordinator(session)


@pytest.fixture
def coordinator(
    client: FlaskClient, clock: FixedClock, login: Login, volunteer: Volunteer, session: Session
) -> Person:
    """One who has enrolled on the own phone."""
    person = Person(client, clock, login(volunteer))
    person.enrol(second_factor.new_secret(session, volunteer.id, NOW, DEVELOPMENT_SECRET))
    return person


@pytest.fixture
def stranger(coordinator: Person, login: Login, volunteer: Volunteer) -> Person:
    """Who signs in with the same number, some time later."""
    coordinator.clock.move(STEP)
    return Person(coordinator.client, coordinator.clock, login(volunteer))


def wrong(person: Person, times: int) -> list[int]:
    return [person.elevate("000000").status_code for _ in range(times)]


def test_a_strangers_wrong_codes_do_not_lock_the_coordinators_own_phone(
    coordinator: Person, stranger: Person
) -> None:
    assert wrong(stranger, 6) == [422] * 5 + [429]
    assert coordinator.elevate().status_code == 200


def test_however_often_the_stranger_signs_in_they_are_counted_as_one(
    coordinator: Person, stranger: Person, login: Login, volunteer: Volunteer
) -> None:
    """20 a day from wherever no code was ever right: one in 16,000 days of trying."""
    answers = []
    for _ in range(8):
        coordinator.clock.move(HOUR)
        answers += wrong(Person(stranger.client, stranger.clock, login(volunteer)), 3)
        answers += wrong(Person(stranger.client, stranger.clock, login(volunteer)), 3)
    # Midnight of UTC is not passed.
    assert answers.count(422) == 20
    assert coordinator.elevate().status_code == 200


def test_a_right_code_of_the_coordinators_forgives_no_strangers(
    coordinator: Person, stranger: Person
) -> None:
    wrong(stranger, 5)
    assert coordinator.elevate().status_code == 200
    assert wrong(stranger, 1) == [429]


def test_who_is_kept_out_of_a_new_place_reads_where_it_goes_on(coordinator: Person, stranger: Person) -> None:
    """On the phone that is known it is the own fingers: nobody else has tried there."""
    for person, is_told in ((stranger, True), (coordinator, False)):
        wrong(person, 5)
        refused = person.client.post(
            "/v1/me/elevation", json={"totp": "000000"}, headers=person.headers | {"Accept-Language": "en"}
        )
        assert (refused.status_code, refused.json["code"]) == (429, "too-many-requests")
        assert ("somebody else knows your number" in refused.json["detail"]) == is_told
        assert 0 < int(refused.headers["Retry-After"]) <= 3600


def test_the_own_phone_has_no_more_tries_than_anybody(coordinator: Person) -> None:
    assert wrong(coordinator, 6) == [422] * 5 + [429]
    assert coordinator.elevate().status_code == 429


def test_another_phone_is_known_once_its_code_was_right(
    coordinator: Person, login: Login, volunteer: Volunteer
) -> None:
    coordinator.clock.move(STEP)
    second = Person(coordinator.client, coordinator.clock, login(volunteer))
    second.app = coordinator.app
    assert second.elevate().status_code == 200
    coordinator.clock.move(STEP)
    stranger = Person(coordinator.client, coordinator.clock, login(volunteer))
    wrong(stranger, 6)
    for one in (coordinator, second):
        assert one.elevate().status_code == 200
        coordinator.clock.move(STEP)


def test_what_was_known_of_a_factor_is_not_of_the_next(
    coordinator: Person, login: Login, volunteer: Volunteer, session: Session
) -> None:
    """Whoever had the phone that was replaced is a stranger."""
    second_factor.reset(session, volunteer.id, coordinator.clock.now())
    session.commit()
    coordinator.clock.move(STEP)
    anew = Person(coordinator.client, coordinator.clock, login(volunteer))
    anew.enrol(second_factor.new_secret(session, volunteer.id, coordinator.clock.now(), DEVELOPMENT_SECRET))
    wrong(coordinator, 5)
    assert wrong(Person(anew.client, anew.clock, login(volunteer)), 1) == [429]
    assert anew.elevate().status_code == 200


def test_who_has_the_one_time_secret_is_not_kept_from_enrolling(
    client: FlaskClient, clock: FixedClock, login: Login, volunteer: Volunteer, session: Session
) -> None:
    coordinator = Person(client, clock, login(volunteer))
    coordinator.begin(second_factor.new_secret(session, volunteer.id, NOW, DEVELOPMENT_SECRET))
    clock.move(STEP)
    stranger = Person(client, clock, login(volunteer))
    assert [stranger.confirm("000000").status_code for _ in range(6)] == [422] * 5 + [429]
    assert coordinator.confirm().status_code == 204
