"""A way to a service that is cut at random: before a request, in it, after its COMMIT, in the answer."""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CUTS = ("refused", "in the request", "while it is done", "after it was done", "in the answer")


class Way:
    """Takes connections on a port of its own. `cuts`: how often each kind has happened to a POST."""

    def __init__(self, to_port: int, seed: int, share: float) -> None:
        self.to_port, self.share, self.cuts = to_port, share, Counter[str]()
        self._random = random.Random(seed)  # noqa: S311 - where a way is cut is no secret
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        # Whoever waits in accept is let go of by it.
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(10)

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                with client, suppress(OSError):
                    client.settimeout(20)
                    self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        """One request, and the connection is closed."""
        cut = self._random.choice(CUTS) if self._random.random() < self.share else None
        request = _read(client)
        if not request:
            return
        if request.startswith(b"POST") and cut:
            self.cuts[cut] += 1
        if cut == "refused":
            return
        with socket.create_connection(("127.0.0.1", self.to_port), timeout=20) as service:
            if cut == "in the request":
                service.sendall(request[: self._random.randrange(1, len(request))])
                return
            service.sendall(request)
            if cut == "while it is done":
                time.sleep(self._random.uniform(0, 0.03))
                return
            answer = _read(service)
            if cut == "after it was done":
                return
            if cut == "in the answer":
                answer = answer[: self._random.randrange(1, len(answer))]
            client.sendall(answer)


def _read(connection: socket.socket) -> bytes:
    """One message of HTTP/1.1 with its body, as its length says; after its head the connection ends."""
    found = b""
    while b"\r\n\r\n" not in found:
        more = connection.recv(65_536)
        if not more:
            return b""
        found += more
    head, _, body = found.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = connection.recv(65_536)
        if not more:
            break
        body += more
    return head + b"\r\nConnection: close\r\n\r\n" + body


@contextmanager
def cut_way(to_port: int, seed: int, share: float = 0.75) -> Iterator[Way]:
    """A way on which so large a share of requests is cut."""
    way = Way(to_port, seed, share)
    way.start()
    try:
        yield way
    finally:
        way.stop()
