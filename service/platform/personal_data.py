"""What a room says of its tables with people in them: each has `personal_data.TABLES`, as plain data.

Erasure, export and the list of what is held for how long go by it (`personal_rows.py`, docs/privacy.md). A
test fails for a column that names a person and stands in none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Erased(StrEnum):
    """What becomes of a row when the person whom it names is erased."""

    DELETED = "deleted"
    """It goes."""

    TOMBSTONE = "tombstone"
    """It stays, and names from now on an id with nothing personal behind it."""

    EMPTIED = "emptied"
    """It stays, and names nobody."""

    KEPT = "kept"
    """It stays as it is: what it holds tells nobody who it was, or runs out soon."""

    FOLLOWS = "follows"
    """It goes, or moves, with the rows that it follows from."""


@dataclass(frozen=True, slots=True)
class Person:
    """A column that names a person. `exported`: whether the row is in the export of whom it names.

    `words`: columns of the row that hold what was said by them, or about them; emptied where the row stays.
    """

    erased: Erased
    exported: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with people in it. `kept`: how long a row lives at most; None: as long as what it is about.

    Of one that is kept for a time either `aged`, the column from which on, by which `retention.py` deletes
    it; or `job`, the task that knows more of it.
    """

    name: str
    people: Mapping[str, Person]
    kept: timedelta | None = None
    aged: str | None = None
    job: str | None = None


OWN = Person(Erased.DELETED)
"""Theirs alone: it goes with them."""

LASTING = Person(Erased.TOMBSTONE)
"""Theirs, and counted or needed by others."""

STAFF = Person(Erased.TOMBSTONE, exported=False)
"""Who has done something to what is somebody else's."""


_installed: list[PersonalTable] = []


def install(*tables: PersonalTable) -> None:
    """Let these be all tables with people from now on; the composition does it once a process."""
    _installed[:] = tables


def registered() -> Sequence[PersonalTable]:
    """All tables with people. Raises RuntimeError: nothing is installed, so that nothing would be found."""
    if not _installed:
        raise RuntimeError("no tables with people are installed")
    return tuple(_installed)
