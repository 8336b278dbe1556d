"""Errors as they may be written down: what and where, never with which values.

The words of an error are left out whoever has raised it: PostgreSQL repeats values (`Key (phone)=(…)`), HTTP
clients whole addresses, Python what it could not read. Those of libpq stay, which say why there is no
connection: they are of hosts and roles, nobody was asked for yet, and an operator has to know what to mend.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

ROOT = f"{Path(__file__).parents[2]}{os.sep}"

LONGEST_STACK = 30
LONGEST_CHAIN = 6
LONGEST_SAID = 300


def name_of(error: BaseException) -> str:
    """One error in a few words: its class, and PostgreSQL's code and constraint where it has them."""
    found = _told(error)
    return " ".join(str(found[part]) for part in ("type", "sqlstate", "constraint") if part in found)


def describe(error: BaseException) -> dict[str, Any]:
    """An error, its stack of "file:line function" with the innermost last, and what it came from."""
    return _described(error, LONGEST_CHAIN)


def lines(described: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """The same for people."""
    indent = "  " * depth
    facts = (
        described[name] for name in ("sqlstate", "constraint", "table", "column", "said") if name in described
    )
    yield indent + " ".join([described["type"], *facts])
    yield from (f"{indent}  {frame}" for frame in described["stack"])
    inner = [described["cause"]] if "cause" in described else []
    for one in (*inner, *described.get("of", ())):
        yield f"{indent}from"
        yield from lines(one, depth + 1)


def _described(error: BaseException, left: int) -> dict[str, Any]:
    found = _told(error) | {"stack": _stack(error.__traceback__)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and left:
        found["cause"] = _described(cause, left - 1)
    if isinstance(error, BaseExceptionGroup) and left:
        found["of"] = [_described(one, left - 1) for one in error.exceptions[:LONGEST_CHAIN]]
    return found


def _told(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    found: dict[str, Any] = {"type": module + kind.__qualname__}
    database: Any = error if isinstance(error, psycopg.Error) else getattr(error, "orig", None)
    if isinstance(database, psycopg.Error):
        diagnosis = database.diag
        found |= {
            "sqlstate": database.sqlstate,
            "constraint": diagnosis.constraint_name,
            "table": diagnosis.table_name,
            "column": diagnosis.column_name,
            "said": _said_of_connection(database),
        }
    return {name: value for name, value in found.items() if value}


def _said_of_connection(error: psycopg.Error) -> str | None:
    """Why there is no connection: host, port, role and database stand in it, and no password.

    What the server says of a statement has a code.
    """
    if not isinstance(error, psycopg.OperationalError) or error.sqlstate is not None:
        return None
    return " ".join(str(error).split())[:LONGEST_SAID]


def _stack(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{place(code.co_filename, traceback.tb_lineno)} {code.co_name}")
        traceback = traceback.tb_next
    return frames[-LONGEST_STACK:]


def place(file: str, line: int) -> str:
    """A file, as it is below our own folder or below the installed packages, and a line."""
    _, packages, inside = file.rpartition(f"site-packages{os.sep}")
    return f"{inside if packages else file.removeprefix(ROOT)}:{line}"
