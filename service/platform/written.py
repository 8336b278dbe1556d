"""Queries that are written once, for what is asked often: SQLAlchemy costs more there than PostgreSQL."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.orm import Session

from service.models.base import Base
from service.platform.database import driver_cursor


class _Compiler(PGCompiler_psycopg):
    """Writes out what has a value: PostgreSQL plans for it, and it need not be sent each time."""

    def visit_bindparam(self, bindparam: sa.BindParameter[Any], *given: Any, **named: Any) -> str:
        named["literal_binds"] = not bindparam.required
        return str(super().visit_bindparam(bindparam, *given, **named))  # type: ignore[no-untyped-call]


class _Dialect(PGDialect_psycopg):
    """Parameters as PostgreSQL itself numbers them: the driver need not look for them in the text."""

    statement_compiler = _Compiler
    supports_statement_cache = False


_DIALECT: sa.Dialect = _Dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Written:
    """A query of plain columns as a text; it is asked with values for its parameters that have none."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[Any]) -> None:
        compiled = query.compile(dialect=_DIALECT)
        self.text = str(compiled).encode()
        self._names = tuple(compiled.positiontup or ())

    def given(self, values: Mapping[str, Any]) -> list[Any]:
        """The values by name, in the order of the text's parameters."""
        return [values[name] for name in self._names]

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Ask it in the session's transaction: named tuples, by the names of the query's columns.

        Raises:
            sqlalchemy.exc.OperationalError: the connection was lost. psycopg.Error: the database refuses.
        """
        session.flush()
        with driver_cursor(session.connection(), psycopg.RawCursor) as cursor:
            cursor.row_factory = namedtuple_row
            return cursor.execute(self.text, self.given(values)).fetchall()


def columns(table: type[Base], shape: type[NamedTuple]) -> list[sa.Label[Any]]:
    """What a shape names of a table, under names that no other table's columns have."""
    return [getattr(table, name).label(f"{table.__tablename__}_{name}") for name in shape._fields]


def shaped(row: Iterable[Any], *shapes: type[NamedTuple]) -> tuple[Any, ...]:
    """A row of the columns of these shapes, which follow each other."""
    values = iter(row)
    return tuple(shape(*islice(values, len(shape._fields))) for shape in shapes)
