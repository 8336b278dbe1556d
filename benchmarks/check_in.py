"""A check-in with every rule on, beside the bare floor: requests a second and CPU of the web processes.

Both run under the same web server over the same database server, and are driven in turns. Each request is
the first check-in of another volunteer, with an ID token of its own, signed as Firebase signs: one that the
web has never seen ("ours"), or has verified before ("known").
"""

import argparse
import json
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from statistics import median

import psycopg

from benchmarks.kit import breakdown, floor, google
from benchmarks.kit.crowd import Crowd
from benchmarks.kit.load import Load, Request, drive, wake
from benchmarks.kit.processes import cpu_s
from benchmarks.kit.service import Service, database

CONNECTIONS = 16
WARM_UP = 400
ANSWERED_UP = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """One side for a few seconds."""

    rps: float
    cpu_ms: float


def main() -> None:
    """Start both sides, drive them in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check_in", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each side in each turn, about")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument(
        "--profile", type=int, metavar="N", help="show where the CPU of N check-ins goes, in one process"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(database())
        standin = stack.enter_context(google.standin())
        # Spawned: a fork would copy the threads' locks. One drives, both sign.
        spawn = multiprocessing.get_context("spawn")
        helpers = stack.enter_context(ProcessPoolExecutor(2, spawn))
        environment = google.production(standin)
        ours, bare = (stack.enter_context(Service(url, **environment)) for _ in range(2))
        ours.run("flask", "db", "upgrade")
        with psycopg.connect(url) as connection:
            connection.execute(floor.SCHEMA)
        crowd = Crowd(url, standin.keys)
        if options.profile:
            breakdown.show(crowd.requests(options.profile, helpers), ours.environment)
            return
        driven = _start(ours, "benchmarks.kit.google:create_app", crowd, helpers)
        floored = _start(bare, "benchmarks.kit.floor:create_app", crowd, helpers)
        sides: dict[str, Callable[[int], Turn]] = {
            "ours": driven,
            "known": partial(driven, known=True),
            "floor": floored,
        }
        _print(_take_turns(sides, options.turns, options.seconds))


def _start(service: Service, target: str, crowd: Crowd, helpers: ProcessPoolExecutor) -> Callable[..., Turn]:
    """Start one web; the answer drives it with so many check-ins, with tokens that it knows where wanted."""
    pid = service.start_module("benchmarks.kit.server", target)
    service.wait_until_up()
    wake(service.url, crowd.requests(1, helpers)[0])

    def turn(count: int, *, known: bool = False) -> Turn:
        requests = crowd.requests(count, helpers)
        if known:
            # The token is looked at before the body, which is none.
            asked = [replace(one, body=b"{}", expected=HTTPStatus.UNPROCESSABLE_ENTITY) for one in requests]
            _drive(asked)
        before = cpu_s(pid)
        load = _drive(requests)
        return Turn(count / load.seconds, (cpu_s(pid) - before) / count * 1000)

    def _drive(requests: Sequence[Request]) -> Load:
        load = helpers.submit(drive, service.url, requests, CONNECTIONS).result()
        if load.failures:
            raise SystemExit(f"{target}: not as expected but " + "\n".join(load.failures))
        return load

    return turn


def _take_turns(sides: dict[str, Callable[[int], Turn]], turns: int, seconds: float) -> dict[str, list[Turn]]:
    """Warm up, then let the sides take turns."""
    rates = {name: side(WARM_UP).rps for name, side in sides.items()}
    taken: dict[str, list[Turn]] = {name: [] for name in sides}
    for number in range(turns):
        for name, side in sides.items():
            turn = side(max(ANSWERED_UP, round(rates[name] * seconds)))
            rates[name] = turn.rps
            taken[name].append(turn)
            print(
                f"turn {number + 1} {name:6} {turn.rps:7.0f} a second {turn.cpu_ms:7.3f} ms of CPU",
                flush=True,
            )
    return taken


def _print(taken: dict[str, list[Turn]]) -> None:
    rps = {name: median(turn.rps for turn in turns) for name, turns in taken.items()}
    cpu_ms = {name: median(turn.cpu_ms for turn in turns) for name, turns in taken.items()}
    ratios = {
        name: [bare.cpu_ms / our.cpu_ms for our, bare in zip(taken[name], taken["floor"], strict=True)]
        for name in ("ours", "known")
    }
    result = {
        "rps": round(rps["ours"]),
        "floor_rps": round(rps["floor"]),
        "cpu_ms": round(cpu_ms["ours"], 3),
        "floor_cpu_ms": round(cpu_ms["floor"], 3),
        "known_cpu_ms": round(cpu_ms["known"], 3),
        "ratio": round(median(ratios["ours"]), 3),
        "known_ratio": round(median(ratios["known"]), 3),
    }
    print(f"\n{'median':8}{'a second':>10}{'ms of CPU':>11}")
    for name in taken:
        print(f"{name:8}{rps[name]:10.0f}{cpu_ms[name]:11.3f}")
    for name, found in ratios.items():
        print(f"ratio (the floor's CPU ÷ {name}): {', '.join(f'{ratio:.3f}' for ratio in found)}")
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
