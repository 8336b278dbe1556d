"""A key server that is silent, away or slow holds nobody up."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app import create_app
from http_base.app_check import AppCheck
from http_base.application import Tazalyq
from http_base.firebase_tokens import FirebaseVerifier
from http_base.identity import IdentityUnavailable
from service.platform.clock import FixedClock
from service.platform.database import db
from tests.conftest import NOW, test_settings
from tests.google.keys import APP_ID, PROJECT, Keys
from tests.google.standin import Google

CERTIFICATES = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
JWKS = "/v1/jwks"
PHONE = "+77015550199"
AT_ONCE_S = 4
"""Far below the time-out of a key server, far above what an answer without it takes."""


def answered(google: Google, ask: Callable[[], Any], times: int) -> list[Any]:
    """What so many callers at once are told; a failure when one of them has to wait for the key server."""

    def one() -> Any:
        try:
            return ask()
        except IdentityUnavailable:
            return None

    with ThreadPoolExecutor(times) as pool:
        asked = [pool.submit(one) for _ in range(times)]
        try:
            return [future.result(AT_ONCE_S) for future in asked]
        finally:
            google.keys_talk.set()


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds: what is done in the background takes its moment."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to hold")


def verified(verifier: FirebaseVerifier, token: str) -> bool:
    try:
        return bool(verifier.verify(token))
    except IdentityUnavailable:
        return False


def test_a_silent_key_server_holds_nobody_up(google: Google, keys: Keys) -> None:
    google.keys_talk.clear()
    verifier, token = FirebaseVerifier(PROJECT), keys.id_token(PHONE)
    assert answered(google, lambda: verifier.verify(token), 24) == [None] * 24
    until(lambda: verified(verifier, token))
    assert google.hits[CERTIFICATES] == 1


def test_a_silent_key_server_of_app_check_holds_nobody_up(google: Google, keys: Keys) -> None:
    google.keys_talk.clear()
    checked, token = AppCheck(PROJECT, [APP_ID]), keys.app_check_token()
    assert answered(google, lambda: checked.holds(token), 24) == [None] * 24
    assert google.hits[JWKS] == 1


def test_a_key_server_that_is_away_is_left_alone_for_a_while(google: Google, keys: Keys) -> None:
    google.keys_down = True
    verifier, token = FirebaseVerifier(PROJECT), keys.id_token(PHONE)
    assert answered(google, lambda: verifier.verify(token), 8) == [None] * 8
    google.keys_down = False
    assert answered(google, lambda: verifier.verify(token), 8) == [None] * 8
    assert google.hits[CERTIFICATES] == 1


@pytest.fixture
def firebase_app(database_url: str, google: Google, keys: Keys) -> Iterator[Tazalyq]:
    settings = test_settings(DATABASE_URL=database_url, FIREBASE_PROJECT_ID=PROJECT)
    made = create_app(settings, clock=FixedClock(NOW))
    yield made
    with made.app_context():
        db.engine.dispose()


def test_ready_tells_that_nobody_can_be_recognized(firebase_app: Tazalyq, google: Google, keys: Keys) -> None:
    client = firebase_app.test_client()
    google.keys_down = True
    headers = {"Authorization": f"Bearer {keys.id_token(PHONE)}"}
    away = client.get("/v1/me", headers=headers)
    assert (away.status_code, away.json["code"]) == (503, "identity-unavailable")
    assert int(away.headers["Retry-After"]) > 0
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "503" in str(ready.json["details"]["identity"])
    assert client.get("/healthz").status_code == 200
