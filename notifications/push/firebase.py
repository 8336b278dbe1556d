"""The gateway to Firebase Cloud Messaging (HTTP v1): the unmodified SDK in a bounded pool."""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import firebase_admin
import google.auth.exceptions
import google.auth.transport.requests
import requests
from firebase_admin import credentials, exceptions, messaging
from requests.adapters import HTTPAdapter

from notifications.push.encoding import to_message
from notifications.push.gateway import EVERYBODY, CredentialsError, OnResult, Push, PushOutcome, PushResult
from service.platform import logs

logger = logs.get(__name__)

FCM = "https://fcm.googleapis.com"
MIN_RETRY_S = 10
MIN_QUOTA_RETRY_S = 60
# Enough in the queue that no thread waits for work, few enough that all are gone within a lease.
QUEUED_PER_THREAD = 3

GONE = (messaging.UnregisteredError, messaging.SenderIdMismatchError)
CONFIGURATION = (
    exceptions.PermissionDeniedError,
    exceptions.UnauthenticatedError,
    # Not of a registration, which is `UnregisteredError`: there is no such project.
    exceptions.NotFoundError,
    google.auth.exceptions.RefreshError,
)
PASSING = (
    messaging.QuotaExceededError,
    exceptions.ResourceExhaustedError,
    exceptions.UnavailableError,
    exceptions.InternalError,
    exceptions.DeadlineExceededError,
    exceptions.UnknownError,
    exceptions.AbortedError,
    exceptions.CancelledError,
    google.auth.exceptions.TransportError,
)


TARGETS = frozenset({"message.token", "message.fid"})


class FirebaseGateway:
    """Sends through a pool of `threads`, each request at most once: retries are the deliveries' business."""

    def __init__(
        self,
        credentials_file: str,
        *,
        threads: int = 48,
        timeout_s: float = 10,
        web_app_url: str | None = None,
    ) -> None:
        try:
            credential = credentials.Certificate(credentials_file)
        except (OSError, ValueError) as error:
            raise CredentialsError(
                f"GOOGLE_APPLICATION_CREDENTIALS: {credentials_file} is no service account key ({error});"
                " download a new one from the Firebase console."
            ) from error
        self._app = firebase_admin.initialize_app(
            credential, {"httpTimeout": timeout_s}, name=f"push-{uuid4()}"
        )
        self._web_app_url = web_app_url
        service = messaging._get_messaging_service(self._app)
        # Private, pinned by a test: the SDK would retry by itself, invisibly, and sleep on Retry-After.
        session = service._client.session
        session.mount(FCM, _OneHost(max_retries=0, pool_maxsize=threads, pool_block=True))
        _read_environment_once(session)
        self._token = _Token(credential.get_credential(), timeout_s)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="push")
        self.at_once = threads * QUEUED_PER_THREAD

    def send(self, pushes: Sequence[Push], report: OnResult) -> None:
        """Send all, and say of each what became of it."""
        for position, push in enumerate(pushes):
            self._pool.submit(self._send_and_report, position, push, report)

    def close(self) -> None:
        """Let go of threads and connections."""
        self._pool.shutdown()
        firebase_admin.delete_app(self._app)

    def _send_and_report(self, position: int, push: Push, report: OnResult) -> None:
        try:
            result = self._send_one(push)
        except Exception as error:
            # Nothing may be left without an answer: it would be leased for ever.
            logger.exception("a push failed in a way that nobody has thought of")
            result = PushResult(PushOutcome.RETRY, type(error).__name__)
        report(position, result)

    def _send_one(self, push: Push) -> PushResult:
        try:
            self._token.make_fresh()
            return PushResult(
                PushOutcome.SENT, messaging.send(to_message(push, self._web_app_url), app=self._app)
            )
        except (exceptions.FirebaseError, google.auth.exceptions.GoogleAuthError, ValueError) as error:
            return classify(error, push.platform)


