"""Requests of one address."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from http_base.address_limit import AddressLimit
from http_base.application import Tazalyq
from service import errors


@pytest.fixture
def two_a_minute(app: Tazalyq) -> Iterator[None]:
    parts = app.extensions["tazalyq"]
    before, parts.address_limit = parts.address_limit, AddressLimit("memory://", 2)
    yield
    parts.address_limit = before


@pytest.mark.usefixtures("two_a_minute")
def test_a_third_sign_in_request_waits_and_other_calls_do_not(client: FlaskClient) -> None:
    body = {"phone": "+77011112233", "code": "000000"}
    answers = [client.post("/v1/auth/tokens", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[2].json["code"] == "too-many-requests"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert client.get("/v1/meta").status_code == 200


@pytest.mark.usefixtures("two_a_minute")
def test_addresses_are_counted_apart(client: FlaskClient) -> None:
    body = {"phone": "+77011112233", "code": "000000"}
    for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        answer = client.post("/v1/auth/tokens", json=body, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 401


def test_a_home_with_ipv6_is_one_address() -> None:
    """Whoever has IPv6 has a network of 2**64 addresses, and was counted anew with each of them."""
    limit = AddressLimit("memory://", 2)
    for address in (
        "2001:db8:0:1::1",
        "2001:db8:0:1:ffff::2",
        "2001:db8:0:2::1",
        "::ffff:10.0.0.1",
        "10.0.0.2",
    ):
        limit.count(address)
    with pytest.raises(errors.TooManyRequests):
        limit.count("2001:db8:0:1::3")
    limit.count("2001:db8:0:2::3")
    limit.count("10.0.0.1")
    with pytest.raises(errors.TooManyRequests):
        limit.count("::ffff:10.0.0.1")


@pytest.fixture
def one_code_an_address(app: Tazalyq) -> Iterator[None]:
    parts = app.extensions["tazalyq"]
    before, parts.settings = parts.settings, replace(parts.settings, codes_per_address_hour=1)
    yield
    parts.settings = before


@pytest.mark.usefixtures("one_code_an_address")
def test_codes_are_counted_by_the_home_too(client: FlaskClient) -> None:
    answers = [
        client.post(
            "/v1/auth/codes",
            json={"phone": f"+7701111223{number}"},
            environ_base={"REMOTE_ADDR": f"2001:db8:0:1::{number}"},
        )
        for number in (1, 2)
    ]
    assert [answer.status_code for answer in answers] == [202, 429]


def test_without_its_storage_nobody_is_locked_out() -> None:
    """Nothing listens on port 1. Secrets are guarded by counts in PostgreSQL."""
    limit = AddressLimit("redis://127.0.0.1:1", 1)
    for _ in range(3):
        limit.count("10.0.0.1")


def test_a_storage_that_says_nothing_holds_nobody_up() -> None:
    """Its machine is cut off, or hangs: each who signed in held a thread of the service."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        limit = AddressLimit(f"redis://127.0.0.1:{silent.getsockname()[1]}", 1)
        asking = threading.Thread(target=limit.count, args=["10.0.0.1"], daemon=True)
        asking.start()
        asking.join(3)
        assert not asking.is_alive()
