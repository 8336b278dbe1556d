"""Announcements to 10,000 people over HTTP, with web and worker as processes: answers, and inboxes filled.

`python -m benchmarks.announcement --people 10000 --turns 20`. `inbox_s` is the longest time from an answer
until everybody going has the announcement in the inbox; pushes of the earlier ones go out meanwhile.
"""

import argparse
import json
import time
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
import urllib3
from sqlalchemy.orm import Session

from benchmarks.kit import going
from benchmarks.kit.service import Service, database
from benchmarks.season.report import percentile
from service.platform.database import sqlalchemy_url

LONGEST_WAIT_S = 60
POLL_S = 0.05


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.announcement", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=20)
    options = parser.parse_args()
    with database() as url, Service(url) as service:
        service.run("flask", "db", "upgrade")
        event_id = _gather(url, options.people)
        service.start("serve")
        service.start("worker")
        service.wait_until_up()
        phone = Organizer(service.url)
        print(f"{'announcement':>12}{'answer ms':>12}{'inboxes filled s':>18}")
        answers, filled = [], []
        with psycopg.connect(url, autocommit=True) as connection:
            for turn in range(options.turns):
                answers.append(phone.announce(event_id))
                filled.append(_wait_until_filled(connection, options.people * (turn + 1)))
                print(f"{turn + 1:12}{answers[-1]:12.1f}{filled[-1]:18.2f}")
    result = {
        "p95_ms": round(percentile(answers, 0.95), 1),
        "inbox_s": round(max(filled), 2),
        "people": options.people,
    }
    print(f"RESULT {json.dumps(result)}")


class Organizer:
    """The owner's phone, signed in by code."""

    def __init__(self, url: str) -> None:
        self._pool = urllib3.PoolManager(retries=False, timeout=30.0)
        self._url = url
        self._headers = {"Content-Type": "application/json"}
        self._call("POST", "/v1/auth/codes", {"phone": going.OWNER})
        taken = self._call("GET", f"/dev/messages?to=%2B{going.OWNER[1:]}")["items"][0]
        token = self._call("POST", "/v1/auth/tokens", {"phone": going.OWNER, "code": taken["code"]})["token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def announce(self, event_id: UUID) -> float:
        """Announce; how many milliseconds the answer took."""
        began = time.perf_counter()
        body = {"id": str(uuid4()), "text": "Қолғап ала келіңіз"}
        self._call("POST", f"/v1/events/{event_id}/announcements", body)
        return (time.perf_counter() - began) * 1000

    def _call(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> dict[str, list[dict[str, str]]]:
        content = json.dumps(body) if body else None
        answer = self._pool.request(method, self._url + path, body=content, headers=self._headers)
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {answer.data.decode()}")
        found: dict[str, list[dict[str, str]]] = json.loads(answer.data) if answer.data else {}
        return found


def _gather(url: str, people: int) -> UUID:
    engine = sa.create_engine(sqlalchemy_url(url))
    with Session(engine) as session:
        event_id = going.gather(session, people)
        session.commit()
    engine.dispose()
    return event_id


def _wait_until_filled(connection: psycopg.Connection[tuple[int]], wanted: int) -> float:
    """Seconds until there are so many items in the inboxes."""
    began = time.perf_counter()
    while (seconds := time.perf_counter() - began) < LONGEST_WAIT_S:
        row = connection.execute("SELECT count(*) FROM inbox_item").fetchone()
        if row is not None and row[0] >= wanted:
            return seconds
        time.sleep(POLL_S)
    raise SystemExit(f"inboxes not filled within {LONGEST_WAIT_S} s")


if __name__ == "__main__":
    main()