class _Token:
    """The access token that all threads share: fetched by one of them when it is about to run out."""

    def __init__(self, credential: Any, timeout_s: float) -> None:
        self._credential = credential
        self._request = partial(google.auth.transport.requests.Request(), timeout=timeout_s)
        self._lock = threading.Lock()
        self._refused: tuple[float, google.auth.exceptions.GoogleAuthError] | None = None

    def make_fresh(self) -> None:
        """Raises GoogleAuthError; what one thread has just been told counts for those who waited for it."""
        if self._credential.valid:
            return
        asked = time.monotonic()
        with self._lock:
            if self._credential.valid:
                return
            if self._refused is not None and self._refused[0] > asked:
                raise self._refused[1]
            try:
                self._credential.refresh(self._request)
            except google.auth.exceptions.GoogleAuthError as error:
                self._refused = (time.monotonic(), error)
                raise


class _OneHost(HTTPAdapter):
    """Every request goes to one host with one trust root: its pool is looked up once, not at each request."""

    _connections: Any = None

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        if self._connections is None:
            found = super().get_connection_with_tls_context(*arguments, **options)
            request, verify = arguments[:2]
            super().cert_verify(found, request.url, verify, options.get("cert"))  # type: ignore[no-untyped-call] # as requests has it
            self._connections = found
        return self._connections

    def cert_verify(self, *_arguments: Any) -> None:
        """Done when the pool was found."""


def _read_environment_once(session: requests.Session) -> None:
    """Proxies and trust roots of the environment, once and not at each request: a fifth of its cost."""
    session.proxies.update(requests.utils.get_environ_proxies(FCM))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False


def classify(error: Exception, platform: str = EVERYBODY) -> PushResult:
    """What an error of the SDK or of google-auth means for one push to a platform."""
    name = type(error).__name__
    if isinstance(error, GONE):
        return PushResult(PushOutcome.GONE, name)
    if isinstance(error, messaging.ThirdPartyAuthError):
        # Our key for APNs or web push is refused: the other platforms work.
        return PushResult(PushOutcome.PAUSED, name, scope=platform)
    if isinstance(error, CONFIGURATION):
        return PushResult(PushOutcome.PAUSED, name)
    if isinstance(error, PASSING):
        return PushResult(PushOutcome.RETRY, name, _retry_after_s(error))
    if isinstance(error, exceptions.InvalidArgumentError):
        return PushResult(
            PushOutcome.QUARANTINED if _is_about_the_target(error) else PushOutcome.REJECTED, name
        )
    if isinstance(error, google.auth.exceptions.GoogleAuthError):
        return PushResult(PushOutcome.PAUSED, name)
    if isinstance(error, exceptions.FirebaseError) or type(error) is ValueError:
        return PushResult(PushOutcome.REJECTED, f"{name}: {error}"[:200])
    # An answer that the SDK cannot read: somebody in between, not the message.
    return PushResult(PushOutcome.RETRY, name, MIN_RETRY_S)


def _retry_after_s(error: Exception) -> int:
    """Seconds to wait at least: what the server said, but never less than its documentation asks for."""
    quota = isinstance(error, messaging.QuotaExceededError | exceptions.ResourceExhaustedError)
    least = MIN_QUOTA_RETRY_S if quota else MIN_RETRY_S
    response = getattr(error, "http_response", None)
    said = response.headers.get("retry-after", "") if response is not None else ""
    return max(least, int(said)) if said.isdigit() else least


def _is_about_the_target(error: exceptions.InvalidArgumentError) -> bool:
    """Whether the field that is violated is the target's; where none is named, whether FCM itself says so.

    A 400 that says nothing is not the device's fault.
    """
    details = _details(error)
    violated = [
        str(violation.get("field", ""))
        for detail in details
        if _is_of_type(detail, "google.rpc.BadRequest")
        for violation in detail.get("fieldViolations", [])
    ]
    if violated or any(_is_of_type(detail, "google.rpc.BadRequest") for detail in details):
        return bool(violated) and TARGETS.issuperset(violated)
    return any(_is_of_type(detail, "google.firebase.fcm.v1.FcmError") for detail in details)


def _is_of_type(detail: dict[str, Any], name: str) -> bool:
    return str(detail.get("@type", "")).endswith(name)


def _details(error: exceptions.FirebaseError) -> list[dict[str, Any]]:
    """The details of Google's answer; none where it is no answer of Google's."""
    try:
        found: list[dict[str, Any]] = error.http_response.json()["error"]["details"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []
    return found
