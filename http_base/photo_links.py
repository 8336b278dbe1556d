"""Addresses of photographs: signed, for a day, for everybody or for an event's staff (R34)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from http_base.context import now, services
from service.models import EventPhoto
from service.platform.images import Size

LIVES = timedelta(hours=24)
LIVES_ON_STAFFS_PAGES = timedelta(hours=2)
"""Copied out of a page it shows, without a session, what not everybody may see: a reported child's face."""

EVERYBODY, STAFF = "all", "staff"
AUDIENCES = (EVERYBODY, STAFF)
_PURPOSE = b"tazalyq: addresses of photographs"


def path_of(photo: EventPhoto, size: Size, *, for_staff: bool, lives: timedelta = LIVES) -> str:
    """Where a photograph lies for so long from the beginning of this hour: within it, one has one address.

    `for_staff`: of one that not everybody sees; the address of another is worth nothing once it is reported.
    """
    hour = now().replace(minute=0, second=0, microsecond=0)
    until = int((hour + lives).timestamp())
    audience = STAFF if for_staff else EVERYBODY
    signature = _signature(photo.id, size, until, audience)
    return f"/v1/photos/{photo.id}/{size}?until={until}&audience={audience}&signature={signature}"


def holds(photo_id: UUID, size: str, until: int, audience: str, signature: str) -> bool:
    """Whether an address is one of ours, and its day is not over."""
    right = _signature(photo_id, size, until, audience)
    return hmac.compare_digest(signature.encode(), right.encode()) and now() < _moment(until)


def _moment(until: int) -> datetime:
    return datetime.fromtimestamp(until, UTC)


def _signature(photo_id: UUID, size: str, until: int, audience: str) -> str:
    key = hmac.digest(services().settings.secret_key.encode(), _PURPOSE, hashlib.sha256)
    said = f"{photo_id} {size} {until} {audience}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
