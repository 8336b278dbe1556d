"""What a client sends under an id of its own is stored once: its hash tells a repeat from a reused id."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import errors
from service.models import Event, Export, Organization, Outbox, RegionReport


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 in hex over canonical JSON; dates, decimals and UUIDs by their text.

    It is compared for ever: a field that comes later belongs to the content only where it says something.
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


T = TypeVar("T", Event, Export, Organization, Outbox, RegionReport)


def find_stored(session: Session, table: type[T], id_: UUID | None, digest: str | None) -> T | None:
    """What is stored under a client's id, from the content with this hash; None: nothing yet.

    Raises:
        IdReused: the id holds other content.
    """
    stored = session.get(table, id_, populate_existing=True) if id_ is not None else None
    if stored is not None and stored.content_hash != digest:
        raise errors.IdReused()
    return stored


def store_once(session: Session, row: T) -> tuple[T, bool]:
    """Add a row with the hash of what was sent: it and True; or the same one that is stored, and False.

    The constraint decides, also between two that come at the same moment.

    Raises:
        IdReused: its id holds other content.
    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        stored = find_stored(session, type(row), row.id, row.content_hash)
        if stored is None:
            raise
        return stored, False
    return row, True
