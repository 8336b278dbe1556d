"""Statements that are written once, for what is asked often: SQLAlchemy costs more there than PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from service.models.base import Base
from service.platform.database import driver_cursor

Shape = TypeVar("Shape")


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
    """A query of plain columns as a text, or what is written and tells such; it is asked with values for its
    parameters that have none.
    """

    def __init__(
        self,
        statement: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[Any] | ReturningInsert[*tuple[Any, ...]],
    ) -> None:
        compiled = statement.compile(dialect=_DIALECT)
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


def as_json(
    these: Sequence[sa.ColumnElement[Any]], *where: sa.ColumnElement[bool], in_order: Sequence[Any] = ()
) -> sa.ScalarSelect[Any]:
    """What belongs to each row of the query around it, in one column: the list of these columns' values, or
    with an order the list of all such lists; None where nothing belongs to it. `from_json` reads a list."""
    values = sa.func.json_build_array(*these)
    if in_order:
        values = sa.func.json_agg(aggregate_order_by(values, *in_order))
    return sa.select(values).where(*where).scalar_subquery()


def from_json(shape: Callable[..., Shape], values: Sequence[Any]) -> Shape:
    """The shape (a NamedTuple) of values as JSON has them: moments and ids become again what they are."""
    given = list(values)
    for place, read in _readers(shape):
        if given[place] is not None:
            given[place] = read(given[place])
    return shape(*given)


@cache
def _readers(shape: Callable[..., Any]) -> list[tuple[int, Callable[[str], Any]]]:
    """By place, how to read what JSON has no kind of its own for."""
    kinds = [{kind, *get_args(kind)} for kind in get_type_hints(shape).values()]
    return [
        (place, read)
        for place, among in enumerate(kinds)
        for kind, read in ((datetime, datetime.fromisoformat), (UUID, UUID))
        if kind in among
    ]
