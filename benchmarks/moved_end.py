"""An event's end moves when 5,000 people were there: how long until all are derived again, and who waits.

Web and worker are processes; first check-ins at other events go on all the while. Each turn measures the
check-ins alone, then while the worker derives: `p95_ratio` compares those that were sent in that time.
"""

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.kit import floor, google
from benchmarks.kit.crowd import OWNER, Crowd
from benchmarks.kit.load import Load, drive, wake
from benchmarks.kit.service import Service, database
from benchmarks.season.report import percentile
from service.events import changing
from service.ledger import rebuild, verify
from service.models import Event
from service.people import identities

PEOPLE = 5_000
CONNECTIONS = 8
WARM_UP = 400
LONGEST_WAIT_S = 120
POLL_S = 0.02
ENDED_BEFORE = timedelta(minutes=20)
MOVED_BY = timedelta(minutes=5)

_EVENT = """
    INSERT INTO event
    SELECT made.* FROM (SELECT event AS one FROM event WHERE id = %(like)s) AS template,
        jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(),
            'starts_at', %(ended_at)s::timestamptz - interval '2 hours', 'ends_at', %(ended_at)s)) AS made
    RETURNING id
"""
_PEOPLE = """
    INSERT INTO volunteer
    SELECT made.* FROM (SELECT volunteer AS one FROM volunteer LIMIT 1) AS template,
        generate_series(1, %(people)s) AS number,
        jsonb_populate_record(one, jsonb_build_object('id', md5('there' || number)::uuid,
            'subject', 'there-' || number, 'phone', '+7702' || lpad(number::text, 7, '0'))) AS made
"""
# In with the start, out a quarter of an hour after the end: the minutes follow wherever it moves.
_RECORDS = """
    INSERT INTO presence_record (sender_id, id, content_hash, type, event_id, installation_id, captured_at,
        received_at, latitude, longitude, accuracy_m, fixed_at, mocked, code_is_right, day, distance_m,
        status, evidence, reasons)
    SELECT md5('there' || number)::uuid, md5(type || number)::uuid, '', type, event.id, 'phone-' || number,
        at, at, event.latitude, event.longitude, 8, at, false, false, event.day, 0, 'counted', 'gps', '{}'
    FROM event, generate_series(1, %(people)s) AS number,
        LATERAL (VALUES ('check_in', starts_at), ('check_out', ends_at + interval '15 min')) AS of (type, at)
    WHERE event.id = %(event)s
"""
_ATTENDANCES = """
    INSERT INTO attendance (id, event_id, volunteer_id, status, evidence, checked_in_at, checked_out_at,
        minutes, minutes_assumed, distance_m, reasons, version, decision_is_correction)
    SELECT md5('check_in' || number)::uuid, event.id, md5('there' || number)::uuid, 'counted', 'gps',
        starts_at, ends_at + interval '15 minutes', 120, false, 0, '{}', 1, false
    FROM event, generate_series(1, %(people)s) AS number WHERE event.id = %(event)s
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """`s` until all were derived; milliseconds of 95 in 100 check-ins without, and with it."""

    s: float
    quiet_ms: float
    meanwhile_ms: float


def main() -> None:
    """Start web and worker, move the end in turns, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moved_end", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of check-ins in each half of a turn, about")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--people", type=int, default=PEOPLE)
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
        ended = Ended(url, crowd, options.people)
        service.start_module("benchmarks.kit.server", "benchmarks.kit.google:create_app")
        service.start("worker")
        service.wait_until_up()
        wake(service.url, crowd.requests(1, helpers)[0])

        def begin(count: int) -> "Future[Load]":
            return helpers.submit(drive, service.url, crowd.requests(count, helpers), CONNECTIONS)

        _print(_take_turns(begin, ended, options.turns, options.seconds), options.people)
        ended.assert_exact()


