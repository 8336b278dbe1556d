"""Firebase fails in every way for a while: nothing is lost, its wishes are kept, phones notice nothing."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.kit.going import OWNER
from tests.conftest import fresh_database
from tests.faults.test_killed_workers import by_target
from tests.faults.world import World, is_one_push
from tests.google.keys import Keys
from tests.google.process import GoogleProcess
from tests.google.standin import Arrival, Fault
from tests.journeys.processes import Service

pytestmark = pytest.mark.faults

MESSAGES = 4_000
TURNS = 2
TURN_S = 4.0
WEATHERS = (
    Fault("UNAVAILABLE", retry_after=12),
    Fault("QUOTA_EXCEEDED", retry_after=62),
    Fault("reset"),
    Fault("silence", seconds=15),
)
# The least that must lie between two tries, in seconds: what was said, else what Google's documentation asks.
LEAST_S = {"UNAVAILABLE": 12, "QUOTA_EXCEEDED": 62, "reset": 10, "silence": 10}


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    yield from fresh_database(postgres_url)


class Phone:
    """Reads its inbox all the time; keeps how many ms each answer took, by the weather of the moment."""

    def __init__(self, service: Service) -> None:
        self.weather = "clear"
        self.times: dict[str, list[float]] = {}
        self._service, self._token = service, service.sign_in(OWNER)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._done.wait(0.02):
            weather, began = self.weather, time.perf_counter()
            assert self._service.call("GET", "/v1/me/inbox", self._token).status_code == 200
            self.times.setdefault(weather, []).append((time.perf_counter() - began) * 1000)

    def p95_ms(self, *weathers: str) -> float:
        found = sorted(ms for weather in weathers for ms in self.times[weather])
        return found[int(0.95 * len(found))]


def wait_kept(arrivals: Sequence[Arrival]) -> dict[str, float]:
    """The shortest time between a failed try and the next of the same push, by what failed."""
    shortest: dict[str, float] = {}
    for same in by_target(arrivals).values():
        assert is_one_push(same)
        for first, again in zip(same, same[1:], strict=False):
            shortest[first.said] = min(shortest.get(first.said, float("inf")), again.at - first.at)
    return shortest


def test_bad_weather_at_google(database: str, keys: Keys, tmp_path: Path) -> None:
    with GoogleProcess(keys, delay_s=0.06) as google:
        world = World(database, google.port, keys, tmp_path, PUSH_PER_SECOND="60", PUSH_LEASE_S="5")
        service = Service(database, WEB_WORKERS="1")
        service.start("serve")
        try:
            service.wait_until_up()
            world.owe(MESSAGES)
            world.start_worker("worker-1")
            while not google.arrivals():
                time.sleep(0.1)
            phone = Phone(service)
            for fault in WEATHERS * TURNS:
                for weather in (None, fault):
                    google.set_weather(weather)
                    phone.weather = weather.code if weather else "clear"
                    time.sleep(TURN_S)
            google.set_weather(None)
            phone.stop()
            cleared = world.wait_until_sent(MESSAGES, seconds=300)
        finally:
            service.stop()
            world.stop()
        arrivals = google.arrivals()
    shortest = wait_kept(arrivals)
    clear, bad = phone.p95_ms("clear"), phone.p95_ms(*LEAST_S)
    print(f"\n{MESSAGES} pushes, {len(arrivals)} tries; {TURNS} times {TURN_S:g} s of each weather")
    print(f"{'weather':18}{'tries':>7}{'shortest wait s':>17}{'said s':>8}{'API p95 ms':>12}")
    for code in ("clear", *LEAST_S):
        tries = sum(arrival.said == ("sent" if code == "clear" else code) for arrival in arrivals)
        wait, said = shortest.get(code, 0), LEAST_S.get(code, 0)
        print(f"{code:18}{tries:7}{wait:17.1f}{said:8}{phone.p95_ms(code):12.1f}")
    print(f"  lost                          {MESSAGES - len(by_target(arrivals)):6}")
    print(f"  backlog cleared after         {cleared:6.0f} s")
    print(f"  API p95 in bad weather        {bad / clear:6.2f} of that in clear weather, turn by turn")
    assert "sent" not in shortest
    assert all(shortest[code] >= LEAST_S[code] for code in LEAST_S)
    assert bad <= 1.5 * clear
