"""Tokens that must not hold, each in its own way, and good ones at the edge of what holds.

Whoever checks ID tokens is tried with all of them: the SDK and the product must say the same.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from tests.google.keys import KEY_ID, PROJECT, Keys

PHONE = "+77015550199"
HOUR_S = 3_600
Maker = Callable[[Keys], str]


def _with(**changes: Any) -> Maker:
    """A token signed with the right key, with other claims; functions are given the present second."""

    def make(keys: Keys) -> str:
        now = int(time.time())
        return keys.id_token(
            PHONE, **{name: value(now) if callable(value) else value for name, value in changes.items()}
        )

    return make


def _without(name: str) -> Maker:
    def make(keys: Keys) -> str:
        claims = jwt.decode(keys.id_token(PHONE), options={"verify_signature": False})
        del claims[name]
        return jwt.encode(claims, keys.token_key, "RS256", headers={"kid": KEY_ID})

    return make


def _headed(algorithm: str = "RS256", **headers: Any) -> Maker:
    """Signed with the right key, under another header."""

    def make(keys: Keys) -> str:
        claims = jwt.decode(keys.id_token(PHONE), options={"verify_signature": False})
        return jwt.encode(claims, keys.token_key, algorithm, headers=headers)

    return make


def _part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _signed_with_the_certificate(keys: Keys) -> str:
    """A symmetric signature whose secret is what everybody can read: the published certificate."""
    head, body, _ = keys.id_token(PHONE).split(".")
    head = _part({"alg": "HS256", "typ": "JWT", "kid": KEY_ID})
    mac = hmac.new(keys.certificates[KEY_ID].encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _unsigned(keys: Keys) -> str:
    _, body, _ = keys.id_token(PHONE).split(".")
    return f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': KEY_ID})}.{body}."


def _another_body(keys: Keys) -> str:
    head, _, signature = keys.id_token(PHONE).split(".")
    _, body, _ = keys.id_token("+77015550198", "somebody-else").split(".")
    return f"{head}.{body}.{signature}"


FORGED: Mapping[str, Maker] = {
    "expired": _with(exp=lambda now: now - 40, iat=lambda now: now - HOUR_S),
    "long expired": _with(exp=lambda now: now - HOUR_S, iat=lambda now: now - 2 * HOUR_S),
    "issued in the future": _with(iat=lambda now: now + 40),
    "of another project": _with(aud="another-project"),
    "of several projects": _with(aud=[PROJECT, "another-project"]),
    "of another issuer": _with(iss="https://securetoken.google.com/another"),
    "of an issuer like ours": _with(iss=f"https://securetoken.google.com/{PROJECT}/"),
    "a session cookie": _with(iss=f"https://session.firebase.google.com/{PROJECT}"),
    "a custom token": _with(
        aud="https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
    ),
    "an empty subject": _with(sub=""),
    "a long subject": _with(sub="s" * 129),
    "without a subject": _without("sub"),
    "without an audience": _without("aud"),
    "without an issuer": _without("iss"),
    "without an expiry": _without("exp"),
    "without its moment": _without("iat"),
    "signed with another key": lambda keys: keys.id_token(PHONE, key=keys.other_key),
    "of a key that nobody published": _headed(kid="kid-9"),
    "without a key id": _headed(),
    "of another algorithm": _headed("RS512", kid=KEY_ID),
    "of another padding": _headed("PS256", kid=KEY_ID),
    "signed with the certificate": _signed_with_the_certificate,
    "unsigned": _unsigned,
    "of another body": _another_body,
    "an App Check token": lambda keys: keys.app_check_token(),
    "cut": lambda keys: keys.id_token(PHONE)[:-8],
    "prolonged": lambda keys: keys.id_token(PHONE) + ".e30",
    "nonsense": lambda keys: "a.b.c",
    "not three parts": lambda keys: "nonsense",
    "letters": lambda keys: "ключ",
    "empty": lambda keys: "",
}

GOOD: Mapping[str, Maker] = {
    "plain": _with(),
    "of a clock that is 20 s ahead": _with(
        iat=lambda now: now + 20, auth_time=lambda now: now + 20, exp=lambda now: now + HOUR_S + 20
    ),
    "expired 20 s ago": _with(exp=lambda now: now - 20, iat=lambda now: now - HOUR_S),
    "of somebody who signed in a year ago": _with(auth_time=lambda now: now - 365 * 24 * HOUR_S),
    "with claims of one's own": _with(role="volunteer"),
}
