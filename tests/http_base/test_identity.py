"""ID tokens against the stand-in's keys, remembered while they hold."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from app import create_app
from http_base.application import Tazalyq
from http_base.firebase_tokens import FirebaseVerifier, KnownTokens
from http_base.identity import IdentityUnavailable, Unauthenticated
from service.people.identities import Identity
from service.platform.database import db
from tests.clock import FixedClock
from tests.conftest import NOW, test_settings
from tests.google.keys import PROJECT, Keys
from tests.google.standin import Google
from tests.http_base.test_key_server import until

CERTIFICATES = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
PHONE = "+77015550199"


@pytest.fixture
def verifier(google: Google) -> FirebaseVerifier:
    return FirebaseVerifier(PROJECT)


def test_a_real_token_holds(verifier: FirebaseVerifier, keys: Keys) -> None:
    moment = datetime.fromtimestamp(int(time.time()), UTC)
    signed_in_at = moment - timedelta(days=3)
    token = keys.id_token(PHONE, "u9", iat=int(moment.timestamp()), auth_time=int(signed_in_at.timestamp()))
    assert verifier.verify(token) == Identity("u9", PHONE, moment, signed_in_at)


def test_the_key_server_down_is_no_verdict_about_the_token(
    verifier: FirebaseVerifier, google: Google, keys: Keys
) -> None:
    google.keys_down = True
    with pytest.raises(IdentityUnavailable):
        verifier.verify(keys.id_token(PHONE))
    google.keys_down = False
    verifier._keys._ask_at = 0
    verifier.verify(keys.id_token(PHONE))
    google.keys_down = True
    verifier._keys._fresh_until = verifier._keys._ask_at = 0
    assert verifier.verify(keys.id_token(PHONE, "u2")).phone == PHONE
    assert verifier._keys._idle.wait(4)


def test_keys_are_renewed_without_anybody_waiting(
    verifier: FirebaseVerifier, google: Google, keys: Keys
) -> None:
    verifier.verify(keys.id_token(PHONE))
    assert verifier._keys._idle.wait(30)
    google.keys_talk.clear()
    verifier._keys._fresh_until = verifier._keys._ask_at = 0
    for n in range(20):
        verifier.verify(keys.id_token(PHONE, f"u{n}"))
    # Nobody has waited: the fetch is still under way.
    assert not verifier._keys._idle.is_set()
    google.keys_talk.set()
    until(lambda: google.hits[CERTIFICATES] == 2)


def test_a_key_that_nobody_published_is_asked_for_once_in_a_while(
    verifier: FirebaseVerifier, google: Google, keys: Keys
) -> None:
    claims = jwt.decode(keys.id_token(PHONE), options={"verify_signature": False})
    for n in range(6):
        with pytest.raises(Unauthenticated):
            verifier.verify(jwt.encode(claims, keys.token_key, "RS256", headers={"kid": f"forged-{n}"}))
    assert google.hits[CERTIFICATES] == 1


def test_a_known_token_is_known_until_it_expires(
    verifier: FirebaseVerifier, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = keys.id_token(PHONE)
    first = verifier.verify(token)
    assert verifier.verify(token) is first
    later = time.time() + 3_600 + 31
    monkeypatch.setattr(time, "time", lambda: later)
    assert verifier._known.get(hashlib.sha256(token.encode()).digest()) is None


def test_no_more_tokens_are_known_than_there_is_room_for() -> None:
    known = KnownTokens(2)
    somebody = Identity("u1", PHONE, NOW, NOW)
    for name in (b"1", b"2", b"2", b"3", b"4"):
        known.put(name, somebody, time.time() + 60)
    assert [known.get(name) is not None for name in (b"1", b"2", b"3", b"4")] == [False, False, True, True]


def test_a_token_that_was_refused_is_not_remembered(verifier: FirebaseVerifier, keys: Keys) -> None:
    bad = keys.id_token(PHONE, key=keys.other_key)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            verifier.verify(bad)


def test_the_emulator_signs_nothing_but_the_rest_is_checked(google: Google, keys: Keys) -> None:
    emulated = FirebaseVerifier(PROJECT, unsigned=True)
    claims = jwt.decode(keys.id_token(PHONE), options={"verify_signature": False})
    assert emulated.verify(jwt.encode(claims, None, "none")).phone == PHONE
    for change in ({"aud": "another"}, {"exp": 1}, {"iss": "x"}):
        with pytest.raises(Unauthenticated):
            emulated.verify(jwt.encode(claims | change, None, "none"))
    assert google.hits[CERTIFICATES] == 0


def test_many_cold_threads_fetch_the_certificates_once(
    verifier: FirebaseVerifier, google: Google, keys: Keys
) -> None:
    tokens = [keys.id_token(PHONE, f"u{n}") for n in range(32)]
    with ThreadPoolExecutor(16) as pool:
        assert len({found.subject for found in pool.map(verifier.verify, tokens)}) == 32
    assert google.hits[CERTIFICATES] == 1


@pytest.fixture
def firebase_app(database_url: str, google: Google, keys: Keys) -> Any:
    settings = test_settings(
        DATABASE_URL=database_url,
        FIREBASE_PROJECT_ID=PROJECT,
        GOOGLE_APPLICATION_CREDENTIALS=keys.service_account,
    )
    made = create_app(settings, clock=FixedClock(NOW))
    yield made
    with made.app_context():
        for table, column in (("consent", "volunteer_id"), ("volunteer", "id")):
            who = sa.text(
                f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM volunteer WHERE phone = :phone)"  # noqa: S608 - our own names
            )
            db.session.execute(who, {"phone": PHONE})
        db.session.commit()
        db.engine.dispose()


def test_a_firebase_token_registers_a_volunteer(firebase_app: Tazalyq, google: Google, keys: Keys) -> None:
    client = firebase_app.test_client()
    profile = {
        "display_name": "Айгүл",
        "birth_date": "1995-03-08",
        "locale": "kk",
        "region": "KZ-15",
        "consents": {"personal_data": "2026-01", "cross_border": "2026-01"},
    }

    def put(token: str) -> Any:
        return client.put("/v1/me", json=profile, headers={"Authorization": f"Bearer {token}"})

    google.keys_down = True
    away = put(keys.id_token(PHONE))
    assert (away.status_code, away.json["code"]) == (503, "identity-unavailable")
    google.keys_down = False
    firebase_app.extensions["tazalyq"].verifier._keys._ask_at = 0  # half a minute later
    assert put(keys.id_token(PHONE)).status_code == 201
    assert put(keys.id_token(PHONE, key=keys.other_key)).status_code == 401
    assert client.post("/v1/auth/codes", json={"phone": PHONE}).status_code == 404
