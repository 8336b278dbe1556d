"""Bodies that come byte by byte against a real server. Open calls are the proxy's: tests/full."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.conftest import fresh_database
from tests.journeys.processes import Service

AT_ONCE_S = 2
THREADS = 4


@pytest.fixture(scope="module")
def service(postgres_url: str) -> Iterator[Service]:
    for url in fresh_database(postgres_url):
        running = Service(url, WEB_WORKERS="1", WEB_THREADS=str(THREADS))
        running.start("serve")
        try:
            running.wait_until_up()
            yield running
        finally:
            running.stop()


def begin(service: Service, path: str) -> socket.socket:
    """Send the head of a request and one byte of its body."""
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=20)
    kind = "Content-Type: application/json\r\nContent-Length: 1000"
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n\r\n{{".encode())
    return connection


def status(connection: socket.socket) -> int:
    return int(connection.recv(4_096).split(b" ")[1])


def test_strangers_who_send_slowly_are_answered_at_once(service: Service) -> None:
    waiting = [begin(service, "/v1/events") for _ in range(4 * THREADS)]
    started = time.monotonic()
    assert {status(connection) for connection in waiting} == {401}
    assert time.monotonic() - started < AT_ONCE_S
    assert service.call("GET", "/v1/regions").status_code == 200
    for connection in waiting:
        connection.close()


def test_a_body_that_comes_in_pieces_in_time_is_read(service: Service) -> None:
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=20)
    body = b'{"phone": "+77011112233", "code": "000000"}'
    head = (
        "POST /v1/auth/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode())
    for start in range(0, len(body), 8):
        connection.sendall(body[start : start + 8])
        time.sleep(0.05)
    assert status(connection) == 401
    connection.close()
