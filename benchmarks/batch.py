"""What phones kept without signal, 200 records a call, beside single check-ins: records a second over HTTP.

Both go to one service, in turns. A batch is all that the phone of somebody kept on a long weekend: check-in
and check-out at a hundred events one after the other in one town, all over for less than 72 hours. A single
check-in is another person's first. Everybody brings an ID token of their own, signed as Firebase signs.
"""

import argparse
import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks import phones
from benchmarks.kit import floor, google
from benchmarks.kit.crowd import FARTHEST_M, OWNER, RADIUS_M, Crowd
from benchmarks.kit.load import Request, drive, wake
from benchmarks.kit.processes import cpu_s
from benchmarks.kit.service import Service, database
from service.events import events
from service.events.plans import Plan
from service.geography import places
from service.models import Organization
from service.people import identities

CONNECTIONS = 8
RECORDS = 200
EVENT_MIN = 30
LAST_END_H = 3
BETWEEN_PLACES_M = 1_500
WARM_UP = 200, 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One side for a few seconds: records a second, and milliseconds of CPU a record."""

    rps: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Gathering:
    """One of the weekend's events."""

    id: UUID
    starts_at: datetime
    latitude: float
    longitude: float


class Weekend:
    """Events that are over, and what phones kept of them."""

    def __init__(self, database_url: str, crowd: Crowd, seed: int = 1) -> None:
        self._crowd = crowd
        self._random = Random(seed)
        self._events = self._make_events(database_url)

    def _make_events(self, database_url: str) -> list[Gathering]:
        engine = sa.create_engine(database_url.replace("postgresql:", "postgresql+psycopg:", 1))
        count = RECORDS // 2
        first = datetime.now(UTC) - timedelta(hours=LAST_END_H, minutes=EVENT_MIN * count)
        starts = [first + timedelta(minutes=EVENT_MIN * number) for number in range(count)]
        with Session(engine, expire_on_commit=False) as session:
            made = [self._make_event(session, starts_at) for starts_at in starts]
            session.commit()
        engine.dispose()
        return made

    def _make_event(self, session: Session, starts_at: datetime) -> Gathering:
        town, before = places.towns("KZ-15")[0], starts_at - timedelta(days=1)
        place = phones.moved(
            town.latitude, town.longitude, self._random.uniform(0, BETWEEN_PLACES_M), self._random
        )
        owner = identities.find_actor(session, OWNER)
        assert owner is not None  # noqa: S101 - the demo made it
        query = sa.select(Organization.id).where(Organization.created_by == owner.volunteer_id)
        plan = Plan(
            title={"kk": "Демалыс күнгі тазалық"}, description={}, kind="cleanup", zone="Asia/Almaty",
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=EVENT_MIN), latitude=place[0],
            longitude=place[1], address=town.name, area={"type": "circle", "radius_m": RADIUS_M},
        )  # fmt: skip
        event = events.create(session, owner, session.scalars(query).one(), plan, before)
        return Gathering(events.publish(session, owner, event.id, before).id, starts_at, *place)

    def batches(self, count: int, signers: Executor) -> list[Request]:
        """One batch each of so many new people."""
        return [
            Request("/v1/attendance/batch", token, json.dumps(self._batch(person)).encode(), expected=200)
            for person, token in self._crowd.newcomers(count, signers)
        ]

    def _batch(self, person: str) -> dict[str, Any]:
        records = [record for event in self._events for record in self._visit(event)]
        return {"sent_at": datetime.now(UTC).isoformat(), "installation_id": person, "records": records}

    def _visit(self, event: Gathering) -> list[dict[str, Any]]:
        moments = {"check_in": self._random.uniform(-2, 5), "check_out": self._random.uniform(24, 28)}
        return [
            self._record(event, kind, event.starts_at + timedelta(minutes=minutes))
            for kind, minutes in moments.items()
        ]

    def _record(self, event: Gathering, kind: str, moment: datetime) -> dict[str, Any]:
        place = event.latitude, event.longitude
        fix = phones.honest_fix(*place, RADIUS_M, self._random)
        while phones.apart_m(place, (fix.latitude, fix.longitude)) > RADIUS_M + FARTHEST_M:
            fix = phones.honest_fix(*place, RADIUS_M, self._random)
        at = moment.isoformat()
        position = {
            "latitude": round(fix.latitude, 7),
            "longitude": round(fix.longitude, 7),
            "accuracy_m": fix.accuracy_m,
            "fixed_at": at,
        }
        named = {"id": str(uuid4()), "type": kind, "event_id": str(event.id), "captured_at": at}
        return named | {"position": position}


