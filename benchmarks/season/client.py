"""Phones' HTTP: one pool, times by call, the retries that a phone would make."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

TRIES = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON document."""

    status: int
    body: Any


class Client:
    """Calls the service and keeps the times; safe for many threads."""

    def __init__(self, url: str, threads: int) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(maxsize=threads, block=True, retries=False, timeout=30.0)
        self._lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)
        self.unexpected: list[str] = []

    def call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        expected: tuple[int, ...] = (200, 201, 202, 204),
    ) -> Answer:
        """Call, and again when told to wait or when nobody answered: with the same content."""
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        url = self._url + path + ("?" + urlencode(query) if query else "")
        encoded = None if body is None else json.dumps(body).encode()
        for attempt in range(TRIES):
            began = time.perf_counter()
            try:
                response = self._pool.request(method, url, body=encoded, headers=headers)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.5 * 2**attempt)
                continue
            self._note(name, response.status, time.perf_counter() - began)
            if response.status not in (429, 503):
                break
            time.sleep(min(10, int(response.headers.get("Retry-After", "1"))))
        else:
            raise RuntimeError(f"{name}: no answer after {TRIES} tries")
        answer = Answer(response.status, json.loads(response.data) if response.data else None)
        if answer.status not in expected:
            with self._lock:
                self.unexpected.append(f"{name}: {answer.status} {answer.body}")
        return answer

    def _note(self, name: str, status: int, seconds: float) -> None:
        with self._lock:
            self.seconds[name].append(seconds)
            self.statuses[name][status] += 1
