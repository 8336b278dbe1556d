"""What is needed of the settings where a session alone is handed down: by listeners, by what jobs make."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from service.platform.thresholds import Thresholds

_PURPOSE = b"tazalyq: marks of phones on lists"


@dataclass(frozen=True, slots=True)
class Installed:
    """`marks_key`: of the hashes by which a number is known again that nobody has registered with.

    `public_url`: scheme and host at which people reach us.
    """

    marks_key: bytes
    thresholds: Thresholds
    public_url: str


_found: list[Installed] = []


def install(secret_key: str, thresholds: Thresholds, public_url: str) -> None:
    """Give these to everybody who asks from now on; the composition does it once a process."""
    key = hmac.digest(secret_key.encode(), _PURPOSE, hashlib.sha256)
    _found[:] = [Installed(key, thresholds, public_url)]


def thresholds() -> Thresholds:
    """Those of the settings. Raises RuntimeError: nothing is installed."""
    return _installed().thresholds


def mark_of(phone: str) -> str:
    """What is kept of a number in E.164 in its place: a keyed hash, which the database alone cannot undo.

    Raises:
        RuntimeError: nothing is installed.
    """
    return hmac.new(_installed().marks_key, phone.encode(), hashlib.sha256).hexdigest()


def address_of(event_id: UUID, language: str) -> str:
    """Where everybody reads about an event. Raises RuntimeError: nothing is installed."""
    return f"{_installed().public_url}/{language}/events/{event_id}"


def _installed() -> Installed:
    if not _found:
        raise RuntimeError("nothing is installed")
    return _found[0]
