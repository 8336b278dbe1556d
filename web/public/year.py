"""The year's figures of the first page, counted once in some minutes: days that are over hardly change."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from http_base.context import now
from service.figures import public
from service.platform.database import read_session

LIVES = timedelta(minutes=10)

_lock = Lock()
_known: tuple[datetime, Mapping[str, Any]] | None = None


def figures() -> Mapping[str, Any]:
    """What `public.home` says; while one request counts anew, all others are told what was known before."""
    known = _known
    if known is not None and (_is_fresh(known[0]) or not _lock.acquire(blocking=False)):
        return known[1]
    if known is None:
        _lock.acquire()
    try:
        return _counted()
    finally:
        _lock.release()


def _is_fresh(counted_at: datetime) -> bool:
    return timedelta(0) <= now() - counted_at < LIVES


def _counted() -> Mapping[str, Any]:
    """Whoever has waited for the lock may find it counted."""
    global _known
    if _known is None or not _is_fresh(_known[0]):
        with read_session() as reading:
            _known = (now(), public.home(reading, now()))
    return _known[1]


def forget() -> None:
    """Count anew at the next look."""
    global _known
    _known = None
