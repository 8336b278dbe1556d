"""ID tokens against the stand-in's keys, with the unmodified firebase-admin."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from app import create_app
from http_base.application import Tazalyq
from http_base.identity import (
    CertificateCache,
    FirebaseVerifier,
    IdentityUnavailable,
    Unauthenticated,
)
from service.people.identities import Identity
from service.platform.clock import FixedClock
from service.platform.database import db
from tests.conftest import NOW, test_settings
from tests.google.keys import PROJECT, Keys
from tests.google.standin import Google

CERTIFICATES = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
PHONE = "+77015550199"


@pytest.fixture
def verifier(google: Google, keys: Keys) -> FirebaseVerifier:
    return FirebaseVerifier(PROJECT, keys.service_account)


def test_a_real_token_holds(verifier: FirebaseVerifier, keys: Keys) -> None:
    moment = datetime.fromtimestamp(int(time.time()), UTC)
    signed_in_at = moment - timedelta(days=3)
    token = keys.id_token(PHONE, "u9", iat=int(moment.timestamp()), auth_time=int(signed_in_at.timestamp()))
    assert verifier.verify(token) == Identity("u9", PHONE, moment, signed_in_at)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda keys: keys.id_token(PHONE, exp=int(time.time()) - 3600, iat=int(time.time()) - 7200),
        lambda keys: keys.id_token(PHONE, aud="another-project"),
        lambda keys: keys.id_token(PHONE, iss="https://securetoken.google.com/another"),
        lambda keys: keys.id_token(PHONE, key=keys.other_key),
        lambda keys: keys.id_token(None),
        lambda keys: jwt.encode({"aud": PROJECT, "sub": "u1", "phone_number": PHONE}, "", "none"),
        lambda keys: "nonsense",
        lambda keys: "",
    ],
    ids=["expired", "audience", "issuer", "key", "no phone", "unsigned", "nonsense", "empty"],
)
def test_a_bad_token_does_not(verifier: FirebaseVerifier, keys: Keys, spoil: Callable[[Keys], str]) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(spoil(keys))


def test_the_key_server_down_is_no_verdict_about_the_token(
    verifier: FirebaseVerifier, google: Google, keys: Keys
) -> None:
    google.keys_down = True
    with pytest.raises(IdentityUnavailable):
        verifier.verify(keys.id_token(PHONE))
    google.keys_down = False
    verifier.verify(keys.id_token(PHONE))
    google.keys_down = True
    cache: Any = verifier._client._token_verifier.request
    assert isinstance(cache, CertificateCache)
    cache._answers = {url: cache._keep(url, answer, -1) for url, answer in cache._answers.items()}
    assert verifier.verify(keys.id_token(PHONE)).phone == PHONE


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
    assert put(keys.id_token(PHONE)).status_code == 201
    assert put(keys.id_token(PHONE, key=keys.other_key)).status_code == 401
    assert client.post("/v1/auth/codes", json={"phone": PHONE}).status_code == 404
