"""What an organizer's pages cost a phone with 2G: bytes on the wire, and seconds until a page is whole.

Each page of the demo's organizer in a real Chromium of 360 px, whose network is held to 250 kbit/s down, 50
up and 300 ms there and back: as somebody who comes for the first time, with styles, scripts and all, and as
somebody who has kept those. The floor is an address that answers a few bytes, under the same network.
"""

import argparse
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session

from benchmarks.kit import demo_rows
from benchmarks.kit.service import Service, database
from cli import assets, demo_load
from service.models import Event, EventStatus, Organization
from service.people import identities, sessions
from service.platform.database import sqlalchemy_url

NETWORK = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 250_000 / 8,
    "uploadThroughput": 50_000 / 8,
}
ORGANIZER = "local:+77000000003"
PAGES = ("", "events/new", *(f"events/{{id}}{of}" for of in (
    "", "/edit", "/share", "/list", "/code", "/groups", "/message", "/people", "/doubts", "/result", "/cancel"
)))  # fmt: skip
FLOOR = "/healthz"


@dataclass(slots=True)
class Cost:
    """Of one page: seconds and bytes of each first and each later visit."""

    first_s: list[float] = field(default_factory=list)
    first_bytes: list[int] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)
    again_bytes: list[int] = field(default_factory=list)


def main() -> None:
    """Load the demo, open each page in turns with the floor, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_phone", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=0, help="not asked for: a page is opened once a turn"
    )
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    if shutil.which("chromium") is None or not assets.build_once():
        raise SystemExit("this asks for Debian's chromium and for the pages' scripts")
    with ExitStack() as stack:
        url = stack.enter_context(database())
        running = stack.enter_context(Service(url, WEB_WORKERS="1"))
        running.run("flask", "db", "upgrade")
        token, event_id = _prepare(url)
        running.start("serve")
        running.wait_until_up()
        browser = stack.enter_context(_chromium())
        costs = {
            path: Cost() for path in (FLOOR, *(f"/kk/organizer/{of.format(id=event_id)}" for of in PAGES))
        }
        for _ in range(options.turns):
            for path, cost in costs.items():
                _visit(browser, running.url, path, token, cost)
    _print(costs)


def _prepare(url: str) -> tuple[str, str]:
    """(the organizer's session, an event that many go to)."""
    now, engine = datetime.now(UTC), sa.create_engine(sqlalchemy_url(url))
    demo_rows.compose()
    with Session(engine) as session:
        demo_load.load(session, now)
        known = identities.find(session, ORGANIZER)
        assert known is not None  # noqa: S101 - the demo has them
        token = sessions.begin(session, known.actor, "Chromium", "127.0.0.1", now)
        event_id = session.scalar(
            sa.select(Event.id)
            .join(Organization)
            .where(
                Organization.id.in_(list(known.actor.organizations)), Event.status == EventStatus.PUBLISHED
            )
            .order_by(sa.func.abs(sa.extract("epoch", Event.starts_at - now)))
            .limit(1)
        )
        session.commit()
    engine.dispose()
    return token, str(event_id)


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def _visit(browser: Browser, url: str, path: str, token: str, cost: Cost) -> None:
    """For the first time and once more, in a browser that knows nothing yet."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block")
    context.add_cookies([{"name": "tazalyq_dev", "value": token, "url": url}])
    page = context.new_page()
    network = context.new_cdp_session(page)
    received: list[int] = []
    network.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", NETWORK)
    for seconds, sizes in ((cost.first_s, cost.first_bytes), (cost.again_s, cost.again_bytes)):
        received.clear()
        seconds.append(_open(page, url + path))
        # How much it was is told a moment later.
        page.wait_for_timeout(500)
        sizes.append(sum(received))
    context.close()


def _open(page: Page, address: str) -> float:
    began = time.perf_counter()
    answer: Any = page.goto(address, wait_until="load", timeout=120_000)
    assert answer.status == 200, (address, answer.status)  # noqa: S101 - a page that fails costs nothing
    return time.perf_counter() - began


def _print(costs: dict[str, Cost]) -> None:
    print(f"\n{'page':62}{'first s':>9}{'kB':>7}{'again s':>9}{'kB':>7}")
    for path, cost in costs.items():
        print(
            f"{path:62}{median(cost.first_s):9.1f}{median(cost.first_bytes) / 1000:7.1f}"
            f"{median(cost.again_s):9.1f}{median(cost.again_bytes) / 1000:7.1f}"
        )
    floor = median(costs.pop(FLOOR).again_s)
    result = {
        "first_s": round(max(median(one.first_s) for one in costs.values()), 1),
        "first_kb": round(max(median(one.first_bytes) for one in costs.values()) / 1000, 1),
        "again_s": round(max(median(one.again_s) for one in costs.values()), 1),
        "again_kb": round(max(median(one.again_bytes) for one in costs.values()) / 1000, 1),
        "ratio": round(max(median(one.again_s) for one in costs.values()) / floor, 1),
        "floor_s": round(floor, 2),
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
