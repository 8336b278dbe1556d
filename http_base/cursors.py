"""Cursors: opaque to phones, the sort key of the last row for us."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from service import errors

T = TypeVar("T")


def encode(*key: Any) -> str:
    """The cursor after a row with this sort key."""
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    text = json.dumps(plain, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: Callable[[Any], Any]) -> Any:
    """The sort key in a cursor; None without one.

    Raises:
        Invalid: no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(parts) != len(kinds):
            raise ValueError(cursor)
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise errors.Invalid("cursor", "cursor") from error


def moment(text: str) -> datetime:
    """The moment of a cursor."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def count(number: int) -> int:
    """The count of people or things in a cursor."""
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise ValueError(number)
    return number


def page(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> tuple[list[T], str | None]:
    """The rows to show of limit + 1 that were asked for, and the cursor to the next ones."""
    shown = list(rows[:limit])
    return shown, encode(*key(shown[-1])) if len(rows) > limit else None
