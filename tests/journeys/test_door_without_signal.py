"""The list and the code of an event on a phone without signal, whose browser is killed in between (R36)."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy.orm import Session

from cli import assets
from cli.demo_ids import of_person
from service.models import Attendance, Event, ListTick, Membership, Organization, PageSession
from service.platform.database import sqlalchemy_url
from tests.journeys.browser import AXE, FLAGS, PATIENCE_MS, RULES
from tests.journeys.demo import fresh_demo, serving
from tests.journeys.processes import Service
from tests.makers import make_event, make_signup, make_volunteer

ORGANIZER, SOMEBODY_ELSE = "+77000000003", "+77000000101"
NAMES = [f"Қатысушы {number:02}" for number in range(12)]
KEPT = ".mark .chip:not(.chip-counted)"
EVENT: dict[str, Any] = {}


def prepare(session: Session) -> None:
    """An event that goes on, with twelve people on its list."""
    now = datetime.now(UTC)
    mine = sa.select(Membership.organization_id).where(Membership.volunteer_id == of_person(ORGANIZER))
    organization = session.scalars(sa.select(Organization).where(Organization.id.in_(mine))).first()
    assert organization is not None
    event = make_event(session, organization, starts_at=now - timedelta(hours=1))
    for name in NAMES:
        make_signup(session, event, make_volunteer(session, display_name=name))
    EVENT.update(id=event.id, secret=session.scalar(sa.select(Event.code_secret).where(Event.id == event.id)))


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[str]:
    yield from fresh_demo(postgres_url, prepare)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@contextmanager
def phone(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A browser with its own memory, which lasts beyond its process."""
    found = shutil.which("chromium")
    opened = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=found,
        args=FLAGS,
        viewport={"width": 360, "height": 740},
        timezone_id="Asia/Almaty",
    )
    opened.set_default_timeout(PATIENCE_MS)
    yield opened


def kill(profile: Path) -> None:
    """As a phone that has no memory left does it: the browser's own process, by its profile."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}" in words and not any(one.startswith("--type=") for one in words):
            os.kill(int(entry.name), signal.SIGKILL)


def until(holds: Callable[[], bool]) -> None:
    """Wait: the pages' own policy lets the debugger wait for nothing."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sign_in(page: Page, service: Service, number: str) -> None:
    page.get_by_label("Телефон нөмірі").fill(number)
    page.get_by_role("button", name="Код алу").click()
    page.get_by_label("Код", exact=True).fill(service.messages(number)[0]["code"])
    page.get_by_role("button", name="Кіру").click()


def in_store(page: Page, name: str) -> int:
    """How many things this browser keeps of its doors."""
    found: int = page.evaluate(
        """async (name) => {
            const open = indexedDB.open('tazalyq-door', 1);
            const made = await new Promise((resolve) => {
                open.onupgradeneeded = () => { open.transaction.abort(); resolve(null); };
                open.onsuccess = () => resolve(open.result);
                open.onerror = () => resolve(null);
            });
            if (!made) return 0;
            const count = made.transaction(name).objectStore(name).count();
            return new Promise((resolve) => {
                count.onsuccess = () => { made.close(); resolve(count.result); };
            });
        }""",
        name,
    )
    return found


def is_kept(page: Page, path: str) -> bool:
    """Whether the page of a path is there without signal."""
    return bool(page.evaluate("async (path) => Boolean(await caches.match(path))", f"{path}/shell"))


def test_ten_ticks_outlive_the_browser_and_the_session(database: str, profile: Path) -> None:
    assert shutil.which("chromium") is not None
    assert assets.build_once()
    base = f"/kk/organizer/events/{EVENT['id']}"
    engine = sa.create_engine(sqlalchemy_url(database))
    with sync_playwright() as playwright, serving(database) as service:
        with phone(playwright, profile) as browser:
            tick_ten(browser.new_page(), service, base)
            kill(profile)
        with phone(playwright, profile) as browser:
            page = browser.new_page()
            look_without_signal(page, service.url + base)
            send_after_signing_in_again(page, service, base, engine)
            let_somebody_else_in(page, service, engine)
            browser.close()
    engine.dispose()


def tick_ten(page: Page, service: Service, base: str) -> None:
    """With signal the pages are kept; without it ten people are ticked."""
    page.goto(f"{service.url}{base}/list")
    sign_in(page, service, ORGANIZER)
    page.wait_for_url(f"**{base}/list")
    for name in ("code", "list"):
        page.goto(f"{service.url}{base}/{name}")
        until(lambda name=name: is_kept(page, f"{base}/{name}"))  # type: ignore[misc]
    until(lambda: in_store(page, "events") == 1)
    service.stop()
    for name in NAMES[:10]:
        press_while_it_is_drawn(page, name)
        page.get_by_role("button", name=f"Болдырмау: {name}").wait_for()
    until(lambda: in_store(page, "ticks") == 10)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


def press_while_it_is_drawn(page: Page, name: str) -> None:
    """A press lasts, and the list is drawn again whenever something was sent: it must not come to nothing."""
    page.get_by_role("button", name=f"Келді: {name}").hover()
    page.mouse.down()
    page.evaluate("document.getElementById('q').dispatchEvent(new Event('input'))")
    page.mouse.up()


def look_without_signal(page: Page, url: str) -> None:
    """No service, no network: the page, the list, the ticks and the code are the phone's own."""
    page.goto(f"{url}/list")
    page.locator(KEPT).nth(9).wait_for()
    assert page.locator(KEPT).count() == 10
    assert "10" in page.locator(".notice").first.inner_text()
    page.goto(f"{url}/code")
    digits = page.locator("#code-digits span")
    digits.nth(1).wait_for()
    totp = pyotp.TOTP(EVENT["secret"], interval=60)
    until(lambda: "".join(digits.all_inner_texts()) == totp.now())


def send_after_signing_in_again(page: Page, service: Service, base: str, engine: sa.Engine) -> None:
    """The session has ended meanwhile; the same person signs in, and all arrive once."""
    end_sessions(engine)
    service.start("serve")
    service.wait_until_up()
    page.goto(f"{service.url}{base}/list")
    sign_in(page, service, ORGANIZER)
    page.locator(".chip-counted").nth(9).wait_for()
    until(lambda: in_store(page, "ticks") == 0)
    with Session(engine) as session:
        of_event = sa.select(Attendance.status).where(Attendance.event_id == EVENT["id"])
        assert session.scalars(of_event).all() == ["counted"] * 10
        ticks = sa.select(sa.func.count()).where(ListTick.event_id == EVENT["id"])
        assert session.scalar(ticks) == 10


def let_somebody_else_in(page: Page, service: Service, engine: sa.Engine) -> None:
    """On the same browser: nothing of it is there."""
    assert in_store(page, "events") == 1
    end_sessions(engine)
    page.goto(f"{service.url}/kk/account")
    sign_in(page, service, SOMEBODY_ELSE)
    page.wait_for_url("**/kk/account")
    until(lambda: in_store(page, "events") == 0)
    assert in_store(page, "ticks") == 0


def end_sessions(engine: sa.Engine) -> None:
    with Session(engine) as session, session.begin():
        session.execute(sa.delete(PageSession))
