"""Offers of a place: when a move up is one, until when it holds, and who is asked."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.events import offers
from service.models import PlacesLeft
from tests.conftest import NOW
from tests.makers import make_device, make_event, make_signup, make_volunteer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def _asked_from_2_10() -> Iterator[None]:
    offers.install("2.10")
    yield
    offers.install(None)


@pytest.mark.parametrize(
    ("before_start", "holds"),
    [
        (timedelta(hours=2, microseconds=1), None),
        (timedelta(hours=2), timedelta(minutes=30)),
        (timedelta(minutes=31), timedelta(minutes=30)),
        (timedelta(minutes=30), timedelta(minutes=30)),
        (timedelta(minutes=29), timedelta(minutes=29)),
        (timedelta(minutes=15), timedelta(minutes=15)),
        (timedelta(minutes=15) - timedelta(microseconds=1), None),
        (timedelta(0), None),
        (-timedelta(hours=1), None),
    ],
)
def test_a_move_up_is_an_offer_within_two_hours_of_the_start_but_not_in_the_last_fifteen_minutes(
    session: Session, before_start: timedelta, holds: timedelta | None
) -> None:
    event = make_event(session, starts_at=NOW + before_start)
    assert offers.confirm_by(event, NOW) == (None if holds is None else NOW + holds)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2.10.0", (2, 10)),
        ("2", (2,)),
        ("v2.1", (2, 1)),
        (" 2.1-beta.3 ", (2, 1)),
        ("2.1 (417)", (2, 1)),
        ("0", ()),
        ("", ()),
        ("beta", ()),
        ("2..1", (2,)),
        ("٢.١", ()),
    ],
)
def test_versions_are_compared_by_their_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert offers.version(text) == numbers


def test_while_nothing_is_said_of_apps_everybody_is_asked(session: Session) -> None:
    person = make_volunteer(session)
    assert offers.who_can_answer(session, [person.id]) == [person.id]


@pytest.mark.usefixtures("_asked_from_2_10")
@pytest.mark.parametrize(
    ("app_version", "asked"),
    [("2.9.9", 0), ("2.10.0", 1), ("2.10", 1), ("3", 1), ("2.10.1-beta", 1), ("", 0)],
)
def test_who_has_an_older_app_is_not_asked(session: Session, app_version: str, asked: int) -> None:
    person = make_volunteer(session)
    make_device(session, person, app_version=app_version)
    assert len(offers.who_can_answer(session, [person.id])) == asked


@pytest.mark.usefixtures("_asked_from_2_10")
def test_one_of_a_persons_phones_is_enough_but_not_one_that_is_gone(session: Session) -> None:
    two, gone, none = (make_volunteer(session) for _ in range(3))
    make_device(session, two, app_version="1.0.0")
    make_device(session, two, app_version="2.10.0")
    make_device(session, gone, app_version="2.10.0", off_since=NOW)
    assert set(offers.who_can_answer(session, [two.id, gone.id, none.id])) == {two.id}


def test_places_are_held_up_to_the_moment_and_no_longer(session: Session) -> None:
    event = make_event(session, capacity=10, going=2, offered=8)
    for companions in (1, 5):
        make_signup(
            session, event, make_volunteer(session), status="offered", companions=companions,
            confirm_by=NOW + companions * MINUTE,
        )  # fmt: skip
    held = [offers.held(session, event, NOW + minutes * MINUTE) for minutes in (0, 1, 4, 5)]
    assert held == [8, 6, 6, 0]
    left = [offers.places_left(session, event, NOW + minutes * MINUTE) for minutes in (0, 1, 5)]
    assert left == [PlacesLeft.NONE, PlacesLeft.FEW, PlacesLeft.MANY]


def test_places_held_at_another_event_are_not_held_here(session: Session) -> None:
    here, elsewhere = (make_event(session, capacity=10, offered=2) for _ in range(2))
    for event, companions in ((here, 1), (elsewhere, 5)):
        make_signup(
            session, event, make_volunteer(session), status="offered", companions=companions,
            confirm_by=NOW + MINUTE,
        )  # fmt: skip
    assert offers.held(session, here, NOW) == 2


@pytest.mark.usefixtures("_asked_from_2_10")
def test_only_who_waits_is_asked(session: Session) -> None:
    waits, somebody = make_volunteer(session), make_volunteer(session)
    for person in (waits, somebody):
        make_device(session, person, app_version="2.10.0")
    assert set(offers.who_can_answer(session, [waits.id])) == {waits.id}
