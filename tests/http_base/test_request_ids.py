"""Each answer says by which id the log knows its request."""

import re

import pytest
from flask.testing import FlaskClient

from app import create_app
from service.platform.database import db
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings

GIVEN = "4f1c0a86d3e94b5f8f6d2f1a7c3b9e05"


def asked(database_url: str, proxies: int, given: str, path: str = "/healthz") -> str:
    app = create_app(
        test_settings(DATABASE_URL=database_url, TRUSTED_PROXIES=str(proxies)), clock=FixedClock(NOW)
    )
    answer = app.test_client().get(path, headers={"X-Request-Id": given})
    with app.app_context():
        db.engine.dispose()
    return answer.headers.get("X-Request-Id", "")


@pytest.mark.parametrize("given", [GIVEN, "0b9a3a52-7c55-4a3e-9f0e-54d2b8b0f3a1", GIVEN.upper()])
def test_a_trusted_proxys_id_is_taken(database_url: str, given: str) -> None:
    assert asked(database_url, 1, given) == given


@pytest.mark.parametrize("path", ["/healthz", "/v1/me", "/nothing/here", "/v1/events?limit=no"])
def test_every_answer_has_one(database_url: str, path: str) -> None:
    assert asked(database_url, 1, GIVEN, path) == GIVEN


def test_a_strangers_id_is_not_taken(database_url: str) -> None:
    made = asked(database_url, 0, GIVEN)
    assert made != GIVEN
    assert re.fullmatch(r"[0-9a-f]{32}", made)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "77015550199",
        "+77015550199",
        "short",
        "x" * 65,
        GIVEN + " x",
        "Айгүл Айгүл Айгүл".encode().decode("latin1"),
        "a" * 16 + "\x7f",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2ln",
    ],
)
def test_an_id_that_is_none_is_replaced(database_url: str, given: str) -> None:
    made = asked(database_url, 1, given)
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert made != given


def test_no_two_requests_have_one_id(client: FlaskClient) -> None:
    made = {client.get("/healthz").headers["X-Request-Id"] for _ in range(20)}
    assert len(made) == 20
