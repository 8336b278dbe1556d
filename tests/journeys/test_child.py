"""A child and its parent abroad, each on a phone, in a real browser: asked, agreed, seen, taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import signups
from service.models import Event, Signup, Volunteer
from service.people import identities
from tests.journeys.browser import Look, Open
from tests.journeys.demo import serving_nobody
from tests.journeys.organizer import AS_PIXEL_7, PIXEL_7
from tests.journeys.processes import Service
from tests.journeys.volunteer import KK, RU, Words
from tests.journeys.volunteer import Volunteer as Walker
from tests.makers import AKTOBE, make_event, make_volunteer

CHILD, PARENT = "+77027650015", "+996700123456"
THERE = {"latitude": AKTOBE[0], "longitude": AKTOBE[1], "accuracy": 12}


@dataclass(frozen=True, slots=True)
class Family:
    """What is written on the things that a child and a parent touch."""

    make: str
    sign_in: str
    agree: str
    withdraw: str


SAID = {
    "kk": Family("Сілтеме жасау", "Телефон нөмірімен кіру", "Келісім беру", "Келісімді қайтарып алу"),
    "ru": Family("Сделать ссылку", "Войти по номеру телефона", "Дать согласие", "Отозвать согласие"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Two events: one that begins soon, and one in two days, with a single place."""

    service: Service
    engine: sa.Engine
    soon: Event
    later: Event
    waiting: Volunteer

    def wait_in_line(self) -> None:
        with Session(self.engine) as session, session.begin():
            actor = identities.find_actor(session, self.waiting.subject)
            assert actor is not None
            signups.sign_up(session, actor, self.later.id, 0, datetime.now(UTC))

    def statuses(self, event: Event) -> list[str]:
        with Session(self.engine) as session:
            query = sa.select(Signup.status).where(Signup.event_id == event.id).order_by(Signup.status)
            return list(session.scalars(query))


@pytest.fixture
def stage(postgres_url: str) -> Iterator[Stage]:
    now = datetime.now(UTC)
    for running, engine in serving_nobody(postgres_url):
        with Session(engine, expire_on_commit=False) as session, session.begin():
            soon = make_event(session, starts_at=now + timedelta(minutes=90))
            later = make_event(session, starts_at=now + timedelta(days=2), capacity=1)
            waiting = make_volunteer(session, last_seen_at=now)
        yield Stage(running, engine, soon, later, waiting)


@pytest.mark.parametrize(
    ("look", "words"),
    [(PIXEL_7, KK), pytest.param(PIXEL_7, RU, marks=pytest.mark.full)],
    ids=lambda value: getattr(value, "language", ""),
)
def test_a_child_and_its_parent_abroad(window: Open, stage: Stage, look: Look, words: Words) -> None:
    said = SAID[words.language]
    url = stage.service.url
    child = Walker(stage.service, window(url, look, **{**AS_PIXEL_7, "geolocation": THERE}), words)
    parent = Walker(stage.service, window(url, look, **AS_PIXEL_7), words)
    link = registers_and_is_told(child, stage, said)
    agrees(parent, link, said)
    signs_up_and_comes(child, stage)
    sees_it_and_takes_it_back(parent, child, stage, said)


def registers_and_is_told(child: Walker, stage: Stage, said: Family) -> str:
    """The child wants to sign up, registers on the way, and is led to the link to hand on."""
    words, main = child.words, child.main
    child.open(f"events/{stage.later.id}")
    child.follow(words.sign_up)
    child.come_in(CHILD)
    child.page.wait_for_url("**/register**")
    child.fill(words.name, "Мадина Ерланқызы")
    child.fill(words.birth_date, f"{datetime.now(UTC).year - 15}-01-10")
    main.locator("#region").select_option("KZ-15")
    main.locator("#guardian").click()
    main.locator("[id='guardian.name']").fill("Сәуле Айтқызы")
    main.locator("[id='guardian.phone']").fill(PARENT)
    for box in main.get_by_role("checkbox").all():
        box.check()
    child.press(words.register)
    child.page.wait_for_url("**/account/guardian**")
    child.check("guardian")
    child.open(f"events/{stage.later.id}/signup")
    child.page.wait_for_url("**/account/guardian**")
    child.press(said.make)
    link = main.locator("#guardian-link")
    link.wait_for()
    child.check("guardian-link")
    return link.inner_text().strip()


def agrees(parent: Walker, link: str, said: Family) -> None:
    """The link is opened on another phone; its secret leaves the address at once, and waits."""
    page, main = parent.page, parent.main
    page.goto(link)
    page.wait_for_url("**/guardian")
    parent.check("guarding-start")
    parent.follow(said.sign_in)
    parent.come_in(PARENT)
    page.wait_for_url("**/guardian")
    main.locator("#link-read").wait_for()
    assert "Мадина" not in main.inner_text()
    main.locator("#name").fill("Сәуле Айтқызы")
    main.locator("#relation").check()
    for name in ("adult", "parent", "agrees"):
        main.locator(f"#{name}").check()
    parent.check("guarding")
    parent.press(said.agree)
    main.get_by_role("heading", name="Мадина").wait_for()
    parent.check("guarding-agreed")


def signs_up_and_comes(child: Walker, stage: Stage) -> None:
    for event in (stage.later, stage.soon):
        child.open(f"events/{event.id}/signup")
        child.press(child.words.sign_up)
        child.main.get_by_text(child.words.going).wait_for()
    stage.wait_in_line()
    at = stage.soon.starts_at + timedelta(minutes=5)
    assert stage.service.call("PUT", "/dev/clock", json={"at": at.isoformat()}).status_code == 200
    child.open(f"events/{stage.soon.id}")
    with child.page.expect_response(lambda said: said.request.method == "POST" and "check-in" in said.url):
        child.press(child.words.arrive)
    child.main.get_by_role("button", name=child.words.leave, exact=True).wait_for()


def sees_it_and_takes_it_back(parent: Walker, child: Walker, stage: Stage, said: Family) -> None:
    parent.open("guardian")
    rows = parent.main.locator(".row-name", has_text=stage.soon.title[parent.words.language])
    assert rows.count() == 3, parent.main.inner_text()  # goes to both, and was at one
    parent.check("guarding-seen")
    assert stage.statuses(stage.later) == ["going", "waitlisted"]
    parent.follow(said.withdraw)
    parent.check("guarding-withdraw")
    parent.press(said.withdraw)
    parent.page.wait_for_url("**/guardian")
    assert "Мадина" not in parent.main.inner_text()
    assert stage.statuses(stage.later) == ["cancelled", "going"]
    child.open("account/guardian")
    child.check("guardian-withdrawn")
    assert child.main.locator("#make-link").count() == 1
