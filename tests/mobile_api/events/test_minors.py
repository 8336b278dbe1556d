"""Work that is dangerous, or for older people: who is too young on its day does not come, and is told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from notifications.audience import recipients
from notifications.messages import KINDS, words
from notifications.words import LOCALES
from service.models import CountPending, Outbox, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW
from tests.makers import make_event, make_organization, make_signup, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]
TOMORROW = NOW + timedelta(days=1)
TURNS_18 = date(2008, 5, 17)
"""Of somebody whose eighteenth birthday is the day of the event; today she is 17."""


class Stage:
    """An event of tomorrow for two, and people of any age."""

    def __init__(self, client: FlaskClient, session: Session, login: Login) -> None:
        self.client, self.session, self.login = client, session, login
        self.owner = make_volunteer(session)
        self.event = make_event(
            session, make_organization(session, self.owner), capacity=2, starts_at=TOMORROW
        )
        self.url = f"/v1/events/{self.event.id}"

    def join(self, birth_date: date) -> Volunteer:
        person = make_volunteer(self.session, birth_date=birth_date)
        assert self.put(person).status_code == 200
        return person

    def put(self, person: Volunteer) -> Any:
        return self.client.put(f"{self.url}/signup", json={}, headers=self.login(person))

    def change(self, **changes: Any) -> Any:
        version = self.client.get(self.url).json["version"]
        return self.client.patch(
            self.url, json={"version": version} | changes, headers=self.login(self.owner)
        )

    def states(self, *people: Volunteer) -> list[str | None]:
        found = []
        for person in people:
            listed = self.client.get("/v1/me/signups", headers=self.login(person)).json["items"]
            found.append(listed[0]["status"] if listed else None)
        return found

    def told(self, kind: str) -> list[Outbox]:
        query = sa.select(Outbox).where(Outbox.kind == kind).order_by(Outbox.created_at, Outbox.id)
        return list(self.session.scalars(query))

    def counted(self) -> int:
        return self.session.scalar(sa.select(sa.func.sum(CountPending.signups))) or 0


@pytest.fixture
def stage(client: FlaskClient, session: Session, login: Login) -> Stage:
    return Stage(client, session, login)


ADULT, MINOR = date(1995, 3, 8), date(2010, 1, 1)


@pytest.mark.parametrize("change", [{"hazard": True}, {"min_age": 18}, {"min_age": 17, "hazard": True}])
def test_who_is_too_young_is_taken_off_list_and_line_and_told(stage: Stage, change: dict[str, Any]) -> None:
    going, minor, waiting_minor, waiting = (stage.join(born) for born in (ADULT, MINOR, MINOR, ADULT))
    assert stage.change(**change).status_code == 200
    assert stage.states(going, minor, waiting_minor, waiting) == ["going", None, None, "going"]
    assert [entry.volunteer_id for entry in stage.told("removed")] == [minor.id, waiting_minor.id]
    assert [entry.volunteer_id for entry in stage.told("waitlist_moved_up")] == [waiting.id]
    shown = stage.client.get(stage.url).json
    assert (shown["going"], shown["waitlisted"], stage.counted()) == (2, 0, 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"hazard": True}, ("hazard", 18)),
        ({"min_age": 17}, ("min_age", 17)),
        ({"min_age": 21, "hazard": True}, ("hazard", 21)),
    ],
)
def test_the_removed_hear_why(stage: Stage, change: dict[str, Any], why: tuple[str, int]) -> None:
    stage.join(MINOR)
    stage.change(**change)
    (told,) = stage.told("removed")
    assert (told.facts["why"], told.facts["min_age"]) == why


def test_nobody_is_removed_from_another_event_or_hears_of_one_that_she_has_left(stage: Stage) -> None:
    other = Stage(stage.client, stage.session, stage.login)
    elsewhere, gone = other.join(MINOR), stage.join(MINOR)
    assert stage.client.delete(f"{stage.url}/signup", headers=stage.login(gone)).status_code == 204
    assert stage.change(hazard=True).status_code == 200
    assert other.states(elsewhere) == ["going"]
    assert stage.told("removed") == []


def test_the_removed_are_told_in_the_order_of_the_line(stage: Stage) -> None:
    people = [make_volunteer(stage.session, birth_date=MINOR) for _ in range(3)]
    for person, number in zip(people, (300, 100, 200), strict=True):
        make_signup(stage.session, stage.event, person, status="waitlisted", queue_number=number)
    stage.event.waitlisted = 3
    stage.session.flush()
    stage.change(hazard=True)
    assert [told.volunteer_id for told in stage.told("removed")] == [people[n].id for n in (1, 2, 0)]


def test_the_age_on_the_events_day_decides(stage: Stage) -> None:
    just_old_enough = stage.join(TURNS_18)
    a_day_too_young = stage.join(TURNS_18 + timedelta(days=1))
    stage.change(hazard=True)
    assert stage.states(just_old_enough, a_day_too_young) == ["going", None]


def test_an_event_that_moves_to_an_earlier_day_asks_again(stage: Stage) -> None:
    person = stage.join(TURNS_18)
    stage.change(min_age=18)
    earlier = {"starts_at": (TOMORROW - timedelta(days=1)).isoformat()}
    stage.change(**earlier, ends_at=(NOW + timedelta(hours=3)).isoformat())
    assert stage.states(person) == [None]
    assert len(stage.told("removed")) == 1


def test_nobody_under_18_signs_up_for_dangerous_work(stage: Stage) -> None:
    stage.change(hazard=True, min_age=14)
    answer = stage.put(make_volunteer(stage.session, birth_date=MINOR))
    assert (answer.status_code, answer.json["code"], answer.json["min_age"]) == (409, "hazard", 18)
    assert stage.put(make_volunteer(stage.session, birth_date=TURNS_18)).status_code == 200


def test_an_age_above_18_holds_for_dangerous_work_too(stage: Stage) -> None:
    stage.change(hazard=True, min_age=21)
    answer = stage.put(make_volunteer(stage.session, birth_date=TURNS_18))
    assert (answer.status_code, answer.json["code"], answer.json["min_age"]) == (409, "too-young", 21)


def test_places_of_the_removed_count_for_the_new_capacity(stage: Stage) -> None:
    stage.join(ADULT)
    stage.join(MINOR)
    assert stage.change(hazard=True, capacity=1).status_code == 200
    assert stage.client.get(stage.url).json["going"] == 1


def test_other_changes_remove_nobody(stage: Stage) -> None:
    stage.change(min_age=16)
    person = stage.join(date(2009, 1, 1))
    stage.change(min_age=14)
    stage.change(title={"kk": "Басқа"})
    assert stage.states(person) == ["going"]
    assert stage.told("removed") == []


def test_after_the_end_nobody_is_removed(stage: Stage, clock: FixedClock) -> None:
    person = stage.join(MINOR)
    clock.at = stage.event.ends_at + timedelta(minutes=30)
    stage.change(hazard=True)
    assert stage.counted() == 1
    assert stage.client.get(stage.url).json["going"] == 1
    assert stage.told("removed") == [], person


def test_the_removed_alone_is_told_unless_she_goes_again(stage: Stage) -> None:
    person = stage.join(MINOR)
    stage.change(hazard=True)
    (entry,) = stage.told("removed")
    assert [row.volunteer_id for row in stage.session.execute(recipients(stage.session, entry))] == [
        person.id
    ]
    stage.change(hazard=False)
    assert stage.put(person).status_code == 200
    assert stage.session.execute(recipients(stage.session, entry)).all() == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_words_say_why(stage: Stage, locale: str) -> None:
    assert KINDS["removed"].urgent
    stage.join(MINOR)
    stage.change(hazard=True)
    (entry,) = stage.told("removed")
    title, body = words("removed", entry.facts, locale)
    assert stage.event.title[locale] in title
    assert "18" in body
