"""Phones that send prepared requests over connections kept alive; run in a process of their own."""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

WAKE_TRIES = 60


@dataclass(frozen=True, slots=True)
class Request:
    """One POST of JSON with a bearer token; `expected` is the status of the answer."""

    path: str
    token: str
    body: bytes
    expected: int = http.client.CREATED


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: the wall time, the first answers of another status than expected, and all times.

    `answers`: when each request was sent, by `time.perf_counter`, which all processes share, and how many
    milliseconds it took.
    """

    seconds: float
    failures: list[str]
    answers: list[tuple[float, float]]


def drive(url: str, requests: Sequence[Request], connections: int) -> Load:
    """Send all requests, each connection its share one after the other."""
    shares = [requests[n::connections] for n in range(connections)]
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        sent = list(pool.map(_send, [url] * connections, shares))
    failures = [failure for found, _ in sent for failure in found]
    answers = [answer for _, times in sent for answer in times]
    return Load(time.perf_counter() - began, failures[:10], answers)


def wake(url: str, request: Request) -> None:
    """Send one request until it is answered as expected: a web that has just started still fetches its keys.

    Raises:
        SystemExit: it is not, after WAKE_TRIES.
    """
    for _ in range(WAKE_TRIES):
        failures, _ = _send(url, [request])
        if not failures:
            return
        time.sleep(1)
    raise SystemExit(failures[0])


def _send(url: str, requests: Sequence[Request]) -> tuple[list[str], list[tuple[float, float]]]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    failures, answers = [], []
    for request in requests:
        headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
        began = time.perf_counter()
        connection.request("POST", request.path, request.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        answers.append((began, (time.perf_counter() - began) * 1000))
        if answer.status != request.expected:
            failures.append(f"{answer.status} {content.decode(errors='replace')}")
    connection.close()
    return failures, answers
