"""App Check against the stand-in's keys, with the unmodified firebase-admin."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from firebase_admin import app_check

from app import create_app
from http_base import context
from http_base.app_check import AppCheck, AppKeys
from http_base.application import Tazalyq
from http_base.identity import IdentityUnavailable
from http_base.published_keys import PublishedKeys
from notifications.words import LOCALES
from service.platform.database import db
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings
from tests.google.keys import APP_ID, PROJECT, Keys
from tests.google.standin import Google

JWKS = "/v1/jwks"
HEADER = "X-Firebase-AppCheck"


@pytest.fixture
def checked(google: Google) -> AppCheck:
    return AppCheck(PROJECT, [APP_ID])


def keys_of(checked: AppCheck) -> PublishedKeys:
    service: Any = app_check._get_app_check_service(checked._app)
    assert isinstance(service._jwks_client, AppKeys)
    return service._jwks_client.published


def test_a_real_token_holds(checked: AppCheck, keys: Keys, google: Google) -> None:
    assert checked.holds(keys.app_check_token())
    assert checked.holds(keys.app_check_token())
    assert google.hits[JWKS] == 1


SPOILED: dict[str, Callable[[Keys], str]] = {
    "expired": lambda keys: keys.app_check_token(exp=int(time.time()) - 60),
    "audience": lambda keys: keys.app_check_token(aud=["projects/another"]),
    "issuer": lambda keys: keys.app_check_token(iss="https://example.org/"),
    "another app": lambda keys: keys.app_check_token("1:1234567890:web:0000"),
    "key": lambda keys: keys.app_check_token(key=keys.other_key),
    "unknown key": lambda keys: keys.app_check_token(key_id="kid-9"),
    "an ID token": lambda keys: keys.id_token("+77015550199"),
    "unsigned": lambda keys: jwt.encode({"sub": APP_ID}, "", "none", headers={"kid": "app-kid-1"}),
    "symmetric": lambda keys: jwt.encode({"sub": APP_ID}, "k" * 64, "HS256", headers={"kid": "app-kid-1"}),
    "nonsense": lambda keys: "a.b.c",
    "letters": lambda keys: "ключ",
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_bad_token_does_not(checked: AppCheck, keys: Keys, how: str) -> None:
    assert checked.holds(SPOILED[how](keys)) is False


def test_without_a_list_every_app_of_the_project_is_trusted(google: Google, keys: Keys) -> None:
    every = AppCheck(PROJECT)
    assert every.holds(keys.app_check_token("1:1234567890:web:0000"))
    assert not every.holds(keys.app_check_token(aud=["projects/another"]))


def test_a_key_server_that_is_away_is_left_alone_for_a_while(
    checked: AppCheck, keys: Keys, google: Google
) -> None:
    google.app_keys_down = True
    for _ in range(5):
        with pytest.raises(IdentityUnavailable):
            checked.holds(keys.app_check_token())
    assert google.hits[JWKS] == 1
    google.app_keys_down = False
    keys_of(checked)._ask_at = 0
    assert checked.holds(keys.app_check_token())


def test_the_last_good_keys_serve_while_it_is_away(checked: AppCheck, keys: Keys, google: Google) -> None:
    assert checked.holds(keys.app_check_token())
    google.app_keys_down = True
    keys_of(checked)._fresh_until = keys_of(checked)._ask_at = 0
    assert checked.holds(keys.app_check_token())
    assert not checked.holds(keys.app_check_token(key=keys.other_key))


def test_forged_key_ids_do_not_make_us_ask_again_and_again(
    checked: AppCheck, keys: Keys, google: Google
) -> None:
    for n in range(6):
        assert not checked.holds(keys.app_check_token(key_id=f"kid-{n}"))
    assert google.hits[JWKS] == 1


def test_many_cold_threads_fetch_the_keys_once(checked: AppCheck, keys: Keys, google: Google) -> None:
    token = keys.app_check_token()
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(lambda _: checked.holds(token), range(32)))
    assert google.hits[JWKS] == 1


@pytest.fixture
def make_app(database_url: str, google: Google, keys: Keys) -> Iterator[Callable[..., Tazalyq]]:
    made: list[Tazalyq] = []

    def make(**environment: str) -> Tazalyq:
        settings = test_settings(DATABASE_URL=database_url, APP_CHECK_APP_IDS=APP_ID, **environment)
        made.append(create_app(settings, clock=FixedClock(NOW)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def attested(app: Tazalyq, token: str | None) -> bool | None:
    with app.test_request_context("/", headers={HEADER: token} if token is not None else {}):
        return context.attestation()


def test_what_a_request_learns_of_it(make_app: Any, google: Google, keys: Keys) -> None:
    app = make_app(FIREBASE_PROJECT_ID=PROJECT)
    assert attested(app, None) is None
    assert attested(app, "") is None
    google.app_keys_down = True
    assert attested(app, keys.app_check_token()) is None
    google.app_keys_down = False
    keys_of(app.extensions["tazalyq"].app_check)._ask_at = 0
    assert attested(app, keys.app_check_token()) is True
    assert attested(app, keys.app_check_token(key=keys.other_key)) is False


def test_with_local_identity_it_is_ignored(make_app: Any) -> None:
    app = make_app(APP_CHECK="required")
    assert attested(app, "nonsense") is None
    assert app.test_client().get("/v1/regions").status_code == 200


def get_me(app: Tazalyq, keys: Keys, token: str | None, language: str = "en") -> Any:
    headers = {"Authorization": f"Bearer {keys.id_token('+77015550198')}", "Accept-Language": language}
    return app.test_client().get("/v1/me", headers=headers | ({HEADER: token} if token else {}))


def test_checked_never_refuses_by_itself(make_app: Any, keys: Keys) -> None:
    app = make_app(FIREBASE_PROJECT_ID=PROJECT)
    for token in (None, "nonsense", keys.app_check_token()):
        assert get_me(app, keys, token).json["code"] == "not-registered"


def test_required_lets_only_genuine_apps_in(make_app: Any, google: Google, keys: Keys) -> None:
    app = make_app(FIREBASE_PROJECT_ID=PROJECT, APP_CHECK="required")
    google.app_keys_down = True
    away = get_me(app, keys, keys.app_check_token())
    assert (away.status_code, away.json["code"]) == (503, "identity-unavailable")
    google.app_keys_down = False
    keys_of(app.extensions["tazalyq"].app_check)._ask_at = 0
    assert get_me(app, keys, keys.app_check_token()).json["code"] == "not-registered"
    for token in (None, "nonsense", keys.app_check_token("1:1234567890:web:0000")):
        refused = get_me(app, keys, token)
        assert (refused.status_code, refused.json["code"]) == (401, "unauthenticated")
        assert "genuine" in refused.json["detail"]
    assert len({get_me(app, keys, None, language).json["detail"] for language in LOCALES}) == 3
    assert app.test_client().get("/v1/events").status_code == 200
