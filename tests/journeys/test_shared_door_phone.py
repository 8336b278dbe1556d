"""One phone at an event's door, which several people use in turn: what each has tapped waits (R36)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Attendance, Event, EventHelper, PageSession
from service.models import Volunteer as Person
from tests.journeys.browser import PHONE, Open
from tests.journeys.demo import serving_nobody
from tests.journeys.organizer import AS_PIXEL_7
from tests.journeys.processes import Service
from tests.journeys.test_door_without_signal import in_store, until
from tests.journeys.volunteer import KK, Volunteer
from tests.makers import AKTOBE, make_event, make_organization, make_signup, make_volunteer

THERE = {"latitude": AKTOBE[0], "longitude": AKTOBE[1], "accuracy": 12}
FIRST, SECOND = "Бірінші Қатысушы", "Екінші Қатысушы"


@dataclass(frozen=True, slots=True)
class World:
    service: Service
    engine: sa.Engine
    event: Event
    owner: str
    helpers: tuple[str, str]
    goer: str

    def marked(self) -> set[str]:
        """Who has an attendance."""
        with Session(self.engine) as session:
            wanted = (
                sa.select(Person.display_name)
                .join(Attendance, Attendance.volunteer_id == Person.id)
                .where(Attendance.event_id == self.event.id)
            )
            return set(session.scalars(wanted))

    def end_sessions(self) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(sa.delete(PageSession))


@pytest.fixture
def world(postgres_url: str) -> Iterator[World]:
    """An event that goes on, its organizer, two helpers, and three people on its list."""
    for running, engine in serving_nobody(postgres_url):
        at = datetime.now(UTC)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            owner, *helpers = (make_volunteer(session, last_seen_at=at) for _ in range(3))
            organization = make_organization(session, owner=owner)
            event = make_event(session, organization, starts_at=at - timedelta(minutes=30))
            for one in helpers:
                named = {"named_by": owner.id, "named_at": at}
                session.add(EventHelper(event_id=event.id, volunteer_id=one.id, **named))
            goers = [make_volunteer(session, display_name=name, last_seen_at=at) for name in (FIRST, SECOND)]
            goers.append(make_volunteer(session, last_seen_at=at))
            for one in goers:
                make_signup(session, event, one)
            numbers = [str(one.phone) for one in (owner, *helpers, goers[-1])]
        yield World(running, engine, event, numbers[0], (numbers[1], numbers[2]), numbers[3])


@pytest.fixture
def phone(world: World, window: Open) -> Volunteer:
    return Volunteer(world.service, window(world.service.url, PHONE, **{**AS_PIXEL_7, "geolocation": THERE}))


def comes(world: World, phone: Volunteer, number: str) -> None:
    """Signs in on this phone, by the form: whoever was in before has not signed out."""
    world.end_sessions()
    phone.open("account")
    phone.come_in(number)
    phone.page.wait_for_url("**/account")


def goes(phone: Volunteer) -> None:
    phone.open("account")
    phone.page.locator("#sign-out button").click()
    phone.page.wait_for_url("**/sign-in")


def keeps_the_list(world: World, phone: Volunteer) -> None:
    phone.open(f"organizer/events/{world.event.id}/list")
    until(lambda: in_store(phone.page, "events") == 1)


def test_an_organizer_who_signs_out_takes_their_list_away_and_nobodys_tap(
    world: World, phone: Volunteer
) -> None:
    comes(world, phone, world.goer)
    phone.open(f"events/{world.event.id}")
    phone.reads("Сіз орындасыз")
    world.end_sessions()
    phone.press(KK.arrive)
    phone.reads("Телефонда сақталды")
    comes(world, phone, world.owner)
    keeps_the_list(world, phone)
    goes(phone)
    until(lambda: in_store(phone.page, "events") == 0)
    assert len(phone.kept()) == 1
    phone.open(f"events/{world.event.id}/check-in")
    phone.come_in(world.goer)
    phone.reads("Келгеніңіз белгіленді")
    assert len(world.marked()) == 1


def test_two_helpers_tick_in_turn_on_one_phone(world: World, phone: Volunteer) -> None:
    """The second sees nothing of the first, sends nothing of theirs, and takes nothing of it away."""
    page = phone.page
    comes(world, phone, world.helpers[0])
    keeps_the_list(world, phone)
    world.end_sessions()
    page.get_by_role("button", name=f"Келді: {FIRST}").click()
    until(lambda: in_store(page, "ticks") == 1)
    comes(world, phone, world.helpers[1])
    until(lambda: in_store(page, "events") == 0)
    keeps_the_list(world, phone)
    page.get_by_role("button", name=f"Келді: {FIRST}").wait_for()
    page.get_by_role("button", name=f"Келді: {SECOND}").click()
    until(lambda: world.marked() == {SECOND})
    # Nothing of the second's waits: nothing is asked when they go.
    goes(phone)
    assert in_store(page, "ticks") == 1
    comes(world, phone, world.helpers[0])
    phone.open(f"organizer/events/{world.event.id}/list")
    until(lambda: world.marked() == {FIRST, SECOND})
    until(lambda: in_store(page, "ticks") == 0)


def test_a_helper_who_signs_out_takes_their_own_ticks_away_and_is_asked_first(
    world: World, phone: Volunteer
) -> None:
    page = phone.page
    comes(world, phone, world.helpers[0])
    keeps_the_list(world, phone)
    page.route("**/list/kept", lambda route: route.abort())
    page.get_by_role("button", name=f"Келді: {FIRST}").click()
    until(lambda: in_store(page, "ticks") == 1)
    phone.open("account")
    page.once("dialog", lambda dialog: dialog.accept())
    goes(phone)
    until(lambda: in_store(page, "ticks") == in_store(page, "events") == 0)


def test_signing_out_leaves_the_list_of_people_to_nobody(world: World, phone: Volunteer) -> None:
    """Not even without signal, where the page itself is kept."""
    comes(world, phone, world.owner)
    keeps_the_list(world, phone)
    goes(phone)
    phone.page.context.set_offline(True)
    phone.open(f"organizer/events/{world.event.id}/list")
    phone.page.locator("h1").wait_for()
    assert FIRST not in phone.main.inner_text()
