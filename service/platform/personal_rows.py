"""The rows of one person in all tables that are registered: found, taken away, or left to a tombstone.

Goes by `personal_data.py` and by the columns themselves, so that a new table is taken by being registered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Device, Volunteer
from service.models.base import Base
from service.platform import personal_data
from service.platform.personal_data import Erased, Person, PersonalTable

SELF = "volunteer"
"""The table of people themselves: its one row goes last, and by its own use case."""

Column = sa.Column[Any]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Whose:
    """By what a row can name somebody: id, number in E.164, account, the values of their devices.

    `id`: None of who has no record, as a guardian.
    """

    id: UUID | None
    phone: str | None
    subject: str | None
    values: tuple[str, ...] = ()


def whose(session: Session, volunteer: Volunteer) -> Whose:
    """By what rows name this person now."""
    values = session.scalars(sa.select(Device.value).where(Device.volunteer_id == volunteer.id))
    return Whose(volunteer.id, volunteer.phone, volunteer.subject, tuple(values))


@dataclass(frozen=True, slots=True)
class Named:
    """A registered column. `by_id`: it holds the person's id, in whose place a tombstone's can stand."""

    table: sa.Table
    column: Column
    person: Person
    by_id: bool


def named() -> Iterator[Named]:
    """Every registered column but those of people themselves; tables that others point to come last."""
    said = {table.name: table.people for table in personal_data.registered() if table.name != SELF}
    for table in reversed(Base.metadata.sorted_tables):
        for name, person in said.get(table.name, {}).items():
            column = table.c[name]
            yield Named(table, column, person, by_id=_is_id(column))


def _is_id(column: Column) -> bool:
    return isinstance(column.type, sa.Uuid) and _parent(column) is None


def _parent(column: Column) -> sa.Table | None:
    """Another table with people, whose row this one belongs to."""
    tables = [key.column.table for key in column.foreign_keys if key.column.table.name != SELF]
    return tables[0] if tables else None


def _can_name(column: Column, who: Whose) -> bool:
    """Whether a column can hold somebody: who has no record stands in no id's place."""
    return who.id is not None or not isinstance(column.type, sa.Uuid)


def of_person(column: Column, who: Whose) -> Condition:
    """Whether a row names the person by this column.

    Raises:
        TypeError: the column does not say how: neither an id, a number, an account, nor a row of theirs.
    """
    if (parent := _parent(column)) is not None:
        owner = next(one for one in parent.c if one.name in ("volunteer_id", "sender_id"))
        (key,) = column.foreign_keys
        return column.in_(sa.select(key.column).where(owner == who.id))
    if isinstance(column.type, sa.Uuid):
        return column == who.id
    # What somebody has not is in no row; `= None` would be all those without.
    if column.name.endswith("phone"):
        return column.in_([who.phone] if who.phone else [])
    if column.name.endswith("subject"):
        return column.in_([who.subject] if who.subject else [])
    if column.name == "recipient":
        return column.in_([value for value in (who.phone, *who.values) if value])
    raise TypeError(f"{column.table.name}.{column.name} does not say how it names somebody")


def erase(session: Session, who: Whose, tombstone_id: UUID | None) -> None:
    """Take the person out of every registered table, as each column says; their own row is left.

    Rows that point to one that goes, go as well. `tombstone_id`: None of who has no record.
    """
    columns = [one for one in named() if _can_name(one.column, who)]
    # While attendances are still theirs: by them others are found.
    for one in columns:
        if one.person.erased is Erased.DELETED:
            _delete(session, one.table, of_person(one.column, who))
    for one in columns:
        if one.person.erased is not Erased.DELETED and one.person.words:
            _empty(session, one, who)
    for one in columns:
        if one.person.erased is Erased.TOMBSTONE and one.by_id:
            _set(session, one, who, tombstone_id)
        elif one.person.erased is Erased.EMPTIED:
            _set(session, one, who, None)
    session.expire_all()


def _delete(session: Session, table: sa.Table, which: Condition) -> None:
    for child, column in _children(table):
        (key,) = column.foreign_keys
        _delete(session, child, column.in_(sa.select(key.column).where(which)))
    session.execute(sa.delete(table).where(which))


def _children(table: sa.Table) -> Sequence[tuple[sa.Table, Column]]:
    """Which columns point to a table's rows."""
    return [
        (child, column)
        for child in Base.metadata.sorted_tables
        for column in child.c
        if any(key.column.table is table for key in column.foreign_keys)
    ]


SAID_NO_MORE = "—"
"""Stands where words were that a row cannot be without."""


def _empty(session: Session, one: Named, who: Whose) -> None:
    values = {name: None if one.table.c[name].nullable else SAID_NO_MORE for name in one.person.words}
    session.execute(sa.update(one.table).where(of_person(one.column, who)).values(values))


def _set(session: Session, one: Named, who: Whose, value: UUID | None) -> None:
    session.execute(sa.update(one.table).where(of_person(one.column, who)).values({one.column.name: value}))


HIDDEN = frozenset(
    {
        "code_secret",
        "code_secret_before",
        "dedupe_key",
        "digest",
        "fix_key",
        "key",
        "mark",
        "marks",
        "name_key",
        "search",
        "secret",
        "stored_as",
        "token",
    }
)
"""Columns that are secrets, or traces of how we work: nothing that is known about anybody."""


def held(session: Session, who: Whose) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """All rows that are about a person, by table in the order of registration: columns by their names.

    Without secrets, hashes, and whoever else is named in a row. One table is read to its end before the next
    one begins; a row that names them twice stands once.
    """
    for said in personal_data.registered():
        table = Base.metadata.tables[said.name]
        if said.name == SELF:
            if who.id is not None:
                yield said.name, _rows(session, table, table.c.id == who.id)
            continue
        exported = [table.c[name] for name, person in said.people.items() if person.exported]
        by = [column for column in exported if _can_name(column, who)]
        if by:
            which = sa.or_(*(of_person(column, who) for column in by))
            yield said.name, (_of(row, table, said, who) for row in _rows(session, table, which))


def _rows(session: Session, table: sa.Table, which: Condition) -> Iterator[dict[str, Any]]:
    columns = [column for column in table.columns if _is_told(column)]
    query = sa.select(*columns).where(which).order_by(*table.primary_key.columns)
    found = session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)).mappings()
    return map(dict, found)


def _is_told(column: Column) -> bool:
    is_trace = column.name in HIDDEN or column.name.endswith("_hash")
    return not is_trace and not isinstance(column.type, sa.LargeBinary)


def _of(row: dict[str, Any], table: sa.Table, said: PersonalTable, who: Whose) -> dict[str, Any]:
    """Of those whom a row names, the person alone."""
    ours = {who.id, who.phone, who.subject, *who.values} - {None}
    return {
        name: value
        for name, value in row.items()
        if name not in said.people or value in ours or _parent(table.c[name]) is not None
    }


ROWS_AT_ONCE = 500
