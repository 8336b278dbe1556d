"""What a season's counts cost: by event and by region, over the attendances of 17,500 events.

The product's own question, asked in turns on one connection; the floor is one bare statement that sums the
ledger's totals by region.
"""

import argparse
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.kit import season_rows
from benchmarks.kit.service import Service, database
from service.figures import counts
from service.models import CountTotal

PEOPLE = 90_000
EVENTS = 17_500
ATTENDANCES = 441_000


def main() -> None:
    """Load the season, ask in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counts", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="of each question in each turn, about")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--attendances", type=int, default=ATTENDANCES)
    options = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(database())
        service = stack.enter_context(Service(url))
        service.run("flask", "db", "upgrade")
        rows = season_rows.load(url, PEOPLE, EVENTS, options.attendances)
        print(f"{rows} attendances in {EVENTS} events", flush=True)
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
        with Session(engine) as session:
            _print(_take_turns(session, options.turns, options.seconds), rows)
        engine.dispose()


def _question(session: Session, group_by: str) -> Callable[[], int]:
    last_day = season_rows.FIRST_DAY + timedelta(days=season_rows.DAYS)
    asked = counts.CountRequest(season_rows.FIRST_DAY, last_day, group_by)
    return lambda: len(counts.count(session, asked, datetime.now(UTC))["rows"])


def _take_turns(session: Session, turns: int, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each answer, by question."""
    bare = sa.select(CountTotal.region_code, sa.func.sum(CountTotal.participations)).group_by(
        CountTotal.region_code
    )
    acts: dict[str, Callable[[], int]] = {
        "event": _question(session, "event"),
        "region": _question(session, "region"),
        "floor": lambda: len(session.execute(bare).all()),
    }
    for name, act in acts.items():
        print(f"{name}: {act()} rows", flush=True)
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(turns):
        for name, act in acts.items():
            until = time.perf_counter() + seconds
            while True:
                began = time.perf_counter()
                act()
                taken[name].append((time.perf_counter() - began) * 1000)
                if time.perf_counter() >= until:
                    break
            print(f"turn {number + 1} {name:7}{taken[name][-1]:9.1f} ms", flush=True)
    return taken


def _print(taken: dict[str, list[float]], rows: int) -> None:
    print(f"\n{'median':8}{'ms':>9}{'answers':>9}")
    for name, times in taken.items():
        print(f"{name:8}{median(times):9.1f}{len(times):9}")
    result = {
        "event_ms": round(median(taken["event"]), 1),
        "region_ms": round(median(taken["region"]), 1),
        "floor_ratio": round(median(taken["region"]) / median(taken["floor"]), 1),
        "attendances": rows,
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
