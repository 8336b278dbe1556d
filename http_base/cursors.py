"""Cursors: opaque to phones, the sort key of the last row for us."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from marshmallow import ValidationError

from http_base.fields import FIRST_YEAR, LAST_YEAR
from http_base.strict_json import strict_json
from service import errors

T = TypeVar("T")
ROUND_THE_EARTH_M = 40_100_000


def encode(*key: Any) -> str:
    """The cursor after a row with this sort key."""
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    text = json.dumps(plain, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: Callable[[Any], Any]) -> Any:
    """The sort key in a cursor, each part read by its kind; None without one.

    Raises:
        Invalid: no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        parts = strict_json(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        )
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError(cursor)
        return tuple(_read(kind, part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, ValidationError) as error:
        raise errors.Invalid("cursor", "cursor") from error


def _read(kind: Callable[[Any], Any], part: Any) -> Any:
    """One part; ids and moments stand there as text, all else as a number."""
    is_text = kind is UUID or kind is moment
    if isinstance(part, bool) or not isinstance(part, str if is_text else int | float):
        raise ValueError(part)
    return kind(part)


def moment(text: str) -> datetime:
    """The moment of a cursor."""
    found = datetime.fromisoformat(text)
    # Farther ones overflow when they are moved to another zone.
    if found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def count(number: float) -> int:
    """The count of people or things in a cursor."""
    if not isinstance(number, int) or not 0 <= number < 2**31:
        raise ValueError(number)
    return number


def metres(number: float) -> float:
    """The distance in a cursor: no farther than once round the Earth."""
    if not 0 <= number <= ROUND_THE_EARTH_M:
        raise ValueError(number)
    return float(number)


def page(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> tuple[list[T], str | None]:
    """The rows to show of limit + 1 that were asked for, and the cursor to the next ones."""
    shown = list(rows[:limit])
    return shown, encode(*key(shown[-1])) if len(rows) > limit else None
