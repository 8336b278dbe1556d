"""The gateway to Firebase Cloud Messaging (HTTP v1): the unmodified SDK in a bounded pool."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import firebase_admin
import google.auth.exceptions
from firebase_admin import credentials, exceptions, messaging
from requests.adapters import HTTPAdapter

from notifications.encoding import to_message
from notifications.gateway import Outcome, Push, Result

FCM = "https://fcm.googleapis.com"
MIN_RETRY_S = 10
MIN_QUOTA_RETRY_S = 60

GONE = (messaging.UnregisteredError, messaging.SenderIdMismatchError)
CONFIGURATION = (
    messaging.ThirdPartyAuthError,
    exceptions.PermissionDeniedError,
    exceptions.UnauthenticatedError,
    google.auth.exceptions.RefreshError,
)
PASSING = (
    messaging.QuotaExceededError,
    exceptions.ResourceExhaustedError,
    exceptions.UnavailableError,
    exceptions.InternalError,
    exceptions.DeadlineExceededError,
    exceptions.UnknownError,
    google.auth.exceptions.TransportError,
)


class CredentialsError(Exception):
    """The service account's key cannot be used."""


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
            credential, {"httpTimeout": timeout_s}, name=f"push-{id(self)}"
        )
        self._credential = credential
        self._web_app_url = web_app_url
        # Private, pinned by a test: the SDK would retry by itself, invisibly, and sleep on Retry-After.
        session = messaging._get_messaging_service(self._app)._client.session
        session.mount(FCM, HTTPAdapter(max_retries=0, pool_maxsize=threads, pool_block=True))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="push")

    def send(self, pushes: Sequence[Push]) -> list[Result]:
        """Send all and say what became of each."""
        try:
            # Primed once: else every thread would ask for a token of its own.
            self._credential.get_access_token()
        except google.auth.exceptions.GoogleAuthError as error:
            return [classify(error)] * len(pushes)
        return list(self._pool.map(self._send_one, pushes))

    def close(self) -> None:
        """Let go of threads and connections."""
        self._pool.shutdown()
        firebase_admin.delete_app(self._app)

    def _send_one(self, push: Push) -> Result:
        try:
            return Result(Outcome.SENT, messaging.send(to_message(push, self._web_app_url), app=self._app))
        except (exceptions.FirebaseError, google.auth.exceptions.GoogleAuthError, ValueError) as error:
            return classify(error)


def classify(error: Exception) -> Result:
    """What an error of the SDK or of google-auth means for one push."""
    name = type(error).__name__
    if isinstance(error, GONE):
        return Result(Outcome.GONE, name)
    if isinstance(error, CONFIGURATION):
        return Result(Outcome.PAUSED, name)
    if isinstance(error, PASSING):
        return Result(Outcome.RETRY, name, _retry_after_s(error))
    if isinstance(error, exceptions.InvalidArgumentError):
        return Result(Outcome.QUARANTINED if _is_about_the_target(error) else Outcome.REJECTED, name)
    if isinstance(error, google.auth.exceptions.GoogleAuthError):
        return Result(Outcome.PAUSED, name)
    return Result(Outcome.REJECTED, f"{name}: {error}"[:200])


def _retry_after_s(error: Exception) -> int:
    """Seconds to wait at least: what the server said, but never less than its documentation asks for."""
    quota = isinstance(error, messaging.QuotaExceededError | exceptions.ResourceExhaustedError)
    least = MIN_QUOTA_RETRY_S if quota else MIN_RETRY_S
    response = getattr(error, "http_response", None)
    said = response.headers.get("retry-after", "") if response is not None else ""
    return max(least, int(said)) if said.isdigit() else least


def _is_about_the_target(error: exceptions.InvalidArgumentError) -> bool:
    """A bad payload carries google.rpc.BadRequest in the details; a bad target does not."""
    response = error.http_response
    if response is None:
        return False
    try:
        details: list[dict[str, Any]] = response.json().get("error", {}).get("details", [])
    except ValueError:
        return False
    return not any(str(detail.get("@type", "")).endswith("google.rpc.BadRequest") for detail in details)