class Ended:
    """An event that is over, with so many people who were there."""

    def __init__(self, url: str, crowd: Crowd, people: int) -> None:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
        self._sessions: sessionmaker[Session] = sessionmaker(engine, expire_on_commit=False)
        self._ended_at = datetime.now(UTC) - ENDED_BEFORE
        with psycopg.connect(url) as connection:
            like = {"like": crowd.events[0][0], "ended_at": self._ended_at}
            row = connection.execute(_EVENT, like).fetchone()
            self._id: UUID = row[0] if row else crowd.events[0][0]
            for statement in (_PEOPLE, _RECORDS, _ATTENDANCES):
                connection.execute(statement, {"people": people, "event": self._id})
        with self._sessions.begin() as session:
            rebuild.rebuild(session)

    def move(self, turn: int) -> tuple[float, float]:
        """Move the end, and wait until everybody is derived again: from when, until when."""
        with self._sessions.begin() as session:
            actor = identities.find_actor(session, OWNER)
            assert actor is not None  # noqa: S101 - the demo made it
            event = session.get_one(Event, self._id)
            ends_at = self._ended_at + (MOVED_BY if turn % 2 == 0 else timedelta(0))
            changing.change(session, actor, self._id, event.version, {"ends_at": ends_at}, datetime.now(UTC))
        began = time.perf_counter()
        while self._is_going_on():
            if time.perf_counter() - began > LONGEST_WAIT_S:
                raise SystemExit(f"not derived again within {LONGEST_WAIT_S} s")
            time.sleep(POLL_S)
        return began, time.perf_counter()

    def _is_going_on(self) -> bool:
        with self._sessions() as session:
            return session.get_one(Event, self._id).rederiving

    def assert_exact(self) -> None:
        """Raise SystemExit when the counts are not what the rows say."""
        with self._sessions() as session:
            if found := verify.differences(session):
                raise SystemExit("counted wrong:\n" + "\n".join(map(str, found)))


def _take_turns(
    begin: Callable[[int], "Future[Load]"], ended: Ended, turns: int, seconds: float
) -> list[Turn]:
    """Check-ins alone, then while the end moves."""
    warm = _done(begin(WARM_UP))
    count = max(WARM_UP, round(WARM_UP / warm.seconds * seconds))
    taken = []
    for number in range(turns):
        quiet = [ms for _, ms in _done(begin(count)).answers]
        coming = begin(count)
        first, last = ended.move(number)
        meanwhile = [ms for at, ms in _done(coming).answers if first <= at <= last]
        turn = Turn(last - first, percentile(quiet, 0.95), percentile(meanwhile, 0.95))
        taken.append(turn)
        print(
            f"turn {number + 1}: {turn.s:6.2f} s, 95 in 100 check-ins in {turn.quiet_ms:.1f} ms, meanwhile in"
            f" {turn.meanwhile_ms:.1f} ms ({len(meanwhile)} of them)",
            flush=True,
        )
    return taken


def _done(coming: "Future[Load]") -> Load:
    load = coming.result()
    if load.failures:
        raise SystemExit("not 201 but " + "\n".join(load.failures))
    return load


def _print(taken: list[Turn], people: int) -> None:
    quiet_ms, meanwhile_ms = (
        median(turn.quiet_ms for turn in taken),
        median(turn.meanwhile_ms for turn in taken),
    )
    result = {
        "s": round(max(turn.s for turn in taken), 2),
        "p95_ratio": round(median(turn.meanwhile_ms / turn.quiet_ms for turn in taken), 2),
        "quiet_p95_ms": round(quiet_ms, 1),
        "p95_ms": round(meanwhile_ms, 1),
        "people": people,
    }
    print(f"\n{'people':>8}{'longest s':>11}{'p95 ms':>9}{'meanwhile':>11}")
    print(f"{people:8}{result['s']:11.2f}{quiet_ms:9.1f}{meanwhile_ms:11.1f}")
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
