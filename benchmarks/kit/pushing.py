"""One turn of `benchmarks.push`, in a process of its own, so that its CPU and memory are its own.

`python -m benchmarks.kit.pushing ours|floor MESSAGES THREADS`; prints one JSON object.
"""

import json
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import sqlalchemy as sa
import urllib3

from app import create_app
from benchmarks.kit.google import PORT_VARIABLE
from notifications.models import Delivery
from notifications.push.deliveries import claim
from notifications.push.encoding import to_json
from notifications.push.sender import Sender
from service.platform.database import db
from tests.google.standin import resolver

PATH = "/v1/projects/demo-taza/messages:send"


def ours(messages: int, _threads: int) -> Callable[[], int]:
    """From deliveries that are due in the database to sent ones, by the worker's own sender."""
    app = create_app()
    with app.app_context():
        runtime = app.extensions["tazalyq"].runtime(db.engine)
    sender: Sender = runtime.extras["sender"]

    def send() -> int:
        sender.run()
        with runtime.sessions() as session:
            return session.scalar(sa.select(sa.func.count()).where(Delivery.status == "sent")) or 0

    return send


def floor(messages: int, threads: int) -> Callable[[], int]:
    """The same bodies, encoded before, through a bare pool of connections."""
    body = _body()
    pool = urllib3.HTTPSConnectionPool(
        "fcm.googleapis.com", maxsize=threads, block=True, retries=False, ca_certs=os.environ["SSL_CERT_FILE"]
    )
    headers = {"Authorization": "Bearer ya29.load", "Content-Type": "application/json"}
    request = partial(pool.urlopen, "POST", PATH, body=body, headers=headers)

    def send() -> int:
        with ThreadPoolExecutor(threads) as executor:
            answers = executor.map(lambda _: request().status, range(messages))
            return sum(status == 200 for status in answers)

    return send


def _body() -> bytes:
    """One of the messages that `ours` sends; its claim is rolled back."""
    app = create_app()
    with app.app_context():
        clock = app.extensions["tazalyq"].clock
        push = claim(db.session(), clock.now(), lease_s=60, limit=1)[0].push
        db.session.rollback()
        db.engine.dispose()
    assert push is not None  # noqa: S101 - the benchmark made them due
    return json.dumps(to_json(push)).encode()


def main(name: str, messages: int, threads: int) -> dict[str, Any]:
    """Prepare, then measure."""
    socket.getaddrinfo = resolver(int(os.environ[PORT_VARIABLE]))
    send = {"ours": ours, "floor": floor}[name](messages, threads)
    began, cpu = time.perf_counter(), time.process_time()
    sent = send()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "sent": sent,
        "rps": messages / seconds,
        "cpu_ms": cpu * 1000 / messages,
        "peak_mb": peak_mb,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
