"""A Nominatim on 127.0.0.1 that answers as a test tells it to, and remembers when it was asked what."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def place(**changes: Any) -> dict[str, Any]:
    """A house in Aktobe, as Nominatim tells of it."""
    found = {
        "place_id": 1,
        "lat": "50.2839",
        "lon": "57.1670",
        "category": "building",
        "type": "yes",
        "addresstype": "building",
        "name": "",
        "display_name": "15, Абай даңғылы, Ақтөбе, 030000, Қазақстан",
        "address": {"house_number": "15", "road": "Абай даңғылы", "city": "Ақтөбе", "country": "Қазақстан"},
        "namedetails": {},
    }
    return found | changes


class Nominatim(ThreadingHTTPServer):
    """`answers`: status, headers and body; `hangs`: says nothing; `drips`: a byte of a header at a time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: tuple[int, dict[str, str], bytes] = (200, {}, b"[]")
        self.hangs = self.drips = False
        self.asked: list[dict[str, list[str]]] = []
        self.at: list[float] = []
        self.agents: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def finds(self, *found: dict[str, Any]) -> None:
        self.answers = (200, {"Content-Type": "application/json"}, json.dumps(found).encode())


class _Handler(BaseHTTPRequestHandler):
    server: Nominatim

    def do_GET(self) -> None:
        stub = self.server
        stub.at.append(time.monotonic())
        stub.asked.append(parse_qs(urlsplit(self.path).query))
        stub.agents.append(self.headers["User-Agent"])
        if stub.hangs:
            stub.over.wait(20)
            return
        if stub.drips:
            while not stub.over.wait(0.2):
                self.wfile.write(b"H")
        status, headers, body = stub.answers
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # whoever asked has gone

    def log_message(self, *_arguments: Any) -> None:
        return


@contextmanager
def running() -> Iterator[Nominatim]:
    """The stand-in, while the context lasts."""
    stub = Nominatim()
    thread = threading.Thread(target=stub.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield stub
    finally:
        stub.over.set()
        stub.shutdown()
        thread.join()
        stub.server_close()
