"""Nothing is lost and hardly anything repeated when workers and the database die while pushes go out."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from tests.conftest import fresh_database
from tests.faults.world import Server, World, is_one_push
from tests.google.keys import Keys
from tests.google.process import GoogleProcess
from tests.google.standin import Arrival

LEASE_S = 3.0
WORKERS = ("worker-1", "worker-2")


@pytest.fixture
def google(keys: Keys) -> Iterator[GoogleProcess]:
    with GoogleProcess(keys, delay_s=0.2) as process:
        yield process


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    yield from fresh_database(postgres_url)


ON_THE_WAY_S = 0.5
"""What a worker sent before its death may be noted so much later by Google's process, on a busy machine."""


def by_target(arrivals: Sequence[Arrival]) -> dict[str, list[Arrival]]:
    found: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        found[arrival.target].append(arrival)
    return found


def check_repeats(arrivals: Sequence[Arrival], deaths: Sequence[tuple[float, float]]) -> int:
    """Each repeat is the same push, and its first belongs to a lease that a death cut off; how many.

    A death is the moment at which a worker was killed, or the time for which the database was away.
    """
    repeats = 0
    for same in by_target(arrivals).values():
        assert is_one_push(same)
        for first, _again in zip(same, same[1:], strict=False):
            assert any(began - LEASE_S <= first.at <= ended + ON_THE_WAY_S for began, ended in deaths), first
            repeats += 1
    return repeats


def test_killed_workers_lose_nothing(
    database: str, google: GoogleProcess, keys: Keys, tmp_path: Path
) -> None:
    """The small version of the test below, which runs always."""
    world = World(database, google.port, keys, tmp_path, PUSH_PER_SECOND="100", PUSH_LEASE_S=f"{LEASE_S:g}")
    world.owe(200)
    try:
        world.start_worker("worker-1")
        wait_for_arrivals(google, 20)
        world.start_worker("worker-2")
        death = world.kill("worker-1")
        world.wait_until_sent(200, seconds=60)
    finally:
        world.stop()
    assert len(by_target(google.arrivals())) == 200
    check_repeats(google.arrivals(), [(death, death)])


def stop_for_a_while(server: Server, seconds: float) -> tuple[float, float]:
    """Stop PostgreSQL at once, start it again; from when until when it was away."""
    began = time.time()
    server.stop_at_once()
    time.sleep(seconds)
    server.start()
    return began, time.time()


def wait_for_arrivals(google: GoogleProcess, wanted: int) -> None:
    end = time.monotonic() + 30
    while len(google.arrivals()) < wanted and time.monotonic() < end:
        time.sleep(0.1)


@pytest.mark.faults
def test_thirty_killed_workers_and_four_stopped_databases(
    google: GoogleProcess, keys: Keys, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    random, messages, kills, stops = Random(4), 3_000, 30, 4
    server = Server(tmp_path_factory.mktemp("pg"))
    world = World(server.url, google.port, keys, tmp_path, PUSH_PER_SECOND="40", PUSH_LEASE_S=f"{LEASE_S:g}")
    world.owe(messages)
    deaths: list[tuple[float, float]] = []
    in_the_middle = 0
    try:
        for name in WORKERS:
            world.start_worker(name)
        for n in range(kills):
            time.sleep(random.uniform(1.0, 4.5))
            in_the_middle += world.statuses()["sent"] < messages
            name = random.choice(WORKERS)
            at = world.kill(name)
            deaths.append((at, at))
            world.start_worker(name)
            if n % (kills // stops) == 3:
                deaths.append(stop_for_a_while(server, random.uniform(0.5, 3.0)))
        took = world.wait_until_sent(messages, seconds=180)
    finally:
        world.stop()
    arrivals = google.arrivals()
    repeats = check_repeats(arrivals, deaths)
    print(f"\n{messages} pushes, {kills} workers killed ({in_the_middle} while pushes went out),")
    print(f"{stops} times PostgreSQL stopped at once:")
    print(f"  lost                          {messages - len(by_target(arrivals)):6}")
    print(f"  repeated, with the same id    {repeats:6}   ({repeats / kills:.1f} a kill)")
    print(f"  all sent after the last kill  {took:6.1f} s")
    assert len(by_target(arrivals)) == messages
    assert in_the_middle > kills * 0.6


@pytest.mark.faults
def test_a_worker_outlives_its_database_and_repeats_nothing(
    google: GoogleProcess, keys: Keys, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    messages, stops = 800, 3
    server = Server(tmp_path_factory.mktemp("pg"))
    world = World(server.url, google.port, keys, tmp_path, PUSH_PER_SECOND="60", PUSH_LEASE_S="10")
    world.owe(messages)
    try:
        world.start_worker("worker-1")
        for n in range(stops):
            wait_for_arrivals(google, 200 * (n + 1))
            server.stop_at_once()
            time.sleep(2)
            server.start()
        world.wait_until_sent(messages, seconds=60)
        assert world.is_alive("worker-1")
    finally:
        world.stop()
    arrivals = by_target(google.arrivals())
    repeats = sum(len(same) - 1 for same in arrivals.values())
    print(f"\n{messages} pushes by one worker, {stops} times PostgreSQL stopped at once under it:")
    print(f"  lost                          {messages - len(arrivals):6}")
    print(f"  repeated                      {repeats:6}")
    assert (len(arrivals), repeats) == (messages, 0)


@pytest.mark.faults
def test_two_workers_send_nothing_twice(database: str, keys: Keys, tmp_path: Path) -> None:
    messages = 10_000
    with GoogleProcess(keys, delay_s=0.06) as google:
        world = World(database, google.port, keys, tmp_path, PUSH_PER_SECOND="0", PUSH_LEASE_S="10")
        world.owe(messages)
        try:
            for name in WORKERS:
                world.start_worker(name)
            took = world.wait_until_sent(messages, seconds=180)
        finally:
            world.stop()
        arrivals = by_target(google.arrivals())
    shares = sorted(world.senders().values())
    print(f"\n{messages} pushes by two workers in {took:.0f} s: shares {shares}")
    print(f"  sent twice                    {sum(len(same) > 1 for same in arrivals.values()):6}")
    assert len(arrivals) == messages
    assert all(len(same) == 1 for same in arrivals.values())
    assert len(shares) == len(WORKERS)
    assert shares[0] > messages * 0.2
