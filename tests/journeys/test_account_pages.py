"""A volunteer's own pages in a real browser, over the demo: each fits and is readable."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Dialog
from sqlalchemy.orm import Session

from cli import demo_ids
from service.events import calendar_feeds
from service.models import Volunteer
from service.people import identities, sessions
from tests.journeys.browser import PHONE, Look, Open, Window, looks
from tests.journeys.demo import fresh_demo, serving
from tests.makers import make_device

pytestmark = pytest.mark.full

PHONE_NUMBER = "+77000000105"
PATHS = (
    "", "/going", "/inbox", "/calendar", "/settings", "/notifications", "/devices", "/record",
    f"/record/{demo_ids.numbered(1011)}", "/record/refused", "/certificates",
)  # fmt: skip
TOKENS: list[str] = []
"""Of the session that the demo was given; it belongs to this run alone."""

KEEP_A_TICK = """() => new Promise((resolve) => {
  const request = indexedDB.open('tazalyq-door', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('events', { keyPath: 'id' });
    request.result.createObjectStore('ticks', { keyPath: 'id' });
  };
  request.onsuccess = () => {
    const kept = request.result.transaction('ticks', 'readwrite');
    const { person } = document.querySelector('form[data-person]').dataset;
    kept.objectStore('ticks').put({ id: 'one', person });
    kept.oncomplete = () => { request.result.close(); resolve(); };
  };
})"""


def sign_in(session: Session) -> None:
    """A volunteer with a calendar and a phone."""
    now = datetime.now(UTC)
    person = session.scalars(sa.select(Volunteer).where(Volunteer.phone == PHONE_NUMBER)).one()
    known = identities.find(session, person.subject)
    assert known is not None
    calendar_feeds.put(session, person.id, now)
    make_device(session, person)
    TOKENS[:] = [sessions.begin(session, known.actor, "Chrome, Android", "127.0.0.1", now)]


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    for database_url in fresh_demo(postgres_url, sign_in):
        with serving(database_url) as running:
            yield running.url


def enter(window: Open, url: str, look: Look) -> Window:
    """A window in which the volunteer is signed in."""
    seen = window(url, look)
    seen.page.context.add_cookies([{"name": "tazalyq_dev", "value": TOKENS[0], "url": url}])
    return seen


@looks()
def test_every_page_fits_and_is_readable(window: Open, url: str, look: Look, language: str) -> None:
    seen = enter(window, url, look)
    for path in PATHS:
        seen.open(f"/{language}/account{path}")
        seen.check(f"account{path.replace('/', '-')}-{language}")
    seen.open(f"/{language}/certificates/{demo_ids.CERTIFICATE_CODE}")
    seen.check(f"certificate-{language}")


def test_signing_out_warns_of_ticks_that_the_door_has_kept(window: Open, url: str) -> None:
    seen, asked = enter(window, url, PHONE), list[str]()
    page = seen.open("/kk/account")

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    assert "tazalyq-door" not in page.evaluate(
        "indexedDB.databases().then((all) => all.map((one) => one.name))"
    )
    page.evaluate(KEEP_A_TICK)
    page.reload()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Шығу").click()
    assert len(asked) == 1
    assert page.url.endswith("/kk/account")
    assert page.context.cookies()
