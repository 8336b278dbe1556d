"""What listeners of happenings need of the settings, for they are handed a session alone."""

import hashlib
import hmac
from dataclasses import dataclass

from service.platform.thresholds import Thresholds

_PURPOSE = b"tazalyq: marks of phones on lists"


@dataclass(frozen=True, slots=True)
class Installed:
    """`marks_key`: of the hashes by which a number is known again that nobody has registered with."""

    marks_key: bytes
    thresholds: Thresholds


_found: list[Installed] = []


def install(secret_key: str, thresholds: Thresholds) -> None:
    """Give these to everybody who asks from now on; the composition does it once a process."""
    _found[:] = [Installed(hmac.digest(secret_key.encode(), _PURPOSE, hashlib.sha256), thresholds)]


def thresholds() -> Thresholds:
    """Those of the settings. Raises RuntimeError: nothing is installed."""
    return _installed().thresholds


def mark_of(phone: str) -> str:
    """What is kept of a number in E.164 in its place: a keyed hash, which the database alone cannot undo.

    Raises:
        RuntimeError: nothing is installed.
    """
    return hmac.new(_installed().marks_key, phone.encode(), hashlib.sha256).hexdigest()


def _installed() -> Installed:
    if not _found:
        raise RuntimeError("nothing is installed")
    return _found[0]
