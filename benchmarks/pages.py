"""What a page costs over a season in 20 regions: milliseconds, bytes, and how much beside an empty page.

Each page that can be opened by its address alone, or with an event and an organization: as nobody, as the
national coordinator, as one of a region, and as the owner of an organization with most of its events. The
floor is a page of the same bytes that says nothing: the product's own frame, session and headers with a text
as long as the page's. The bare floor is that, and what the page reads beside it, asked again by the driver
alone. In one process, by turns so short that all three meet the same machine. Files are told apart.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

import sqlalchemy as sa
from flask import Response
from flask.testing import FlaskClient
from psycopg import Connection

from app import create_app
from benchmarks.kit import replay, season_rows
from benchmarks.kit.service import Service, database
from http_base import page_sessions
from http_base.application import Tazalyq
from service.models import Event, Organization
from service.people import identities, sessions
from service.platform import settings
from service.platform.database import db
from web.pages import Pages, dressed
from web.templating import ENVIRONMENTS

PEOPLE, EVENTS, ATTENDANCES = 9_000, 1_750, 44_100
CALLERS = {
    "nobody": None,
    "national": "local:+77000000001",
    "KZ-15": "local:+77000000002",
    "organizer": "local:+77000000003",
}
EMPTY = (
    '{% extends "base.html" %}{% block title %}-{% endblock %}'
    "{% block main %}<p>{{ filler }}</p>{% endblock %}"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians in ms; `bare`: of the `statements` that a page, or a file, reads beyond its floor."""

    who: str
    path: str
    is_page: bool
    size: int
    ms: float
    floor: float
    bare: float
    statements: int

    @property
    def ratio(self) -> float:
        """To the empty page."""
        return self.ms / self.floor

    @property
    def bare_ratio(self) -> float:
        """To the empty page and the page's own statements."""
        return self.ms / (self.floor + self.bare)


def main() -> None:
    """Load the season, open each page in turns with its floors, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.02, help="of each page in each turn, about")
    parser.add_argument("--turns", type=int, default=25)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--attendances", type=int, default=ATTENDANCES)
    parser.add_argument("--loaded", metavar="URL", help="a database that was loaded before")
    options = parser.parse_args()
    with ExitStack() as stack:
        url = options.loaded or _load(stack, options.events, options.attendances)
        driver = stack.enter_context(replay.driver(url))
        app = create_app(settings.read({"TAZALYQ_ENV": "development", "DATABASE_URL": url}))
        app.register_blueprint(_floor())
        costs = [
            _measure(client, driver, who, path, options.turns, options.seconds)
            for who, client in _callers(app)
            for path in _paths(app, client)
        ]
        with app.app_context():
            db.engine.dispose()
    _print(costs)


def _load(stack: ExitStack, events: int, attendances: int) -> str:
    url = stack.enter_context(database())
    stack.enter_context(Service(url)).run("flask", "db", "upgrade")
    rows = season_rows.load(url, PEOPLE, events, attendances)
    print(f"{rows} attendances in {events} events", flush=True)
    return url


def _floor() -> Pages:
    """The empty page."""
    pages, template = Pages("floor"), ENVIRONMENTS["kk"].from_string(EMPTY)

    @pages.page("/floor/<int:size>")
    def empty(size: int) -> Response:
        return dressed(Response(template.render(filler="x" * size), mimetype="text/html"))

    return pages


def _callers(app: Tazalyq) -> Iterator[tuple[str, FlaskClient]]:
    for who, subject in CALLERS.items():
        client = app.test_client()
        if subject is not None:
            with app.test_request_context():
                cookie = page_sessions.cookie_name()
                known = identities.find(db.session(), subject)
                assert known is not None  # noqa: S101 - the demo has them
                token = sessions.begin(db.session(), known.actor, "Firefox", "127.0.0.1", datetime.now(UTC))
                db.session.commit()
            client.set_cookie(cookie, token)
        yield who, client


def _paths(app: Tazalyq, client: FlaskClient) -> list[str]:
    """The addresses that this caller can open; files and what the path needs more for are left out."""
    with app.app_context():
        # The middle of the season: an event that people came to, in the region of the caller of one.
        event = db.session.scalar(
            sa.select(Event.id)
            .where(Event.region_code == "KZ-15", Event.day >= season_rows.FIRST_DAY)
            .limit(1)
        )
        organization = db.session.scalar(sa.select(Organization.id).limit(1))
        db.session.remove()
    values = {"language": "kk", "event_id": event, "organization_id": organization, "region_code": "KZ-15"}
    adapter = app.url_map.bind("localhost")
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.endswith(f"-pages.{rule.endpoint.partition('.')[2]}")
        and "GET" in (rule.methods or ())
        and rule.arguments <= values.keys()
        and "/dev/" not in rule.rule
    ]
    found = [adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}) for rule in rules]
    return sorted(path for path in found if client.get(path).status_code == 200)


def _measure(
    client: FlaskClient, driver: Connection, who: str, path: str, turns: int, seconds: float
) -> Cost:
    answer, empty = client.get(path), client.get("/kk/floor/0")
    assert empty.status_code == 200, empty.text  # noqa: S101 - a floor that fails is none
    size = len(answer.data)
    floor = f"/kk/floor/{max(0, size - len(empty.data))}"
    own = replay.beyond(replay.asked_by(lambda: client.get(path)), replay.asked_by(lambda: client.get(floor)))
    acts: list[Callable[[], object]] = [
        lambda: client.get(path),
        lambda: client.get(floor),
        lambda: replay.ask(driver, own),
    ]
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(turns):
        for act, times in zip(acts, taken, strict=True):
            until = time.perf_counter() + seconds
            while True:
                began = time.perf_counter()
                act()
                times.append((time.perf_counter() - began) * 1000)
                if time.perf_counter() >= until:
                    break
    ms, floor_ms, bare_ms = (median(times) for times in taken)
    return Cost(who, path, answer.mimetype == "text/html", size, ms, floor_ms, bare_ms, len(own))


def _print(costs: list[Cost]) -> None:
    print(f"\n{'page':75}{'ms':>8}{'floor':>7}{'bare':>7}{'asks':>6}{'ratio':>7}{'to bare':>9}{'kB':>7}")
    for one in sorted(costs, key=lambda one: -one.ms):
        print(
            f"{one.who:10}{one.path:65}{one.ms:8.1f}{one.floor:7.1f}{one.bare:7.1f}{one.statements:6}"
            f"{one.ratio:7.1f}{one.bare_ratio:9.1f}{one.size / 1000:7.1f}"
        )
    pages, files = ([one for one in costs if one.is_page is kind] for kind in (True, False))
    result = {
        "worst_ms": round(max(one.ms for one in pages), 1),
        "worst_ratio": round(max(one.ratio for one in pages), 1),
        "worst_bare_ratio": round(max(one.bare_ratio for one in pages), 1),
        "worst_kb": round(max(one.size for one in pages) / 1000, 1),
        "pages": len(pages),
        "worst_file_ms": round(max(one.ms for one in files), 1),
        "worst_file_ratio": round(max(one.ratio for one in files), 1),
        "worst_file_kb": round(max(one.size for one in files) / 1000, 1),
        "files": len(files),
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
