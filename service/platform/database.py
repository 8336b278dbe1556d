"""The database: one PostgreSQL engine, one session per request or job."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from psycopg.types.json import set_json_loads
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.models.base import Base

# Set on each connection: nothing waits for ever, neither on a lock nor on a network that went silent. No plan
# is compiled (jit): that takes longer than any of ours runs.
SERVER_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    " -c jit=off"
)
CONNECT_ARGS: Mapping[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 30,
    "options": SERVER_OPTIONS,
}


def _read_json(text: str | bytes) -> Any:
    """As `json.loads`, which would first look in which encoding each name stands; PostgreSQL's is UTF-8."""
    return _DECODER.decode(text if isinstance(text, str) else text.decode())


_DECODER = json.JSONDecoder()
set_json_loads(_read_json)

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)


def connect_args(name: str) -> dict[str, Any]:
    """How every connection is made; `name`: whose it is, for whoever looks at the database's sessions."""
    return {**CONNECT_ARGS, "application_name": name}


def engine_options(pool_size: int, name: str = "tazalyq-web") -> dict[str, Any]:
    """Options of an engine. Its errors say no parameters, which are names and phones.

    No pre-ping (0.6 ms a request): a lost connection is retried once instead.
    """
    return {
        "connect_args": connect_args(name),
        "hide_parameters": True,
        "pool_size": pool_size,
        "max_overflow": 2,
        "pool_timeout": 10,
        "pool_recycle": 1800,
    }


def sqlalchemy_url(url: str) -> str:
    """The same address with the psycopg 3 driver named, as SQLAlchemy wants it."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def libpq_url(url: str) -> str:
    """The same address as libpq (psycopg and procrastinate) wants it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def read_session() -> Iterator[Session]:
    """The session for reports: on the read replica when one is configured, else the request's own."""
    if "read" not in db.engines:
        yield db.session()
        return
    with Session(db.engines["read"]) as session:
        yield session


class Connection(psycopg.Connection[Any]):
    """A connection that keeps its prepared statements when it gives up a transaction in which nothing failed.

    Reading ends so, and psycopg would have each statement parsed and planned anew afterwards: what it fears
    is tables made and dropped again in that transaction, which only migrations do.
    """

    def rollback(self) -> None:
        """Give up the transaction; after a failure, as psycopg does, with all that is prepared."""
        if self.info.transaction_status == TransactionStatus.INTRANS:
            with self.lock:
                self.pgconn.exec_(b"ROLLBACK")
        super().rollback()


@event.listens_for(sa.Engine, "do_connect")
def _connect(_dialect: object, _record: object, given: list[Any], options: dict[str, Any]) -> Connection:
    return Connection.connect(*given, **options)


Connect = Callable[[], AbstractContextManager[sa.Connection]]


@dataclass(frozen=True, slots=True)
class Connections:
    """How a use case that answers for its own transactions gets at the database.

    `begin`: a transaction, committed when the context ends, rolled back when an error leaves it. `each`:
    every statement is a transaction of its own, which saves the round trips of BEGIN and COMMIT. A request
    that loses its connection here is tried again, whatever was kept: only for what may be done twice.
    `snapshot`: for reading, all statements see one moment; on the replica when one is configured.
    """

    begin: Connect
    each: Connect
    snapshot: Connect


def connections(engine: sa.Engine, replica: sa.Engine | None = None) -> Connections:
    """Those of one engine, from its pool."""
    reader = (replica or engine).execution_options(isolation_level="REPEATABLE READ")
    each = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Connections(engine.begin, each.connect, reader.connect)


def within(connection: sa.Connection) -> Connections:
    """Those that are all this one: what is a transaction of its own becomes a savepoint in this one's."""

    @contextmanager
    def savepoint() -> Iterator[sa.Connection]:
        with connection.begin_nested():
            yield connection

    return Connections(savepoint, savepoint, savepoint)


@contextmanager
def snapshot_session(opened: Connections) -> Iterator[Session]:
    """A session for reading whose statements all see one moment, on a connection of its own."""
    with opened.snapshot() as connection, Session(connection, expire_on_commit=False) as session:
        yield session


@contextmanager
def driver_cursor(
    connection: sa.Connection, kind: type[psycopg.Cursor[Any]] = psycopg.Cursor
) -> Iterator[psycopg.Cursor[Any]]:
    """A psycopg cursor on the connection, in its transaction: for statements where each 0.1 ms counts.

    Raises:
        sqlalchemy.exc.OperationalError: the connection was lost, as other statements say it.
    """
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        yield kind(driver)
    except psycopg.OperationalError as error:
        if not driver.closed:
            raise
        connection.invalidate(error)
        raise sa.exc.OperationalError(None, None, error, connection_invalidated=True) from error


def is_lost_connection(error: BaseException) -> bool:
    """Whether the server or the network went away, so that trying again on a new connection can help."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, sa.exc.OperationalError) and getattr(error.orig, "sqlstate", None) in (
        None,  # no answer at all: could not connect
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
    )


PASSING = ("40", "53", "55P03", "58")
"""How PostgreSQL's codes begin: given up for others, out of room or memory, locked too long, a bad disk."""


def is_passing(error: BaseException) -> bool:
    """Whether the database could not do at this moment what it may do later: nothing is wrong with it.

    What took too long is none of it: that may be what was asked.
    """
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return isinstance(state, str) and state.startswith(PASSING)


def is_deadlock(error: DBAPIError) -> bool:
    """Whether this transaction was given up so that others could go on: once they are through, it can."""
    return getattr(error.orig, "sqlstate", None) == "40P01"


@event.listens_for(Session, "before_commit")
def _note_commit(session: Session) -> None:
    """From here on a lost connection leaves it unknown whether the work was kept: no silent retry."""
    if not session.in_nested_transaction():
        session.info["commit_sent"] = True


@event.listens_for(Session, "after_rollback")
def _forget_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("commit_sent", None)
