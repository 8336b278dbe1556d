"""What finding costs among 10,000 events and 1,000,000: the nearest 50, the plain list, and words.

Twice: with a season's density (17,500 a year, so that a million are 57 years, of which one is to come), and
the worst, all of them in the year that begins today. Through the product's own use cases, a session each, as
a request has it; then by the API, over HTTP.

A page of 51 costs more than one of 9, wherever it comes from. So where few have less than many do, both are
asked again for as many as few have (one, where they have none), and RESULT tells the worst of what has the
same number of rows. The worst of whole pages of unlike length stands beside it (`unlike_ratio`).
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
import urllib3
from sqlalchemy.orm import Session

from benchmarks.kit import many_events
from benchmarks.kit.service import Service, database
from service.events import search
from service.events.search import Search
from service.models import EventKind
from service.platform.database import engine_options, sqlalchemy_url

FEW, MANY = 10_000, 1_000_000
A_YEAR = 17_500
PAGE = 51
"""A page of fifty, and the one that says whether there are more."""

ALMATY, VILLAGE = (43.238, 76.945), (48.0, 70.0)
Ask = Callable[[Session, int], Any]
"""A question, and how many rows of its answer are wanted."""


@dataclass(frozen=True, slots=True)
class Both:
    """Of a question: milliseconds among few and among many, and how many rows each has."""

    few: float
    many: float
    rows: tuple[int, int]

    def ratio(self) -> float:
        return self.many / self.few

    def is_alike(self) -> bool:
        """One row beside none is alike: it is the least that can be asked for."""
        return abs(self.rows[0] - self.rows[1]) <= 1


def main() -> None:
    """Load each of both twice, ask in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nearby", description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--times", type=int, default=20, help="each question is asked in a turn")
    parser.add_argument("--events", type=int, default=MANY, help="in the larger databases")
    parser.add_argument(
        "--loaded", nargs=4, metavar="URL", help="few and many, a season's; few and many, coming"
    )
    options = parser.parse_args()
    today = datetime.now(UTC).date()
    found: dict[str, dict[str, Both]] = {}
    with ExitStack() as stack:
        urls = options.loaded or [None] * 4
        for name, pair in (("a season's density", urls[:2]), ("all in the coming year", urls[2:])):
            both = [
                url or _load(stack, events, *_span(events, today, is_dense=name.startswith("all")))
                for url, events in zip(pair, (FEW, options.events), strict=True)
            ]
            print(f"{name}: ms among {FEW:,} and {options.events:,}", flush=True)
            found[name] = _compare(both[0], both[1], options.turns, options.times, today)
            _by_api(both[1])
    print("RESULT", json.dumps(_result(found)))


