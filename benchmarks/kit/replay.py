"""What a page asks of the database, recorded, and asked again by the driver alone."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from psycopg import Connection
from sqlalchemy import event

from service.platform.database import connect_args

Asked = tuple[str, Any]
"""A statement and its parameters, as the driver was given them."""


def asked_by(act: Callable[[], object]) -> list[Asked]:
    """What an act reads. What it writes is left out: done again, it would be refused."""
    found: list[Asked] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.lstrip("(").startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)
    return found


def beyond(asked: Sequence[Asked], floor: Sequence[Asked]) -> list[Asked]:
    """What of this the floor does not ask as well."""
    there = Counter(statement for statement, _ in floor)
    own = []
    for statement, parameters in asked:
        if there[statement]:
            there[statement] -= 1
        else:
            own.append((statement, parameters))
    return own


@contextmanager
def driver(url: str) -> Iterator[Connection]:
    """A connection with the service's own settings, on which each statement stands by itself."""
    with Connection.connect(url, autocommit=True, **connect_args("tazalyq-benchmark")) as connection:
        yield connection


def ask(connection: Connection, asked: Sequence[Asked]) -> None:
    """Ask all of it again, and take every row."""
    for statement, parameters in asked:
        connection.execute(statement, parameters).fetchall()
