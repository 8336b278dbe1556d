"""A key server that is silent, away or slow holds nobody up; one that takes its moment refuses nobody."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import app as composition
from app import create_app
from http_base import published_keys
from http_base.app_check import AppCheck
from http_base.application import Tazalyq
from http_base.firebase_tokens import FirebaseVerifier
from http_base.identity import IdentityUnavailable, Unauthenticated
from http_base.published_keys import PublishedKeys
from service.platform.database import db
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings
from tests.google.keys import APP_ID, PROJECT, Keys
from tests.google.standin import Google

CERTIFICATES = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
JWKS = "/v1/jwks"
PHONE = "+77015550199"
AT_ONCE_S = 20
"""Far below how long a key server is silent here, far above what an answer without it takes."""

A_MOMENT_S = 1.0
"""How long a fetch may take on a busy machine, before the first answer."""


@pytest.fixture
def silent(google: Google, monkeypatch: pytest.MonkeyPatch) -> Google:
    """A key server that says nothing for a long time; how long callers are patient, however busy we are."""
    monkeypatch.setattr(published_keys, "FETCH_TIMEOUT_S", 60)
    monkeypatch.setattr(published_keys, "PATIENCE_S", 0.2)
    monkeypatch.setattr(published_keys, "FIRST_PATIENCE_S", 0.2, raising=False)
    google.keys_talk.clear()
    return google


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


def test_a_silent_key_server_holds_nobody_up(silent: Google, keys: Keys) -> None:
    verifier, token = FirebaseVerifier(PROJECT), keys.id_token(PHONE)
    assert answered(silent, lambda: verifier.verify(token), 24) == [None] * 24
    until(lambda: verified(verifier, token))
    assert silent.hits[CERTIFICATES] == 1


def test_a_silent_key_server_of_app_check_holds_nobody_up(silent: Google, keys: Keys) -> None:
    checked, token = AppCheck(PROJECT, [APP_ID]), keys.app_check_token()
    assert answered(silent, lambda: checked.holds(token), 24) == [None] * 24
    assert silent.hits[JWKS] == 1


def slow(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key servers answer after a moment: longer than anybody waits for a renewal."""
    monkeypatch.setattr(published_keys, "PATIENCE_S", 0.2)
    google.keys_talk.clear()
    threading.Timer(A_MOMENT_S, google.keys_talk.set).start()


def test_who_comes_while_the_first_keys_are_fetched_waits_for_them(
    google: Google, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier, token = FirebaseVerifier(PROJECT), keys.id_token(PHONE)
    slow(google, monkeypatch)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: verified(verifier, token), range(8))) == [True] * 8
    assert google.hits[CERTIFICATES] == 1


def test_the_first_keys_of_app_check_are_waited_for(
    google: Google, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, token = AppCheck(PROJECT, [APP_ID]), keys.app_check_token()
    slow(google, monkeypatch)
    assert answered(google, lambda: checked.holds(token), 8) == [True] * 8


def test_the_keys_are_waited_for_no_longer_than_some_seconds() -> None:
    assert 2 <= getattr(published_keys, "FIRST_PATIENCE_S", 0) <= 5


def forgotten(keys: PublishedKeys) -> None:
    """The keys are not fresh any more, and the server may be asked again."""
    keys._fresh_until = keys._ask_at = 0


def test_a_new_key_is_no_forgery_while_nobody_can_be_asked_for_it(google: Google, keys: Keys) -> None:
    verifier = FirebaseVerifier(PROJECT)
    verifier.verify(keys.id_token(PHONE))
    until(verifier._keys._idle.is_set)
    google.keys_down = True
    forgotten(verifier._keys)
    for n in range(3):
        with pytest.raises(IdentityUnavailable):
            verifier.verify(keys.id_token(PHONE, f"u{n}", key_id="published-since"))
    assert verifier.verify(keys.id_token(PHONE, "u9")).phone == PHONE
    assert google.hits[CERTIFICATES] == 2
    google.keys_down = False
    forgotten(verifier._keys)
    with pytest.raises(Unauthenticated):
        verifier.verify(keys.id_token(PHONE, "u4", key_id="published-since"))


def test_a_new_key_of_app_check_is_no_forgery_either(google: Google, keys: Keys) -> None:
    checked = AppCheck(PROJECT, [APP_ID])
    assert checked.holds(keys.app_check_token())
    google.app_keys_down = True
    forgotten(checked._keys.published)
    with pytest.raises(IdentityUnavailable):
        checked.holds(keys.app_check_token(key_id="published-since"))


def test_a_key_server_that_is_away_is_left_alone_for_a_while(google: Google, keys: Keys) -> None:
    google.keys_down = True
    verifier, token = FirebaseVerifier(PROJECT), keys.id_token(PHONE)
    assert answered(google, lambda: verifier.verify(token), 8) == [None] * 8
    google.keys_down = False
    assert answered(google, lambda: verifier.verify(token), 8) == [None] * 8
    assert google.hits[CERTIFICATES] == 1


@pytest.mark.parametrize("serves", [True, False])
def test_a_web_process_fetches_the_keys_before_anybody_asks(
    database_url: str, google: Google, monkeypatch: pytest.MonkeyPatch, *, serves: bool
) -> None:
    monkeypatch.setattr(composition, "end_with_main", lambda: serves)
    settings = test_settings(DATABASE_URL=database_url, FIREBASE_PROJECT_ID=PROJECT)
    with create_app(settings, clock=FixedClock(NOW)).app_context():
        db.engine.dispose()
    if serves:
        until(lambda: google.hits[CERTIFICATES] == google.hits[JWKS] == 1)
    else:
        # A command: it checks nobody's token.
        assert google.hits[CERTIFICATES] == google.hits[JWKS] == 0


def test_without_firebase_nothing_is_fetched(
    database_url: str, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "end_with_main", lambda: True)
    with create_app(test_settings(DATABASE_URL=database_url), clock=FixedClock(NOW)).app_context():
        db.engine.dispose()
    assert not google.hits


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
