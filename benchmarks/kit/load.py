"""Phones that send prepared requests over connections kept alive; run in a process of their own."""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One POST of JSON with a bearer token."""

    path: str
    token: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: the wall time, and the first answers that were not 201."""

    seconds: float
    failures: list[str]


def drive(url: str, requests: Sequence[Request], connections: int) -> Load:
    """Send all requests, each connection its share one after the other."""
    shares = [requests[n::connections] for n in range(connections)]
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        failures = [failure for found in pool.map(_send, [url] * connections, shares) for failure in found]
    return Load(time.perf_counter() - began, failures[:10])


def _send(url: str, requests: Sequence[Request]) -> list[str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    failures = []
    for request in requests:
        headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
        connection.request("POST", request.path, request.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.client.CREATED:
            failures.append(f"{answer.status} {content.decode(errors='replace')}")
    connection.close()
    return failures
