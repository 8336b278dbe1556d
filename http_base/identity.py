"""Who calls, with which app: Firebase ID tokens and App Check, checked by the unmodified firebase-admin."""

import itertools
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import firebase_admin
import google.auth.exceptions
import jwt
from firebase_admin import _auth_client, app_check, auth, credentials
from google.auth import transport
from google.auth.credentials import AnonymousCredentials

from service.people.identities import Identity


class Unauthenticated(Exception):
    """No token, or one that does not hold."""


class Unattested(Unauthenticated):
    """App Check is required, and the app could not show that it is genuine."""


class IdentityUnavailable(Exception):
    """The token cannot be checked now: the key server is out of reach and nothing is cached."""


class TokenVerifier(Protocol):
    """Turns a bearer token into an identity."""

    def verify(self, token: str) -> Identity:
        """Raises Unauthenticated, IdentityUnavailable."""
        ...


# Checking a signature takes no credential, but the SDK asks for one.
NO_CREDENTIAL: Any = AnonymousCredentials()  # type: ignore[no-untyped-call] # google-auth's
_numbers = itertools.count()


def _app_name(purpose: str) -> str:
    """A name of its own for each Firebase app of the process."""
    return f"{purpose}-{next(_numbers)}"


class FirebaseVerifier:
    """Checks ID tokens of one Firebase project; signature, audience and times are the SDK's business."""

    def __init__(self, project_id: str, credentials_file: str | None = None) -> None:
        credential = credentials.Certificate(credentials_file) if credentials_file else NO_CREDENTIAL
        self._app = firebase_admin.initialize_app(
            credential, {"projectId": project_id, "httpTimeout": 10}, name=_app_name("identity")
        )
        # Private, pinned by a test: for each token the SDK replays cached certificates through a client,
        # which costs four times the check itself. The certificates are kept here for their max-age instead.
        client: Any = _auth_client.Client(self._app)
        client._token_verifier.request = CertificateCache(client._token_verifier.request)
        self._client = client

    def verify(self, token: str) -> Identity:
        """Check an ID token of the phone provider.

        Raises:
            Unauthenticated, IdentityUnavailable.
        """
        try:
            claims = self._client.verify_id_token(token)
        except auth.CertificateFetchError as error:
            raise IdentityUnavailable from error
        except google.auth.exceptions.TransportError as error:
            raise IdentityUnavailable from error
        except (ValueError, firebase_admin.exceptions.FirebaseError) as error:
            raise Unauthenticated from error
        phone = claims.get("phone_number")
        if not isinstance(phone, str) or not phone:
            raise Unauthenticated
        issued_at, signed_in_at = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "auth_time"))
        return Identity(claims["sub"], phone, issued_at, signed_in_at)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A remembered answer of the key server."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    fresh_until: float


class CertificateCache(transport.Request):
    """A google-auth transport that keeps answers for their max-age, and longer while the server is down."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._answers: dict[str, _Answer] = {}
        self._lock = threading.Lock()

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        timeout: Any = None,
        **options: Any,
    ) -> Any:
        """The answer of the key server; many cold threads cause one fetch."""
        answer = self._answers.get(url)
        if answer is not None and time.monotonic() < answer.fresh_until:
            return answer
        with self._lock:
            newer = self._answers.get(url)
            if newer is not None and newer is not answer:
                return newer
            options |= {"body": body, "headers": headers, "timeout": timeout}
            return self._fetch(url, method, answer, options)

    def _fetch(self, url: str, method: str, last_good: _Answer | None, options: dict[str, Any]) -> Any:
        try:
            response = self._inner(url, method=method, **options)
        except google.auth.exceptions.TransportError:
            if last_good is None:
                raise
            return self._keep(url, last_good, RETRY_DOWN_S)
        if response.status != 200:
            return response if last_good is None else self._keep(url, last_good, RETRY_DOWN_S)
        return self._keep(url, response, max_age_s(response.headers))

    def _keep(self, url: str, response: Any, seconds: float) -> _Answer:
        kept = _Answer(response.status, response.headers, response.data, time.monotonic() + seconds)
        self._answers[url] = kept
        return kept


RETRY_DOWN_S = 30


def max_age_s(headers: Mapping[str, str]) -> float:
    """Seconds that an answer stays fresh by its Cache-Control; a minute when it does not say."""
    for part in headers.get("cache-control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.casefold() == "max-age" and value.isdigit():
            return float(value)
    return 60.0


APP_KEYS_LIFE_S = 6 * 3_600
KEY_SERVER_TIMEOUT_S = 5


class AppCheck:
    """Checks App Check tokens of one Firebase project. `required`: without a good one nobody is served."""

    def __init__(self, project_id: str, app_ids: Collection[str] = (), *, required: bool = False) -> None:
        """`app_ids`: those that are trusted; none named: every app of the project."""
        self.required = required
        self._app_ids = frozenset(app_ids)
        self._app = firebase_admin.initialize_app(
            NO_CREDENTIAL, {"projectId": project_id}, name=_app_name("app-check")
        )
        # Private, pinned by a test: with the SDK's own client every request waits for a silent key server.
        service: Any = app_check._get_app_check_service(self._app)
        service._jwks_client = AppKeys(service._JWKS_URL, service._APP_CHECK_HEADERS)

    def holds(self, token: str) -> bool:
        """Whether a token is good, and of an app that is trusted.

        Raises:
            IdentityUnavailable: it cannot be checked now.
        """
        try:
            claims = app_check.verify_token(token, self._app)
        except (ValueError, jwt.PyJWTError):
            return False
        return not self._app_ids or claims["app_id"] in self._app_ids


class AppKeys(jwt.PyJWKClient):
    """Google's keys of App Check. The last good ones serve while the key server is away.

    PyJWT keeps the keys, lets one thread fetch at a time, and asks for an unknown key each 30 s at most.
    """

    def __init__(self, url: str, headers: dict[str, Any]) -> None:
        super().__init__(url, headers=headers, lifespan=APP_KEYS_LIFE_S, timeout=KEY_SERVER_TIMEOUT_S)
        self._last_good: Any = None
        self._ask_at = 0.0

    def fetch_data(self) -> Any:
        """The key set; a server that did not answer is left alone for RETRY_DOWN_S.

        Raises:
            IdentityUnavailable: there never was an answer.
        """
        if time.monotonic() >= self._ask_at:
            try:
                self._last_good = super().fetch_data()
            except (jwt.PyJWTError, OSError, ValueError):
                self._ask_at = time.monotonic() + RETRY_DOWN_S
        if self._last_good is None:
            raise IdentityUnavailable
        return self._last_good
