"""What a page costs over a season in 20 regions: milliseconds, bytes, and how much beside an empty page.

Each page that can be opened by its address alone, or with an event and an organization, as the national
coordinator and as one of a region. The floor is a page of the same bytes that says nothing: the product's own
frame, session and headers with a text as long as the page's. In one process, page and floor in turns.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median

import sqlalchemy as sa
from flask import Response
from flask.testing import FlaskClient

from app import create_app
from benchmarks.kit import season_rows
from benchmarks.kit.service import Service, database
from http_base import page_sessions
from http_base.application import Tazalyq
from service.models import Event, Organization
from service.people import identities, sessions
from service.platform import settings
from service.platform.database import db
from web.pages import Pages, dressed
from web.templating import ENVIRONMENT

PEOPLE, EVENTS, ATTENDANCES = 9_000, 1_750, 44_100
CALLERS = {"nobody": None, "national": "local:+77000000001", "KZ-15": "local:+77000000002"}
FILES = "ending"
EMPTY = (
    '{% extends "base.html" %}{% block title %}-{% endblock %}'
    "{% block main %}<p>{{ filler }}</p>{% endblock %}"
)


def main() -> None:
    """Load the season, open each page in turns with its floor, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each page in each turn, about")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--attendances", type=int, default=ATTENDANCES)
    options = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(database())
        stack.enter_context(Service(url)).run("flask", "db", "upgrade")
        rows = season_rows.load(url, PEOPLE, options.events, options.attendances)
        print(f"{rows} attendances in {options.events} events", flush=True)
        app = create_app(settings.read({"TAZALYQ_ENV": "development", "DATABASE_URL": url}))
        app.register_blueprint(_floor())
        figures = [
            _measure(client, who, path, options.turns, options.seconds)
            for who, client in _callers(app)
            for path in _paths(app, client)
        ]
        with app.app_context():
            db.engine.dispose()
    _print(figures)


def _floor() -> Pages:
    """The empty page."""
    pages, template = Pages("floor"), ENVIRONMENT.from_string(EMPTY)

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
    client: FlaskClient, who: str, path: str, turns: int, seconds: float
) -> tuple[str, str, float, float, int]:
    """(who, path, ms, ms of the floor, bytes), medians."""
    size = len(client.get(path).data)
    empty = client.get("/kk/floor/0")
    assert empty.status_code == 200, empty.text  # noqa: S101 - a floor that fails is none
    frame = len(empty.data)
    floor = f"/kk/floor/{max(0, size - frame)}"
    taken: dict[str, list[float]] = {path: [], floor: []}
    for _ in range(turns):
        for address, times in taken.items():
            until = time.perf_counter() + seconds
            while True:
                began = time.perf_counter()
                client.get(address)
                times.append((time.perf_counter() - began) * 1000)
                if time.perf_counter() >= until:
                    break
    return who, path, median(taken[path]), median(taken[floor]), size


def _print(figures: list[tuple[str, str, float, float, int]]) -> None:
    print(f"\n{'page':64}{'ms':>8}{'floor':>8}{'ratio':>7}{'kB':>7}")
    for who, path, ms, floor, size in sorted(figures, key=lambda one: -one[2]):
        print(f"{who:9}{path:55}{ms:8.1f}{floor:8.1f}{ms / floor:7.1f}{size / 1000:7.1f}")
    result = {
        "worst_ms": round(max(ms for _, _, ms, _, _ in figures), 1),
        "worst_ratio": round(max(ms / floor for _, _, ms, floor, _ in figures), 1),
        "worst_kb": round(max(size for *_, size in figures) / 1000, 1),
        "pages": len(figures),
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