def _span(events: int, today: date, *, is_dense: bool) -> tuple[date, date]:
    """A year to come; of a season's density also what lies behind."""
    last = today + timedelta(days=365)
    return today if is_dense else last - timedelta(days=max(365, events * 365 // A_YEAR)), last


def _load(stack: ExitStack, events: int, first: date, last: date) -> str:
    url = stack.enter_context(database())
    stack.enter_context(Service(url)).run("flask", "db", "upgrade")
    began = time.perf_counter()
    many_events.load(url, events, first, last)
    print(f"{events:,} events from {first} to {last}: {time.perf_counter() - began:.0f} s", flush=True)
    return url


def _questions(today: date) -> Mapping[str, Ask]:
    now = datetime.now(UTC)
    soon, year = (Search(today, today + timedelta(days=days), not_over_at=now) for days in (60, 366))

    def near(wanted: Search, centre: tuple[float, float], km: int) -> Ask:
        return lambda session, rows: search.find_near(session, wanted, centre, km * 1_000, None, rows)

    def asked(days: int = 60, **more: Any) -> Ask:
        wanted = Search(today, today + timedelta(days=days), not_over_at=now, **more)
        return lambda session, rows: search.find(session, wanted, None, rows)

    def near_words(text: str) -> Ask:
        wanted = Search(today, today + timedelta(days=60), not_over_at=now, text=text)
        return lambda session, rows: search.find_near(session, wanted, ALMATY, 50_000, None, rows)

    return {
        "near: in a large town": near(soon, ALMATY, 50),
        "near: in the steppe": near(soon, VILLAGE, 50),
        "near: 500 km": near(soon, VILLAGE, 500),
        "near: in a year": near(year, VILLAGE, 50),
        "list": asked(),
        "list: a region": asked(region_code="KZ-71"),
        "list: a kind": asked(kind=EventKind.EDUCATION),
        "text: in many": asked(text="сенбілік"),
        "text: in some": asked(text="Сәтбаев"),
        "text: in few": asked(text="Қандыағаш Гагарин"),
        "text: in none": asked(text="zzqx"),
        "text: two of many": asked(text="сенбілік саябақ"),
        "text: and a region": asked(text="сенбілік", region_code="KZ-62"),
        "text: an organization": asked(text="Көк аспан Шымкент"),
        "text: few letters": asked(text="са"),
        "text: two, full": asked(text="таза қазақстан"),
        "text: a group, full": asked(text="Еріктілер"),
        "text: a region, full": asked(text="са", region_code="KZ-75"),
        "a year's words: in many": asked(366, text="сенбілік"),
        "a year's words: in few": asked(366, text="Қандыағаш Гагарин"),
        "text: near, in many": near_words("сенбілік"),
        "text: near, in none": near_words("zzqx"),
    }


def _compare(few: str, many: str, turns: int, times: int, today: date) -> dict[str, Both]:
    """Each question among few and among many; again with fewer rows where few have less."""
    engines = [sa.create_engine(sqlalchemy_url(url), **engine_options(1, "benchmark")) for url in (few, many)]
    questions = _questions(today)
    found = _measure(engines, {name: (ask, PAGE) for name, ask in questions.items()}, turns, times)
    again = {
        f"{name}, {rows}": (questions[name], rows)
        for name, rows in ((name, max(1, min(one.rows))) for name, one in found.items() if not one.is_alike())
    }
    found |= _measure(engines, again, turns, times)
    for engine in engines:
        engine.dispose()
    return found


def _measure(
    engines: Sequence[sa.Engine], questions: Mapping[str, tuple[Ask, int]], turns: int, times: int
) -> dict[str, Both]:
    """The median of each of them."""
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in questions}
    for turn in range(turns + 1):
        for name, (ask, wanted) in questions.items():
            for at, engine in enumerate(engines):
                ms = [_time(engine, ask, wanted) for _ in range(times)]
                # The first turn fills caches, and has statements built and prepared.
                if turn:
                    taken[name][at].extend(ms)
    found = {}
    for name, (small, large) in taken.items():
        rows = [_rows(engine, *questions[name]) for engine in engines]
        found[name] = one = Both(median(small), median(large), (rows[0], rows[1]))
        there = f"rows {rows[0]:2} and {rows[1]:2}"
        print(f"  {name:28} {one.few:7.2f} {one.many:7.2f}   {one.ratio():5.2f} ×, {there}", flush=True)
    return found


def _time(engine: sa.Engine, ask: Ask, wanted: int) -> float:
    began = time.perf_counter()
    with Session(engine) as session:
        ask(session, wanted)
    return (time.perf_counter() - began) * 1000


def _rows(engine: sa.Engine, ask: Ask, wanted: int) -> int:
    with Session(engine) as session:
        return len(ask(session, wanted))


def _by_api(url: str) -> None:
    """A page of each over HTTP, the service with one process."""
    with Service(url, WEB_WORKERS="1") as service:
        service.start("serve")
        service.wait_until_up()
        pool = urllib3.PoolManager(retries=False)
        for query in (f"near={ALMATY[0]},{ALMATY[1]}", "", "q=Сәтбаев"):
            ms = []
            for _ in range(20):
                began = time.perf_counter()
                answer = pool.request("GET", f"{service.url}/v1/events?{query}")
                ms.append((time.perf_counter() - began) * 1000)
                if answer.status != 200:
                    raise SystemExit(f"not 200 but {answer.status} {answer.data!r}")
            print(f"  GET /v1/events?{query:22} {median(ms):7.2f} ms", flush=True)


def _result(found: Mapping[str, Mapping[str, Both]]) -> dict[str, float]:
    each = [(name, one) for asked in found.values() for name, one in asked.items()]

    def worst(begins: str, *, alike: bool = True) -> float:
        ratios = (one.ratio() for name, one in each if name.startswith(begins) and one.is_alike() is alike)
        return round(max(ratios, default=0.0), 2)

    return {
        "p50_ms": round(max(one.many for name, one in each if name.startswith("near")), 1),
        "ratio": worst("near"),
        "list_ratio": worst("list"),
        "text_ratio": worst("text"),
        "text_year_ratio": worst("a year"),
        "unlike_ratio": worst("", alike=False),
    }


if __name__ == "__main__":
    main()
