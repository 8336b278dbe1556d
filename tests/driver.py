"""What the database is asked, as its driver sends it: by SQLAlchemy, or without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement that was sent, and the cursor that it was sent by."""

    cursor: psycopg.Cursor[Any]
    text: str
    parameters: Any

    def explained(self, options: str) -> list[Any]:
        """What EXPLAIN says of it, on the same connection."""
        cursor = type(self.cursor)(self.cursor.connection)
        return cursor.execute(f"EXPLAIN ({options}) {self.text}".encode(), self.parameters).fetchall()


@contextmanager
def statements() -> Iterator[list[Heard]]:
    """What is asked meanwhile, on any connection."""
    heard: list[Heard] = []
    send = psycopg.Cursor.execute

    def execute(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        heard.append(Heard(self, query if isinstance(query, str) else query.decode(), params))
        return send(self, query, params, **more)

    with patch.object(psycopg.Cursor, "execute", execute):
        yield heard


def is_planned_once(connection: sa.Connection, part: str) -> bool:
    """Whether what was asked often on the connection, with this in its text, has one plan for all values."""
    asked = sa.text(
        "SELECT generic_plans > 0 FROM pg_prepared_statements"
        " WHERE position(:part in statement) > 0 AND statement NOT LIKE '%pg_prepared_statements%'"
    )
    ((by_one_plan,),) = connection.execute(asked, {"part": part}).all()
    return bool(by_one_plan)


def forget_plans(connection: sa.Connection) -> None:
    """Let nothing be prepared that earlier tests asked."""
    connection.exec_driver_sql("DEALLOCATE ALL")


def lost_once(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[Exception]:
    """Let the first call of a module's function fail as where the database starts anew; empty once it has."""
    left: list[Exception] = [sa.exc.OperationalError("", {}, psycopg.errors.AdminShutdown())]
    whole = getattr(module, name)

    def once(*arguments: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return whole(*arguments, **named)

    monkeypatch.setattr(module, name, once)
    return left
