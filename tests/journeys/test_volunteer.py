"""A volunteer's way in a real browser: from a link in a chat, without a session, to a certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event
from tests.journeys.browser import PC, PLAIN, Look, Open, plain
from tests.journeys.demo import serving_nobody
from tests.journeys.organizer import AS_PIXEL_7, PIXEL_7, only_page
from tests.journeys.processes import Service
from tests.journeys.volunteer import KK, RU, Volunteer, Words
from tests.makers import AKTOBE, make_coordinator, make_event

COORDINATOR = "+77020000001"
NUMBERS = count(1)
FAR = {"latitude": AKTOBE[0] + 0.1, "longitude": AKTOBE[1], "accuracy": 12}


@dataclass(frozen=True, slots=True)
class Stage:
    service: Service
    event: Event
    number: str

    def set_clock(self, at: datetime) -> None:
        assert self.service.call("PUT", "/dev/clock", json={"at": at.isoformat()}).status_code == 200


@pytest.fixture(scope="module")
def world(postgres_url: str) -> Iterator[tuple[Service, sa.Engine]]:
    for running, engine in serving_nobody(postgres_url):
        with Session(engine) as session, session.begin():
            make_coordinator(session, "KZ-15", phone=COORDINATOR, last_seen_at=datetime.now(UTC))
        yield running, engine


@pytest.fixture
def stage(world: tuple[Service, sa.Engine]) -> Stage:
    """An event that begins in an hour and a half, and the number of somebody who is not registered."""
    service, engine = world
    assert service.call("DELETE", "/dev/clock").status_code == 204
    with Session(engine, expire_on_commit=False) as session, session.begin():
        event = make_event(session, starts_at=datetime.now(UTC) + timedelta(minutes=90))
    return Stage(service, event, f"+7702765{next(NUMBERS):04}")


@pytest.mark.parametrize(
    ("look", "words"),
    [(PIXEL_7, KK), pytest.param(PIXEL_7, RU, marks=pytest.mark.full)],
    ids=lambda value: getattr(value, "language", ""),
)
def test_from_a_link_to_a_certificate(window: Open, stage: Stage, look: Look, words: Words) -> None:
    seen = window(stage.service.url, look, **{**AS_PIXEL_7, "geolocation": FAR})
    volunteer = Volunteer(stage.service, seen, words)
    signs_up(volunteer, stage)
    is_refused_and_sends_anyway(volunteer, stage)
    asks_for_a_second_look(volunteer, stage)
    desk = Volunteer(stage.service, window(stage.service.url, PC), words)
    is_answered(desk)
    reads_the_record(volunteer, stage)
    takes_the_certificate(volunteer)


@pytest.mark.parametrize(
    "words", [KK, pytest.param(RU, marks=pytest.mark.full)], ids=lambda one: one.language
)
def test_without_scripts_one_gets_as_far_as_the_sign_up(window: Open, stage: Stage, words: Words) -> None:
    signs_up(Volunteer(stage.service, window(stage.service.url, PLAIN), words), stage)


def signs_up(volunteer: Volunteer, stage: Stage) -> None:
    """By a link in a chat: nobody is signed in, nobody is registered."""
    words, main = volunteer.words, volunteer.main
    volunteer.open(f"events/{stage.event.id}")
    volunteer.check("event")
    volunteer.follow(words.sign_up)
    volunteer.come_in(stage.number)
    volunteer.page.wait_for_url("**/register**")
    volunteer.fill(words.name, "Әсел Қуанышқызы")
    volunteer.fill(words.birth_date, "1990-05-01")
    main.locator("#region").select_option("KZ-15")
    for box in main.get_by_role("checkbox").all():
        box.check()
    volunteer.check("register")
    volunteer.press(words.register)
    volunteer.page.wait_for_url("**/signup")
    volunteer.check("signup")
    volunteer.press(words.sign_up)
    main.get_by_text(words.going).wait_for()
    volunteer.check("going")


def is_refused_and_sends_anyway(volunteer: Volunteer, stage: Stage) -> None:
    """On the day, eleven kilometres from the place."""
    words = volunteer.words
    stage.set_clock(stage.event.starts_at + timedelta(minutes=15))
    volunteer.open(f"events/{stage.event.id}")
    volunteer.reads("11 км")
    volunteer.check("outside")
    volunteer.press(words.anyway)
    volunteer.reads("11 км", "100 м")
    volunteer.check("refused")


def asks_for_a_second_look(volunteer: Volunteer, stage: Stage) -> None:
    """After the event's end, from its page."""
    words = volunteer.words
    stage.set_clock(stage.event.ends_at + timedelta(hours=1))
    volunteer.open(f"events/{stage.event.id}")
    volunteer.reads("11 км")
    volunteer.page.locator("#check-in-acts").get_by_role("link", name=words.look).click()
    volunteer.page.wait_for_url(f"**/account/record/{stage.event.id}")
    volunteer.check("appeal")
    volunteer.fill(words.what_was, "Өзеннің арғы бетінде едім.")
    volunteer.press(words.look)
    volunteer.main.get_by_text("Өзеннің арғы бетінде едім.").wait_for()
    volunteer.check("appealed")
    volunteer.open(f"events/{stage.event.id}")
    volunteer.line.wait_for()
    assert volunteer.acts() == []


def is_answered(desk: Volunteer) -> None:
    """By the coordinator, on the page of what waits."""
    words, main = desk.words, desk.main
    desk.open("coordinator/reviews")
    desk.come_in(COORDINATOR)
    desk.page.wait_for_url("**/coordinator/reviews")
    main.get_by_text("Өзеннің арғы бетінде едім.").wait_for()
    main.locator("input[name=ids]").check()
    main.locator("#ready").select_option("was-there")
    desk.press(words.accept)
    main.locator(".notice").first.filter(has_text=words.decided).wait_for()


def reads_the_record(volunteer: Volunteer, stage: Stage) -> None:
    """Three hours, which the coordinator's word has proven."""
    volunteer.open(f"account/record/{stage.event.id}")
    volunteer.main.locator(".chip-counted").first.wait_for()
    volunteer.check("record-one")
    volunteer.open("account/record")
    assert volunteer.words.record in plain(volunteer.main.inner_text())
    volunteer.check("record")
    token = stage.service.sign_in(stage.number)
    (item,) = stage.service.call("GET", "/v1/me/record", token).json()["items"]
    assert (item["event"]["id"], item["status"]) == (str(stage.event.id), "counted")


def takes_the_certificate(volunteer: Volunteer) -> None:
    words = volunteer.words
    volunteer.open("account/certificates")
    volunteer.press(words.make)
    link = volunteer.main.get_by_role("link", name=words.download).first
    link.wait_for()
    volunteer.check("certificates")
    address = link.get_attribute("href")
    answer = volunteer.page.context.request.get(f"{volunteer.service.url}{address}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert "Қуанышқызы" in only_page(answer.body())
