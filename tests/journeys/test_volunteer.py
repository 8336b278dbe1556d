"""A volunteer's way in a real browser: from a link in a chat, without a session, to a certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event
from service.platform.database import sqlalchemy_url
from tests.conftest import fresh_database
from tests.journeys.browser import PLAIN, Look, Open
from tests.journeys.organizer import AS_PIXEL_7, PIXEL_7
from tests.journeys.processes import Service
from tests.journeys.volunteer import KK, RU, Volunteer, Words
from tests.makers import AKTOBE, make_coordinator, make_event

NUMBER, COORDINATOR = "+77027654321", "+77020000001"
FAR = {"latitude": AKTOBE[0] + 0.1, "longitude": AKTOBE[1], "accuracy": 12}


@dataclass(frozen=True, slots=True)
class Stage:
    service: Service
    event: Event

    def set_clock(self, at: datetime) -> None:
        assert self.service.call("PUT", "/dev/clock", json={"at": at.isoformat()}).status_code == 200


@pytest.fixture
def stage(postgres_url: str) -> Iterator[Stage]:
    """An event that begins in an hour and a half, and the coordinator of its region."""
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url))
        now = datetime.now(UTC)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            event = make_event(session, starts_at=now + timedelta(minutes=90))
            make_coordinator(session, "KZ-15", phone=COORDINATOR, last_seen_at=now)
        engine.dispose()
        running = Service(url, WEB_WORKERS="1")
        running.start("serve")
        try:
            running.wait_until_up()
            yield Stage(running, event)
        finally:
            running.stop()


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
    volunteer.come_in(NUMBER)
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
