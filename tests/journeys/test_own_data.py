"""My data in a real browser: a copy that is read, consents and honours given and taken back, all erased."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event, Signup
from service.models import Volunteer as Person
from service.platform.database import sqlalchemy_url
from tests.conftest import fresh_database
from tests.journeys.browser import Look, Open
from tests.journeys.organizer import AS_PIXEL_7, PIXEL_7
from tests.journeys.processes import Service
from tests.journeys.volunteer import KK, RU, Volunteer, Words, cookie_of
from tests.makers import make_attendance, make_event, make_signup, make_volunteer

PHONE, NAME = "+77027650031", "Ақмарал Сейтқызы"


@dataclass(frozen=True, slots=True)
class Said:
    """What is written on the things that are touched here."""

    download: str
    given: str
    withdrawn: str
    named: str
    not_named: str
    word: str
    wrong_word: str
    erased: str


SAID = {
    "kk": Said(
        download="Көшірмені жүктеп алу",
        given="Келісім берілді.",
        withdrawn="Келісім қайтарып алынды.",
        named="Тізімде аталасыз",
        not_named="Тізімде жоқсыз",
        word="ЖОЮ",
        wrong_word="Сөз сәйкес келмеді.",
        erased="Деректеріңіз жойылды.",
    ),
    "ru": Said(
        download="Скачать копию",
        given="Согласие дано.",
        withdrawn="Согласие отозвано.",
        named="Вы в списке",
        not_named="Вас нет в списке",
        word="УДАЛИТЬ",
        wrong_word="Слово не совпало.",
        erased="Ваши данные удалены.",
    ),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Somebody who was at one event and goes to another."""

    service: Service
    engine: sa.Engine
    was_at: Event
    goes_to: Event


@pytest.fixture
def stage(postgres_url: str) -> Iterator[Stage]:
    for url in fresh_database(postgres_url):
        engine = sa.create_engine(sqlalchemy_url(url))
        now = datetime.now(UTC)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            person = make_volunteer(session, phone=PHONE, display_name=NAME, last_seen_at=now)
            was_at = make_event(session, starts_at=now - timedelta(days=3), title={"kk": "Өткен сенбілік"})
            make_attendance(session, was_at, person)
            goes_to = make_event(session, starts_at=now + timedelta(days=3), going=1)
            make_signup(session, goes_to, person)
        running = Service(url, WEB_WORKERS="1")
        running.start("serve")
        try:
            running.wait_until_up()
            yield Stage(running, engine, was_at, goes_to)
        finally:
            running.stop()
            engine.dispose()


@pytest.mark.parametrize(
    ("look", "words"),
    [(PIXEL_7, KK), pytest.param(PIXEL_7, RU, marks=pytest.mark.full)],
    ids=lambda value: getattr(value, "language", ""),
)
def test_my_data_to_the_end(window: Open, stage: Stage, look: Look, words: Words) -> None:
    me = Volunteer(stage.service, window(stage.service.url, look, **AS_PIXEL_7), words)
    with Session(stage.engine) as session, session.begin():
        me.page.context.add_cookies([cookie_of(session, PHONE, datetime.now(UTC), stage.service.url)])
    said = SAID[words.language]
    takes_a_copy(me, stage, said)
    gives_and_takes_back(me, said)
    is_named_and_not(me, said)
    is_erased(me, stage, said)


def takes_a_copy(me: Volunteer, stage: Stage, said: Said) -> None:
    """The file that the browser keeps has the person in it, and where they were and go."""
    me.open("account/data")
    me.check("data")
    with me.page.expect_download() as begun:
        me.press(said.download)
    assert begun.value.suggested_filename == "tazalyq-my-data.json"
    text = begun.value.path().read_text("utf-8")
    assert json.loads(text)
    for part in (NAME, PHONE, str(stage.was_at.id), str(stage.goes_to.id)):
        assert part in text, part
    # The page stays: its button goes on working, where the first file was lost, say.
    me.page.wait_for_timeout(3_500)
    with me.page.expect_download():
        me.press(said.download)


def gives_and_takes_back(me: Volunteer, said: Said) -> None:
    me.open("account/consents")
    me.check("consents")
    me.main.locator("#withdraw-cross_border button").click()
    me.main.locator(".notice").first.filter(has_text=said.withdrawn).wait_for()
    me.check("consent-withdrawn")
    me.main.locator("#give-cross_border button").click()
    me.main.locator(".notice").first.filter(has_text=said.given).wait_for()
    assert me.main.locator("#withdraw-cross_border").count() == 1


def is_named_and_not(me: Volunteer, said: Said) -> None:
    me.open("account/honours")
    me.check("honours")
    for name in (said.named, said.not_named):
        me.main.locator("#public-form button").click()
        me.main.locator(".chip").filter(has_text=name).wait_for()
    me.check("honours-private")


def is_erased(me: Volunteer, stage: Stage, said: Said) -> None:
    """A wrong word changes nothing; the right one leaves nobody signed in, no name, and the place free."""
    me.open("account/data/erase")
    me.check("erase")
    me.main.locator("#word").fill("иә")
    me.main.locator("#erase .btn-danger").click()
    me.main.locator("#word-error").filter(has_text=said.wrong_word).wait_for()
    me.check("erase-wrong-word")
    me.main.locator("#word").fill(f" {said.word.lower()} ")
    me.main.locator("#erase .btn-danger").click()
    me.main.locator(".notice").first.filter(has_text=said.erased).wait_for()
    me.check("erased")
    me.open("account")
    assert "/sign-in" in me.page.url
    with Session(stage.engine) as session:
        named = sa.or_(Person.phone == PHONE, Person.display_name == NAME)
        assert session.scalars(sa.select(Person.id).where(named)).all() == []
        assert session.get_one(Event, stage.goes_to.id).going == 0
        assert session.scalars(sa.select(Signup)).all() == []
