"""Addresses of private calendars: whoever has one reads it, so each has a secret in it (R35)."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from http_base.context import services
from http_base.links import absolute
from service.models import CalendarFeed

LENGTH = 43
"""Characters of a key: 32 bytes, of which the last 16 are made with a key that the database does not have."""

_PURPOSE = b"tazalyq: addresses of private calendars"


def address_of(feed: CalendarFeed) -> str:
    """Where a calendar is read; another one after each renewal."""
    return absolute(f"/v1/calendars/{_key_of(feed.mark)}.ics")


def mark_in(key: str) -> UUID | None:
    """The mark of the calendar that a key opens; None: none, and the database need not be asked."""
    try:
        given = base64.b64decode(key + "=", altchars=b"-_", validate=True) if len(key) == LENGTH else b""
    except (ValueError, binascii.Error):
        return None
    mark, proof = given[:16], given[16:]
    if not given or not hmac.compare_digest(proof, _proof_of(mark)):
        return None
    return UUID(bytes=mark)


def _key_of(mark: UUID) -> str:
    return base64.urlsafe_b64encode(mark.bytes + _proof_of(mark.bytes)).decode().rstrip("=")


def _proof_of(mark: bytes) -> bytes:
    """128 bits that nobody can tell without the service's secret."""
    key = hmac.digest(services().settings.secret_key.encode(), _PURPOSE, hashlib.sha256)
    return hmac.digest(key, mark, hashlib.sha256)[:16]