def main() -> None:
    """Start the service, drive it in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="of each side in each turn, about")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(database())
        standin = stack.enter_context(google.standin())
        # Spawned: a fork would copy the threads' locks. One drives, both sign.
        helpers = stack.enter_context(ProcessPoolExecutor(2, multiprocessing.get_context("spawn")))
        environment = google.production(standin)
        service = stack.enter_context(Service(url, **environment))
        service.run("flask", "db", "upgrade")
        with psycopg.connect(url) as connection:
            connection.execute(floor.SCHEMA)
        crowd = Crowd(url, standin.keys)
        weekend = Weekend(url, crowd)
        pid = service.start_module("benchmarks.kit.server", "benchmarks.kit.google:create_app")
        service.wait_until_up()
        wake(service.url, crowd.requests(1, helpers)[0])
        sides = _Sides(service.url, url, pid, helpers)
        _print(_take_turns(sides, crowd, weekend, options.turns, options.seconds))


@dataclass(frozen=True, slots=True)
class _Sides:
    """The service under load; `url` of its web server, `database_url`, `pid` of its web process."""

    url: str
    database_url: str
    pid: int
    helpers: ProcessPoolExecutor

    def turn(self, requests: Sequence[Request], records: int) -> Turn:
        """Send all; every one of the records must have been stored.

        Raises:
            SystemExit: one was not.
        """
        stored, before = self._stored(), cpu_s(self.pid)
        load = self.helpers.submit(drive, self.url, requests, CONNECTIONS).result()
        cpu_ms = (cpu_s(self.pid) - before) / records * 1000
        stored = self._stored() - stored
        if load.failures or stored != records:
            raise SystemExit(f"{stored} of {records} records stored\n" + "\n".join(load.failures))
        return Turn(records / load.seconds, cpu_ms)

    def _stored(self) -> int:
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute("SELECT count(*) FROM presence_record").fetchone()
        return int(found[0]) if found else 0


def _take_turns(
    sides: _Sides, crowd: Crowd, weekend: Weekend, turns: int, seconds: float
) -> dict[str, list[Turn]]:
    """Warm up, then single check-ins and batches in turns."""

    def single(count: int) -> Turn:
        return sides.turn(crowd.requests(count, sides.helpers), count)

    def batch(count: int) -> Turn:
        return sides.turn(weekend.batches(count, sides.helpers), count * RECORDS)

    acts = {"single": (single, 1), "batch": (batch, RECORDS)}
    counts = {}
    for (name, (act, size)), count in zip(acts.items(), WARM_UP, strict=True):
        act(count)
        counts[name] = max(count, round(act(count).rps * seconds / size))
    taken: dict[str, list[Turn]] = {name: [] for name in acts}
    for number in range(turns):
        for name, (act, _) in acts.items():
            turn = act(counts[name])
            taken[name].append(turn)
            print(
                f"turn {number + 1} {name:7}{turn.rps:8.0f} a second{turn.cpu_ms:8.3f} ms of CPU each",
                flush=True,
            )
    return taken


def _print(taken: dict[str, list[Turn]]) -> None:
    rps = {name: median(turn.rps for turn in turns) for name, turns in taken.items()}
    ratios = [batch.rps / single.rps for single, batch in zip(taken["single"], taken["batch"], strict=True)]
    print(f"\n{'median':8}{'records a second':>18}{'ms of CPU each':>16}")
    for name, turns in taken.items():
        print(f"{name:8}{rps[name]:18.0f}{median(turn.cpu_ms for turn in turns):16.3f}")
    result = {
        "ratio": round(median(ratios), 2),
        "batch_rps": round(rps["batch"]),
        "single_rps": round(rps["single"]),
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
