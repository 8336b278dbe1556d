"""Organizers' pages in a real browser, over the demo: each fits, is readable, and asks no other host."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cli.demo_ids import numbered, of_person
from service.events import helpers
from service.models import Event, Volunteer
from service.people import identities, sessions
from tests.journeys.browser import PHONE, PLAIN, Look, Open, Window, looks
from tests.journeys.demo import fresh_demo, serving

TODAY, COMING, LONG, DRAFT, OFF = (numbered(number) for number in (1001, 1002, 1005, 1007, 1012))
OWNER = "+77000000003"
HELPER = of_person("+77000000101")
EVENTS = "/organizer/events"
ORGANIZATION = f"/organizer/organizations/{numbered(1)}"
PATHS = {
    "home": "/organizer/",
    "new": f"{EVENTS}/new",
    "board": f"{EVENTS}/{TODAY}",
    "board-over-night": f"{EVENTS}/{LONG}",
    "groups-over-night": f"{EVENTS}/{LONG}/groups",
    "people-over-night": f"{EVENTS}/{LONG}/people",
    "move-over-night": f"{EVENTS}/{LONG}/move",
    "board-draft": f"{EVENTS}/{DRAFT}",
    "board-off": f"{EVENTS}/{OFF}",
    "preview": f"{EVENTS}/{DRAFT}/preview",
    "edit": f"{EVENTS}/{COMING}/edit",
    "share": f"{EVENTS}/{COMING}/share",
    "groups": f"{EVENTS}/{TODAY}/groups",
    "message": f"{EVENTS}/{TODAY}/message",
    "cancel": f"{EVENTS}/{COMING}/cancel",
    "move": f"{EVENTS}/{COMING}/move",
    "restore": f"{EVENTS}/{OFF}/restore",
    "copy": f"{EVENTS}/{COMING}/copy",
    "list": f"{EVENTS}/{TODAY}/list",
    "code": f"{EVENTS}/{TODAY}/code",
    "people": f"{EVENTS}/{COMING}/people",
    "helpers": f"{EVENTS}/{COMING}/helpers",
    "helper-dismissed": f"{EVENTS}/{COMING}/helpers/{HELPER}/dismiss",
    "board-helped": f"{EVENTS}/{COMING}",
    "doubts": f"{EVENTS}/{TODAY}/doubts",
    "result": f"{EVENTS}/{TODAY}/result",
    "organization": ORGANIZATION,
    "organization-new": "/organizer/organizations/new",
    "organization-edit": f"{ORGANIZATION}/edit",
    "contact": f"{ORGANIZATION}/contact",
    "members": f"{ORGANIZATION}/members",
}
TOKENS: list[str] = []
"""Of the session that the demo was given; it belongs to this run alone."""


def sign_in(session: Session) -> None:
    """The owner, who has named a helper, is signed in without a second factor: events need none.

    One event goes on over night.
    """
    now = datetime.now(UTC)
    owner = session.scalars(sa.select(Volunteer).where(Volunteer.phone == OWNER)).one()
    known = identities.find(session, owner.subject)
    assert known is not None
    session.get_one(Event, LONG).ends_at += timedelta(hours=18)
    helpers.name(session, known.actor, COMING, HELPER, now)
    TOKENS[:] = [sessions.begin(session, known.actor, "Chrome", "127.0.0.1", now)]


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    for database_url in fresh_demo(postgres_url, sign_in):
        with serving(database_url) as running:
            yield running.url


def enter(window: Open, url: str, look: Look, **options: object) -> Window:
    """A window in which the owner is signed in."""
    seen = window(url, look, **options)
    seen.page.context.add_cookies([{"name": "tazalyq_dev", "value": TOKENS[0], "url": url}])
    return seen


@looks()
def test_every_page_fits_and_is_readable(window: Open, url: str, look: Look, language: str) -> None:
    seen = enter(window, url, look)
    for name, path in PATHS.items():
        seen.open(f"/{language}{path}")
        seen.check(f"organizer-{name}-{language}")


@pytest.mark.parametrize("look", [PHONE, PLAIN], ids=lambda look: look.name)
def test_a_form_that_is_refused_says_what_is_wrong(window: Open, url: str, look: Look) -> None:
    seen = enter(window, url, look)
    page = seen.open(f"/ru{EVENTS}/new")
    page.get_by_label("Сколько человек нужно?").fill("много")
    page.get_by_role("button", name="Посмотреть").click()
    page.locator(".errors").wait_for()
    assert page.get_by_label("Сколько человек нужно?").input_value() == "много"
    seen.check("organizer-new-refused-ru")


def test_without_leave_to_locate_the_page_says_how_to_go_on(window: Open, url: str) -> None:
    seen = enter(window, url, PHONE)
    page = seen.open(f"/kk{EVENTS}/new")
    page.get_by_role("button", name="Мен осындамын").click()
    page.get_by_text("Орныңыз анықталмады").wait_for()
    seen.check()
