"""Places and the line for them, over HTTP: whoever frees a place, the line gets it, in its order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Outbox, Signup, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
TOMORROW = NOW + timedelta(days=1)


class Places:
    """An event of tomorrow with so many places, its organizer, and people who ask for them."""

    def __init__(self, client: FlaskClient, session: Session, login: Login, capacity: int | None) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner = make_volunteer(session)
        self.event: Event = make_event(
            session, make_organization(session, self.owner), capacity=capacity, starts_at=TOMORROW
        )
        self.url = f"/v1/events/{self.event.id}"

    def put(self, person: Volunteer, companions: int = 0) -> Any:
        body = {"companions": companions}
        return self.client.put(f"{self.url}/signup", json=body, headers=self.login(person))

    def join(self, *companions: int) -> list[Volunteer]:
        people = [make_volunteer(self.session) for _ in companions]
        for person, party in zip(people, companions, strict=True):
            assert self.put(person, party).status_code == 200
        return people

    def leave(self, person: Volunteer) -> Any:
        return self.client.delete(f"{self.url}/signup", headers=self.login(person))

    def change(self, **changes: Any) -> Any:
        version = self.client.get(self.url).json["version"]
        return self.client.patch(
            self.url, json={"version": version} | changes, headers=self.login(self.owner)
        )

    def states(self, *people: Volunteer) -> list[tuple[str, int | None] | None]:
        found = []
        for person in people:
            listed = self.client.get("/v1/me/signups", headers=self.login(person)).json["items"]
            found.append((listed[0]["status"], listed[0].get("position")) if listed else None)
        return found

    def places(self) -> tuple[int, int]:
        shown = self.client.get(self.url).json
        return shown["going"], shown["waitlisted"]

    def told(self) -> list[Any]:
        query = sa.select(Outbox.volunteer_id).where(Outbox.kind == "waitlist_moved_up")
        return list(self.session.scalars(query.order_by(Outbox.created_at, Outbox.id)))


@pytest.fixture
def open_places(client: FlaskClient, session: Session, login: Login) -> Callable[[int | None], Places]:
    return lambda capacity: Places(client, session, login, capacity)


Open = Callable[[int | None], Places]


def test_more_places_go_to_the_line(open_places: Open) -> None:
    places = open_places(1)
    first, second, third, fourth = places.join(0, 0, 0, 0)
    assert places.change(capacity=3).status_code == 200
    assert places.states(first, second, third, fourth) == [
        ("going", None),
        ("going", None),
        ("going", None),
        ("waitlisted", 1),
    ]
    assert places.places() == (3, 1)
    assert places.told() == [second.id, third.id]


def test_without_a_limit_nobody_waits(open_places: Open) -> None:
    places = open_places(5)
    places.join(0, 4, 0)
    assert places.change(capacity=None).json["waitlisted"] == 0
    (newcomer,) = places.join(0)
    assert places.states(newcomer) == [("going", None)]
    assert places.places() == (8, 0)


def test_fewer_companions_free_places_for_the_line(open_places: Open) -> None:
    places = open_places(4)
    first, second = places.join(3, 1)
    assert places.put(first, 1).json == {"status": "going", "companions": 1, "position": None}
    assert places.states(second) == [("going", None)]
    assert places.told() == [second.id]


def test_who_waits_and_brings_fewer_may_go_at_once(open_places: Open) -> None:
    places = open_places(4)
    _, second = places.join(2, 2)
    assert places.put(second, 0).json["status"] == "going"
    assert places.places() == (4, 0)


def test_a_party_that_can_never_fit_is_refused_at_once(open_places: Open) -> None:
    places = open_places(10)
    answer = places.put(make_volunteer(places.session), 10)
    assert (answer.status_code, answer.json["code"]) == (409, "party-too-large")
    assert (answer.json["people"], answer.json["capacity"]) == (11, 10)
    assert places.places() == (0, 0)


def test_who_waits_cannot_grow_past_all_places_and_keeps_the_place_in_the_line(open_places: Open) -> None:
    places = open_places(2)
    _, second = places.join(1, 0)
    assert places.put(second, 2).json["code"] == "party-too-large"
    assert places.states(second) == [("waitlisted", 1)]
    assert places.places() == (2, 1)


def test_who_no_longer_fits_in_at_all_blocks_nobody(open_places: Open) -> None:
    """Of four places two are taken away: the party of three waits on, the one behind it goes."""
    places = open_places(4)
    first, large, small = places.join(1, 2, 0)
    assert places.change(capacity=2).status_code == 200
    assert places.leave(first).status_code == 204
    assert places.states(large, small) == [("waitlisted", 1), ("going", None)]
    assert places.change(capacity=4).status_code == 200
    assert places.states(large) == [("going", None)]


def test_a_party_as_large_as_the_event_has_its_turn(open_places: Open) -> None:
    places = open_places(2)
    first, whole, small = places.join(0, 1, 0)
    assert places.states(whole, small) == [("waitlisted", 1), ("waitlisted", 2)]
    places.leave(first)
    assert places.states(whole, small) == [("going", None), ("waitlisted", 1)]


@pytest.mark.parametrize("capacity", [4, None])
def test_who_moves_up_is_told_in_the_order_of_the_line(
    open_places: Open, session: Session, capacity: int | None
) -> None:
    places = open_places(1)
    places.join(0)
    people = [make_volunteer(session) for _ in range(3)]
    for person, number in zip(people, (300, 200, 100), strict=True):
        make_signup(session, places.event, person, status="waitlisted", queue_number=number)
    places.event.waitlisted = 3
    session.flush()
    assert places.change(capacity=capacity).status_code == 200
    assert places.told() == [people[n].id for n in (2, 1, 0)]


def test_newcomers_go_past_who_can_fit_no_more(open_places: Open) -> None:
    places = open_places(4)
    first, large = places.join(1, 2)
    assert places.change(capacity=2).status_code == 200
    assert places.leave(first).status_code == 204
    (newcomer,) = places.join(0)
    assert places.put(newcomer, 1).json["status"] == "going"
    assert places.states(large, newcomer) == [("waitlisted", 1), ("going", None)]
    assert places.told() == []


def test_who_moves_up_goes_from_then_on_and_is_told_of_what(
    open_places: Open, session: Session, clock: FixedClock
) -> None:
    places = open_places(1)
    first, second = places.join(0, 0)
    clock.move(timedelta(minutes=40))
    places.leave(first)
    signup = session.get_one(Signup, (places.event.id, second.id), populate_existing=True)
    assert [(one.lower, one.upper) for one in signup.going] == [(clock.now(), None)]
    told = session.scalars(sa.select(Outbox).where(Outbox.kind == "waitlist_moved_up")).one()
    assert (told.created_at, told.event_id) == (clock.now(), places.event.id)
    assert told.facts["title"] == places.event.title


def test_nobody_moves_up_to_what_is_called_off(open_places: Open) -> None:
    places = open_places(1)
    first, _ = places.join(0, 0)
    headers = places.login(places.owner)
    called_off = places.client.post(f"{places.url}/cancel", json={"reason": "дауыл"}, headers=headers)
    assert called_off.status_code == 200
    assert places.leave(first).status_code == 204
    assert (places.places(), places.told()) == ((0, 1), [])


def test_newcomers_never_overtake(open_places: Open) -> None:
    """One place is free, but a party of two is before: whoever comes stands behind it."""
    places = open_places(3)
    first, large, small = places.join(1, 1, 0)
    assert places.states(large, small) == [("waitlisted", 1), ("waitlisted", 2)]
    grown = places.put(first, 2)
    assert (grown.status_code, grown.json["code"], grown.json["free"]) == (409, "full", 0)
    places.leave(first)
    assert places.states(large, small) == [("going", None), ("going", None)]


def test_the_same_again_changes_nothing(open_places: Open) -> None:
    places = open_places(1)
    first, second, _ = places.join(0, 0, 0)
    for _ in range(2):
        assert places.put(first).json["status"] == "going"
        assert places.put(second).json["position"] == 1
    assert places.places() == (1, 2)
    assert places.told() == []


def test_who_comes_back_stands_at_the_end(open_places: Open) -> None:
    places = open_places(1)
    _, second, third = places.join(0, 0, 0)
    places.leave(second)
    assert places.put(second).json["position"] == 2
    assert places.put(third).json["position"] == 1


def test_no_fewer_places_than_people_going(open_places: Open) -> None:
    places = open_places(5)
    places.join(1, 1)
    answer = places.change(capacity=3)
    assert (answer.status_code, answer.json["code"]) == (422, "capacity-below-going")
    assert list(answer.json["errors"]) == ["capacity"]
    assert answer.json["going"] == 4
    assert places.change(capacity=4).status_code == 200


def test_a_draft_may_have_any_number_of_places(open_places: Open, session: Session) -> None:
    places = open_places(5)
    places.event.status = "draft"
    session.flush()
    headers = places.login(places.owner)
    answer = places.client.patch(places.url, json={"version": 1, "capacity": 1}, headers=headers)
    assert answer.json["capacity"] == 1


def test_a_line_that_stood_still_moves_with_the_next_change(open_places: Open, session: Session) -> None:
    """Left behind by a release before: three places, one going, two waiting."""
    places = open_places(3)
    people = [make_volunteer(session) for _ in range(3)]
    for person, status in zip(people, ("going", "waitlisted", "waitlisted"), strict=True):
        make_signup(session, places.event, person, status=status)
    places.event.going, places.event.waitlisted = 1, 2
    session.flush()
    (newcomer,) = places.join(0)
    assert places.states(*people, newcomer) == [("going", None)] * 3 + [("waitlisted", 1)]


def test_after_the_end_the_list_stays_as_it_was(open_places: Open, clock: FixedClock) -> None:
    places = open_places(2)
    first, second, third = places.join(0, 0, 0)
    clock.at = TOMORROW + timedelta(days=10)
    for answer in (places.leave(first), places.leave(third), places.put(second, 0), places.put(second, 1)):
        assert (answer.status_code, answer.json["code"]) == (409, "over")
    assert places.places() == (2, 1)
    assert places.told() == []


def test_withdrawing_again_after_the_end_is_still_done(open_places: Open, clock: FixedClock) -> None:
    """The answer to the first may have been lost on the way."""
    places = open_places(None)
    (person,) = places.join(0)
    assert places.leave(person).status_code == 204
    clock.at = TOMORROW + timedelta(days=10)
    assert places.leave(person).status_code == 204
    assert places.leave(make_volunteer(places.session)).status_code == 404


def test_the_list_says_where_in_the_line_one_stands(open_places: Open) -> None:
    places = open_places(3)
    people = places.join(2, 0, 2, 0)
    assert places.states(*people) == [("going", None), *(("waitlisted", n) for n in (1, 2, 3))]


def test_the_line_of_another_event_is_another_line(open_places: Open) -> None:
    first, second = open_places(1), open_places(1)
    first.join(0, 0, 0)
    _, waiting = second.join(0, 0)
    assert second.states(waiting) == [("waitlisted", 1)]
    assert second.put(waiting).json["position"] == 1


def test_nobody_signs_up_for_an_event_that_is_not(open_places: Open) -> None:
    places = open_places(1)
    url = f"/v1/events/{uuid4()}/signup"
    person = make_volunteer(places.session)
    assert places.client.put(url, json={}, headers=places.login(person)).status_code == 404
    assert places.client.delete(url, headers=places.login(person)).status_code == 404
