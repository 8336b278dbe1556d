"""What a season's counts cost in the database: by region, by event, different people of 17 days, the fold.

The same season with 100,000 attendances and with `--rows`, in 17,500 events, each with a result; loaded by
COPY, counted by the product's own code. A statement is the product's own, run on one connection as its driver
does it; the floor is one bare statement over the same events: the sums of all their figures by region.
"""

import argparse
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from statistics import median

import psycopg

from benchmarks.kit import season_rows
from benchmarks.kit.service import Service, database, wait_for
from service.figures import count_queries
from service.figures.counts import CountRequest
from service.ledger.ledger import FIGURES
from service.platform.database import connect_args

PEOPLE = 90_000
EVENTS = 17_500
FEW, MANY = 100_000, 10_000_000
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
DAYS_17 = (date(2026, 5, 1), date(2026, 5, 17))
CHANGES, TURNS_OF_FOLD = 3_000, 3
"""As many as come in ten seconds of the busiest hour."""

BARE = (
    f"SELECT region_code, {', '.join(f'sum({name})' for name in FIGURES)} FROM count_total"  # noqa: S608
    " WHERE day BETWEEN %(first)s AND %(last)s GROUP BY region_code"
)
CHANGE = """
    INSERT INTO count_pending (event_id, day, region_code, district_code, volunteer_id, participations)
    SELECT event.id, event.day, event.region_code, event.district_code, attendance.volunteer_id, %(n)s
    FROM attendance JOIN event ON event.id = attendance.event_id
    WHERE attendance.status = 'counted' LIMIT %(changes)s
"""
Act = Callable[[], object]


def main() -> None:
    """Load the season twice, ask in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counts", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="of each question in each turn, about")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--rows", type=int, default=MANY, help="attendances of the larger season")
    parser.add_argument("--loaded", nargs=2, metavar="URL", help="two databases that were loaded before")
    options = parser.parse_args()
    with ExitStack() as stack:
        urls = options.loaded or [_load(stack, rows) for rows in (FEW, options.rows)]
        small, large = (_ask(url, options.turns, options.seconds) for url in urls)
        lag = _fold_lag(stack, urls[1])
    result = {
        "ms": round(large["region"], 1),
        "ratio": round(large["region"] / small["region"], 2),
        "floor_ratio": round(large["region"] / large["floor"], 2),
        "event_ms": round(large["event"], 1),
        "distinct_ms": round(large["17 days"], 1),
        "fold_lag_s": round(lag, 1),
        "small_ms": round(small["region"], 1),
        "attendances": options.rows,
    }
    print("RESULT", json.dumps(result))


def _load(stack: ExitStack, rows: int) -> str:
    url = stack.enter_context(database())
    stack.enter_context(Service(url)).run("flask", "db", "upgrade")
    began = time.perf_counter()
    loaded = season_rows.load(url, PEOPLE, EVENTS, rows)
    print(f"{loaded} attendances in {EVENTS} events: {time.perf_counter() - began:.0f} s", flush=True)
    return url


def _ask(url: str, turns: int, seconds: float) -> dict[str, float]:
    """The median of the milliseconds of each question."""
    with psycopg.connect(url, autocommit=True, **connect_args("benchmark")) as connection:
        acts = {
            "region": _question(connection, "region", *YEAR),
            "event": _question(connection, "event", *YEAR),
            "17 days": _question(connection, "region", *DAYS_17),
            "floor": lambda: connection.execute(BARE, {"first": YEAR[0], "last": YEAR[1]}).fetchall(),
        }
        taken: dict[str, list[float]] = {name: [] for name in acts}
        for _ in range(turns):
            for name, act in acts.items():
                taken[name] += _times(act, seconds)
    found = {name: median(times) for name, times in taken.items()}
    print("".join(f"{name}: {ms:.1f} ms   " for name, ms in found.items()), flush=True)
    return found


def _times(act: Act, seconds: float) -> list[float]:
    until, found = time.perf_counter() + seconds, list[float]()
    while not found or time.perf_counter() < until:
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _question(connection: psycopg.Connection, group_by: str, first: date, last: date) -> Act:
    """The product's statement for a question of the whole country, ready to be sent."""
    asked = CountRequest(first, last, group_by)
    statement, values = count_queries.statement(asked, datetime.now(UTC), by_scopes=True)
    given = statement.given(values)
    return lambda: psycopg.RawCursor(connection).execute(statement.text, given).fetchall()


def _fold_lag(stack: ExitStack, url: str) -> float:
    """How many seconds a worker leaves the changes of ten busy seconds waiting, at the longest."""
    worker = stack.enter_context(Service(url))
    worker.start("worker")
    longest = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for turn in range(2 * TURNS_OF_FOLD):
            # Everybody less, then everybody again: the season stays what it was.
            connection.execute(CHANGE, {"n": 1 if turn % 2 else -1, "changes": CHANGES})
            began = time.perf_counter()
            wait_for(lambda: _is_folded(connection), "the fold")
            # The first one waits for the worker's start as well.
            longest = max(longest, time.perf_counter() - began) if turn else 0.0
    return longest


def _is_folded(connection: psycopg.Connection) -> bool:
    time.sleep(0.1)
    found = connection.execute("SELECT count(*) FROM count_pending").fetchone()
    return found is not None and found[0] == 0


if __name__ == "__main__":
    main()
