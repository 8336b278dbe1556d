"""Who calls: Firebase ID tokens, checked by the unmodified firebase-admin."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import firebase_admin
import google.auth.exceptions
from firebase_admin import _auth_client, auth, credentials
from google.auth import transport


@dataclass(frozen=True, slots=True)
class Identity:
    """`subject`: who the provider says it is; `phone`: verified, in E.164."""

    subject: str
    phone: str


class Unauthenticated(Exception):
    """No token, or one that does not hold."""


class IdentityUnavailable(Exception):
    """The token cannot be checked now: the key server is out of reach and nothing is cached."""


class TokenVerifier(Protocol):
    """Turns a bearer token into an identity."""

    def verify(self, token: str) -> Identity:
        """Raises Unauthenticated, IdentityUnavailable."""
        ...


class FirebaseVerifier:
    """Checks ID tokens of one Firebase project; signature, audience and times are the SDK's business."""

    def __init__(self, project_id: str, credentials_file: str | None = None) -> None:
        credential = credentials.Certificate(credentials_file) if credentials_file else None
        self._app = firebase_admin.initialize_app(
            credential, {"projectId": project_id, "httpTimeout": 10}, name=f"identity-{uuid4()}"
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
        return Identity(claims["sub"], phone)


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
