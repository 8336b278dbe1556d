"""ID tokens of a Firebase project, checked by PyJWT over Google's published keys, with the SDK's checks."""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509

from http_base.identity import Unauthenticated
from http_base.published_keys import PublishedKeys
from service.people.identities import Identity

CERTIFICATES_URL = "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
ISSUER = "https://securetoken.google.com/"
ALGORITHM = "RS256"
LEEWAY_S = 30
"""How far a token's times may be off: clocks of Google's and of ours are not one."""

LONGEST_SUBJECT = 128
REMEMBERED = 20_000
REQUIRED = ["exp", "iat", "auth_time", "aud", "iss", "sub"]


class FirebaseVerifier:
    """Checks ID tokens of one project. A token that held is remembered, by its hash, until it expires."""

    def __init__(self, project_id: str, *, unsigned: bool = False) -> None:
        """`unsigned`: take the Auth emulator's tokens, which nobody has signed. For development alone."""
        self._project_id = project_id
        self._unsigned = unsigned
        self._keys = PublishedKeys(CERTIFICATES_URL, _public_keys)
        self._known = KnownTokens(REMEMBERED)

    def verify(self, token: str) -> Identity:
        """Check an ID token of the phone provider.

        Raises:
            Unauthenticated, IdentityUnavailable.
        """
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        known = self._known.get(digest)
        if known is not None:
            return known
        claims = self._claims(token)
        identity = _identity(claims)
        self._known.put(digest, identity, claims["exp"] + LEEWAY_S)
        return identity

    def prepare(self) -> None:
        """Fetch Google's keys in the background; the emulator has none."""
        if not self._unsigned:
            self._keys.fetch_in_background()

    def describe(self) -> Mapping[str, str]:
        """Whether Google's keys are out of reach."""
        trouble = self._keys.describe()
        return {"keys": trouble} if trouble else {}

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            # Of the header alone: PyJWT looks at each character in Python, and will look at all below.
            key_id = jwt.get_unverified_header(token.partition(".")[0] + "..").get("kid")
            if self._unsigned:
                key: Any = None
            elif not isinstance(key_id, str) or (key := self._keys.get(key_id)) is None:
                raise Unauthenticated
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._project_id,
                issuer=ISSUER + self._project_id,
                leeway=LEEWAY_S,
                options={
                    "verify_signature": not self._unsigned,
                    "verify_aud": True,
                    "verify_iss": True,
                    "verify_exp": True,
                    "verify_iat": True,
                    "strict_aud": True,
                    "require": REQUIRED,
                },
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated from error


def _identity(claims: Mapping[str, Any]) -> Identity:
    """Who the claims are about. Raises Unauthenticated for what Firebase would not have signed."""
    subject, phone = claims["sub"], claims.get("phone_number")
    moments = [claims[name] for name in ("iat", "auth_time", "exp")]
    if not all(type(moment) is int and 0 < moment < MOMENTS_END for moment in moments):
        raise Unauthenticated
    if claims["auth_time"] > time.time() + LEEWAY_S:
        raise Unauthenticated
    if not (isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT):
        raise Unauthenticated
    if not (isinstance(phone, str) and phone):
        raise Unauthenticated
    issued_at, signed_in_at = (datetime.fromtimestamp(moment, UTC) for moment in moments[:2])
    return Identity(subject, phone, issued_at, signed_in_at)


MOMENTS_END = 2**33
"""After every moment that a token can name: in the year 2242."""


def _public_keys(body: bytes) -> dict[str, Any]:
    """The keys of the published certificates, by key id."""
    return {
        key_id: x509.load_pem_x509_certificate(certificate.encode()).public_key()
        for key_id, certificate in json.loads(body).items()
    }


class KnownTokens:
    """Who the tokens that held are, by their hash, each until it expires; at most so many, the oldest go."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._found: dict[bytes, tuple[Identity, float]] = {}
        self._lock = threading.Lock()

    def get(self, digest: bytes) -> Identity | None:
        """Who the token of this hash is; None when it is not known, or has expired."""
        found = self._found.get(digest)
        return found[0] if found is not None and time.time() <= found[1] else None

    def put(self, digest: bytes, identity: Identity, until: float) -> None:
        """Remember a token that has just held, until a moment in seconds since the epoch."""
        with self._lock:
            if len(self._found) >= self._size:
                del self._found[next(iter(self._found))]
            self._found[digest] = identity, until
