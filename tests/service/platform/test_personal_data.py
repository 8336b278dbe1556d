"""Every table with a person in it says what becomes of it: exported, erased, with time."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import notifications.listeners
import notifications.models
import service
import service.listeners
from service.models.base import Base
from service.platform.personal_data import Erased, PersonalTable
from service.platform.personal_rows import Whose, named, of_person

NAMES_A_PERSON = re.compile(
    r"(^|_)(volunteer|sender|person|guardian|user|recipient)(_id|_name)?$|(^|_)(phone|subject|email)$"
)
WHOSE_DOING = re.compile(r"_(by|to)$")
MODULE = "personal_data"


def registered() -> list[PersonalTable]:
    """What all rooms have registered."""
    found: list[PersonalTable] = []
    for package in (service, notifications):
        (root,) = map(Path, package.__path__)
        for file in sorted(root.rglob(f"{MODULE}.py")):
            name = ".".join([package.__name__, *file.relative_to(root).with_suffix("").parts])
            found += getattr(import_module(name), "TABLES", ())
    return found


def names_a_person(column: sa.Column[object]) -> bool:
    """By its foreign key, by its name, or as the id of who has done something."""
    is_reference = any(key.column.table.name == "volunteer" for key in column.foreign_keys)
    is_id_of_a_doer = WHOSE_DOING.search(column.name) is not None and isinstance(column.type, sa.Uuid)
    return is_reference or is_id_of_a_doer or NAMES_A_PERSON.search(column.name) is not None


def test_every_column_that_names_a_person_is_registered() -> None:
    said = {(table.name, column) for table in registered() for column in table.people}
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if names_a_person(column)
    }
    assert len(named) > 30
    assert sorted(named - said) == []


def test_what_is_registered_is_there_and_is_said_once() -> None:
    assert [
        name for name, number in Counter(table.name for table in registered()).items() if number > 1
    ] == []
    for table in registered():
        columns = Base.metadata.tables[table.name].columns
        for name, person in table.people.items():
            assert name in columns, table.name
            assert person.erased != Erased.EMPTIED or columns[name].nullable, (table.name, name)


def test_all_that_is_registered_is_installed() -> None:
    installed = (*service.listeners.TABLES, *notifications.listeners.TABLES)
    assert sorted(table.name for table in installed) == sorted(table.name for table in registered())


def test_every_registered_column_says_how_it_names_somebody(app: object) -> None:
    """And can take what becomes of it: a tombstone's id, nobody, no words."""
    somebody = Whose(UUID(int=1), "+77010000000", "local:+77010000000")
    seen = 0
    for one in named():
        if one.person.erased is Erased.DELETED:
            of_person(one.column, somebody)
            seen += 1
        if one.person.erased is Erased.TOMBSTONE:
            is_through_a_row = any(key.column.table.name != "volunteer" for key in one.column.foreign_keys)
            assert one.by_id or is_through_a_row, one.column
        for words in one.person.words:
            assert isinstance(one.table.c[words].type, sa.Text | sa.String), (one.table.name, words)
    assert seen > 15


def test_no_table_was_made_beside_the_models(session: Session) -> None:
    """The queue's own tables apart: the canary of erasure looks into its arguments."""
    there = set(sa.inspect(session.connection()).get_table_names())
    beside = {name for name in there - set(Base.metadata.tables) if not name.startswith("procrastinate_")}
    assert beside == {"alembic_version"}


@pytest.mark.parametrize(
    ("name", "kind", "is_one"),
    [
        ("volunteer_id", sa.Uuid, True),
        ("sender_id", sa.Uuid, True),
        ("guardian_phone", sa.Text, True),
        ("decided_by", sa.Uuid, True),
        ("hidden_by", sa.Text, False),
        ("phone_seen_at", sa.DateTime, False),
        ("organization_id", sa.Uuid, False),
    ],
)
def test_what_is_taken_for_a_person(
    name: str, kind: type[sa.types.TypeEngine[object]], *, is_one: bool
) -> None:
    assert names_a_person(sa.Column(name, kind())) is is_one
