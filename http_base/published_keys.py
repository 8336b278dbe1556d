"""Keys that somebody publishes: fetched in the background, parsed once, the last good ones kept."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from google.auth.transport.requests import Request

from http_base.identity import IdentityUnavailable
from service.platform import logs
from service.platform.failures import name_of

logger = logs.get(__name__)

RETRY_AFTER_S = 30
"""A server that did not answer is left alone for so long; so is one that does not know a key."""

FETCH_TIMEOUT_S = 5
FIRST_PATIENCE_S = 3.0
"""How long callers wait for the first keys, counted from the beginning of the fetch: a web that has just
started serves the first callers, on a busy machine as well."""

PATIENCE_S = 0.5
"""How long callers with a key that is new to us wait: a silent server holds nobody up."""

Parse = Callable[[bytes], Mapping[str, Any]]


class _Refused(Exception):  # noqa: N818 - what the server did
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class PublishedKeys:
    """The keys at an address, by key id. Thread-safe; one fetch at a time, never in a caller's thread."""

    def __init__(
        self, url: str, parse: Parse, *, headers: Mapping[str, str] | None = None, life_s: float | None = None
    ) -> None:
        """`parse`: keys by id of a body; `life_s`: in place of what the answer's Cache-Control says."""
        self._url, self._parse, self._headers, self._life_s = url, parse, headers, life_s
        self._transport: Any = Request()
        self._keys: Mapping[str, Any] | None = None
        self._ask_at = self._fresh_until = 0.0
        self._began_at = 0.0
        self._trouble: str | None = None
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()

    def get(self, key_id: str) -> Any | None:
        """The key of this id; None when nobody has published it.

        Raises:
            IdentityUnavailable: it is not known, and the server cannot be asked whether it has published it.
        """
        keys = self._keys
        if keys is not None and time.monotonic() < self._fresh_until and key_id in keys:
            return keys[key_id]
        self.fetch_in_background()
        if keys is None or key_id not in keys:
            patience_s = FIRST_PATIENCE_S if keys is None else PATIENCE_S
            is_done = self._idle.wait(max(0.0, self._began_at + patience_s - time.monotonic()))
            keys = self._keys
            if keys is None or (key_id not in keys and (self._trouble is not None or not is_done)):
                raise IdentityUnavailable
        return keys.get(key_id)

    def describe(self) -> str | None:
        """What is wrong, for an operator; None while the server answers."""
        return self._trouble

    def fetch_in_background(self) -> None:
        """Begin a fetch, unless one is under way or the server is to be left alone."""
        with self._lock:
            if time.monotonic() < self._ask_at:
                return
            self._began_at = time.monotonic()
            self._ask_at = float("inf")
            self._idle.clear()
        threading.Thread(target=self._fetch, name="published-keys", daemon=True).start()

    def _fetch(self) -> None:
        try:
            answer = self._transport(self._url, "GET", headers=self._headers, timeout=FETCH_TIMEOUT_S)
            if answer.status != 200:
                raise _Refused(answer.status)
            found = self._parse(answer.data)
            if not found:
                raise ValueError("not a single key")
            self._keys = found
            life_s = max_age_s(answer.headers) if self._life_s is None else self._life_s
            self._fresh_until = time.monotonic() + life_s
            self._trouble = None
        except Exception as error:  # noqa: BLE001 - whatever it is, callers must not wait for ever
            why = error.status if isinstance(error, _Refused) else name_of(error)
            self._trouble = f"{self._url} does not answer with keys: {why}"
            logger.warning("no keys are published", url=self._url, error=why)
        finally:
            self._ask_at = time.monotonic() + RETRY_AFTER_S
            self._idle.set()


def max_age_s(headers: Mapping[str, str]) -> float:
    """Seconds that an answer stays fresh by its Cache-Control; a minute when it does not say."""
    for part in headers.get("cache-control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.casefold() == "max-age" and value.isdigit():
            return float(value)
    return 60.0
