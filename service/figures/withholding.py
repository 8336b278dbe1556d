"""Which cells of published tables are withheld: few people, and what would tell them by subtraction.

Pure: numbers of people in, keys out. The tables of a month are the same people told apart in several ways (by
region, by kind), each way with the same sum: all of them are decided together, once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

LEAST = 5
"""A cell about fewer people, but not about nobody, is withheld."""

LEAST_TOGETHER = 2 * LEAST
"""What a table leaves out has at least so many people in sum, so that the sum says little about each."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """The keys left out of each table, in the tables' order, and whether their common sum is."""

    keys: Sequence[frozenset[str]]
    total: bool


def withhold(
    tables: Sequence[Mapping[str, int]], total: int, telling: Sequence[Collection[str]] | None = None
) -> Withheld:
    """Decide for tables of numbers of people by key, all with this sum.

    Left out of a table: cells under LEAST, and those `telling` what another group of figures leaves out;
    then, smallest first, as many more as it takes until at least two are and they are LEAST_TOGETHER people.
    Where a table has no more to leave out, or the sum itself is under LEAST, the sum goes, too; and then
    every table leaves something out, or it would tell the sum.
    """
    few = [
        frozenset(key for key, people in table.items() if 0 < people < LEAST or key in others)
        for table, others in zip(tables, telling or [()] * len(tables), strict=True)
    ]
    keys = [_more(table, left) if left else left for table, left in zip(tables, few, strict=True)]
    without_total = 0 < total < LEAST or any(
        left and not _is_enough(table, left) for table, left in zip(tables, keys, strict=True)
    )
    if without_total:
        keys = [left or _smallest(table, left) for table, left in zip(tables, keys, strict=True)]
    return Withheld(keys, without_total)


def _more(table: Mapping[str, int], left: frozenset[str]) -> frozenset[str]:
    while not _is_enough(table, left) and (found := _smallest(table, left)):
        left |= found
    return left


def _is_enough(table: Mapping[str, int], left: frozenset[str]) -> bool:
    return len(left) >= 2 and sum(table[key] for key in left) >= LEAST_TOGETHER


def _smallest(table: Mapping[str, int], left: frozenset[str]) -> frozenset[str]:
    """The smallest cell about anybody that is not left out yet; of several the first key."""
    rest = sorted((people, key) for key, people in table.items() if people and key not in left)
    return frozenset(key for _, key in rest[:1])
