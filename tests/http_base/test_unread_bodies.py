"""What is refused whoever asks is refused before a byte of the body is read."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from http_base.application import Tazalyq


class Unread(io.RawIOBase):
    """A body that fails the test when somebody reads it."""

    def readable(self) -> bool:
        return True

    def read(self, _size: int | None = -1) -> bytes:
        raise AssertionError("the body was read")

    def readinto(self, _buffer: Any) -> int:
        raise AssertionError("the body was read")


class NotLocal:
    """Identity is somebody else's."""

    def verify(self, _token: str) -> Any:
        raise AssertionError("nobody has sent a token")


@pytest.fixture
def with_firebase(app: Tazalyq) -> Iterator[None]:
    parts = app.extensions["tazalyq"]
    before, parts.verifier = parts.verifier, NotLocal()
    yield
    parts.verifier = before


def send(client: FlaskClient, path: str, kind: str = "application/json", length: int = 100) -> Any:
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}
    answer: Any = client.post(path, content_type=kind, environ_overrides=body)
    return answer.status_code, answer.json["code"]


@pytest.mark.usefixtures("with_firebase")
@pytest.mark.parametrize("path", ["/v1/auth/codes", "/v1/auth/tokens"])
def test_a_call_that_is_closed_is_not_there(client: FlaskClient, path: str) -> None:
    assert send(client, path) == (404, "not-found")


@pytest.mark.parametrize("path", ["/v1/events", "/v1/attendance/batch", "/v1/organizations"])
def test_nobody_without_a_token_is_listened_to(client: FlaskClient, path: str) -> None:
    assert send(client, path) == (401, "unauthenticated")


def test_a_body_of_another_kind(client: FlaskClient) -> None:
    assert send(client, "/v1/auth/codes", kind="text/plain") == (415, "unsupported-media-type")


def test_a_body_that_says_it_is_too_large(client: FlaskClient) -> None:
    assert send(client, "/v1/auth/codes", length=10_000_000) == (413, "too-large")


def test_an_address_that_is_none(client: FlaskClient) -> None:
    assert send(client, "/v1/nowhere") == (404, "not-found")
