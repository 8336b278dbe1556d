"""What a page asks of the database, recorded, and asked again by the driver alone."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from psycopg import Connection, Cursor

from service.platform.database import connect_args


class Asked(NamedTuple):
    """A statement and its parameters, as the driver was given them, and the kind of cursor it was."""

    statement: str | bytes
    parameters: Any
    cursor: type[Cursor[Any]]


def asked_by(act: Callable[[], object]) -> list[Asked]:
    """What an act reads. What it writes is left out: done again, it would be refused."""
    found: list[Asked] = []
    send = Cursor.execute

    def execute(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
        text = query if isinstance(query, str) else query.decode()
        if text.lstrip("(").startswith(("SELECT", "WITH")):
            found.append(Asked(query, params, type(cursor)))
        return send(cursor, query, params, **more)

    with patch.object(Cursor, "execute", execute):
        act()
    return found


def beyond(asked: Sequence[Asked], floor: Sequence[Asked]) -> list[Asked]:
    """What of this the floor does not ask as well."""
    there = Counter(one.statement for one in floor)
    own = []
    for one in asked:
        if there[one.statement]:
            there[one.statement] -= 1
        else:
            own.append(one)
    return own


@contextmanager
def driver(url: str) -> Iterator[Connection]:
    """A connection with the service's own settings, on which each statement stands by itself."""
    with Connection.connect(url, autocommit=True, **connect_args("tazalyq-benchmark")) as connection:
        yield connection


def ask(connection: Connection, asked: Sequence[Asked]) -> None:
    """Ask all of it again, and take every row."""
    for one in asked:
        one.cursor(connection).execute(one.statement, one.parameters).fetchall()
