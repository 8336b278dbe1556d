"""Paging by key: a page begins behind the sort key of the last row seen, and never by counting rows."""

from typing import Any

import sqlalchemy as sa


def behind(after: tuple[Any, ...] | None, *key: Any) -> sa.ColumnElement[bool]:
    """The rows whose key comes later than that of the last one seen; all of them without one."""
    return sa.true() if after is None else sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after))


def before(after: tuple[Any, ...] | None, *key: Any) -> sa.ColumnElement[bool]:
    """The same where the largest key comes first."""
    return sa.true() if after is None else sa.tuple_(*key) < sa.tuple_(*map(sa.literal, after))
