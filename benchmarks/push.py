"""Pushes a second through `notifications`, beside a bare urllib3 pool of the same size on the same stand-in.

`python -m benchmarks.push --seconds 10 --turns 5`. Deliveries lie due in the database; the quota is off; the
stand-in answers after 60 ms, in processes of its own. Each turn is a process of its own, floor and ours.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.kit import going
from benchmarks.kit.google import PORT_VARIABLE
from benchmarks.kit.processes import cpu_s
from benchmarks.kit.service import ROOT, Service, database, free_port
from service.platform.database import sqlalchemy_url
from tests.google import keys as keys_module

DELAY_MS = 60
THREADS = 48
STANDINS = 2
# What THREADS of a pool could send at most, were there no work but waiting: so many messages fill --seconds.
CEILING = THREADS * 1000 / DELAY_MS
LIMIT_POOLS, LIMIT_THREADS = 2, 64


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.push", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    messages = int(options.seconds * CEILING * 0.7)
    with ExitStack() as stack:
        url = stack.enter_context(database())
        pids, environment = stack.enter_context(standins(url))
        engine = sa.create_engine(sqlalchemy_url(url))
        with Session(engine) as session:
            event_id = going.gather(session, messages)
            session.commit()
        _make_due(engine, event_id)
        limit = _limit(messages, environment, pids)
        figures: dict[str, list[dict[str, Any]]] = {"ours": [], "floor": []}
        print(f"\n{'turn':>5}{'':>7}{'messages/s':>12}{'CPU ms':>9}{'peak MB':>9}   ({messages} messages)")
        for turn in range(options.turns):
            for name in ("floor", "ours"):
                _make_due(engine, event_id)
                figures[name].append(found := _turn(name, messages, THREADS, environment))
                print(
                    f"{turn + 1:5}{name:>7}{found['rps']:12.0f}{found['cpu_ms']:9.2f}{found['peak_mb']:9.0f}"
                )
        engine.dispose()
    _report(figures, limit)


@contextmanager
def standins(database_url: str) -> Iterator[tuple[list[int], dict[str, str]]]:
    """Migrate the database, serve FCM; the servers' pids, and the environment of a process that pushes."""
    with tempfile.TemporaryDirectory() as folder:
        keys = keys_module.make(Path(folder))
        port = free_port()
        environment = {
            PORT_VARIABLE: str(port),
            "GOOGLE_APPLICATION_CREDENTIALS": keys.service_account,
            "REQUESTS_CA_BUNDLE": keys.ca_file,
            "SSL_CERT_FILE": keys.ca_file,
            "PUSH_PER_SECOND": "0",
            "PUSH_THREADS": str(THREADS),
        }
        with Service(database_url, **environment) as service:
            service.run("flask", "db", "upgrade")
            server = (
                "benchmarks.kit.fcm",
                str(port),
                str(DELAY_MS),
                keys.server_certificate,
                keys.server_key,
            )
            yield [service.start_module(*server) for _ in range(STANDINS)], service.environment


def _make_due(engine: sa.Engine, event_id: Any) -> None:
    """Owe everybody a new push; what was sent before is forgotten."""
    with Session(engine) as session:
        session.execute(sa.text("TRUNCATE delivery, inbox_item, outbox CASCADE"))
        going.owe_pushes(session, event_id)
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE delivery, inbox_item, outbox"))


def _turn(name: str, messages: int, threads: int, environment: dict[str, str]) -> dict[str, Any]:
    return _result(_begin(name, messages, threads, environment), messages)


def _begin(name: str, messages: int, threads: int, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "benchmarks.kit.pushing", name, str(messages), str(threads)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)


def _result(process: "subprocess.Popen[bytes]", messages: int) -> dict[str, Any]:
    printed, _ = process.communicate(timeout=600)
    found: dict[str, Any] = json.loads(printed)
    if process.returncode or found["sent"] != messages:
        raise SystemExit(f"not all were sent: {found}")
    return found


def _limit(messages: int, environment: dict[str, str], pids: list[int]) -> float:
    """Requests a second that the stand-in serves to several bare pools at once; says so."""
    first = _begin("floor", STANDINS, STANDINS, environment)
    _result(first, STANDINS)
    before = sum(map(cpu_s, pids))
    pools = [_begin("floor", messages, LIMIT_THREADS, environment) for _ in range(LIMIT_POOLS)]
    limit = sum(float(_result(pool, messages)["rps"]) for pool in pools)
    cpu_ms = (sum(map(cpu_s, pids)) - before) * 1000 / messages / LIMIT_POOLS
    print(
        f"the stand-in: {STANDINS} processes, {DELAY_MS} ms, {cpu_ms:.2f} ms of CPU a request;"
        f" {limit:.0f} requests/s to {LIMIT_POOLS} bare pools of {LIMIT_THREADS} on {os.cpu_count()} cores"
    )
    return limit


def _report(figures: dict[str, list[dict[str, Any]]], limit: float) -> None:
    """Medians, and the ratio of the pairs of turns."""

    def median(name: str, key: str) -> float:
        return float(statistics.median(found[key] for found in figures[name]))

    ratios = [o["rps"] / f["rps"] for o, f in zip(figures["ours"], figures["floor"], strict=True)]
    result = {
        "rps": round(median("ours", "rps"), 1),
        "floor_rps": round(median("floor", "rps"), 1),
        "ratio": round(statistics.median(ratios), 3),
        "cpu_ms": round(median("ours", "cpu_ms"), 3),
        "floor_cpu_ms": round(median("floor", "cpu_ms"), 3),
        "peak_mb": round(max(found["peak_mb"] for found in figures["ours"])),
        "standin_rps": round(limit),
    }
    print(f"median{'ours':>6}{result['rps']:12.0f}{result['cpu_ms']:9.2f}   ratio {result['ratio']}")
    print(f"RESULT {json.dumps(result)}")


if __name__ == "__main__":
    main()
