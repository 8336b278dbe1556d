"""No cell that public tables leave out can be told from the others, whatever is subtracted."""

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from service.figures.withholding import LEAST, Withheld, withhold

Table = Mapping[str, int]


def determined(tables: Sequence[Table], total: int, left: Withheld) -> list[tuple[int, str]]:
    """The withheld cells that the system of all that is published has one solution for.

    Unknowns: the people of each pair of keys. Equations: each cell that is shown, and the sum when it is.
    """
    first, second = tables
    pairs = [(one, other) for one in first for other in second]

    def row(number: int | None, key: str | None) -> list[int]:
        return [int(number is None or pair[number] == key) for pair in pairs]

    known = [] if left.total else [row(None, None)]
    for number, table in enumerate(tables):
        known += [row(number, key) for key in table if key not in left.keys[number]]
    system = np.array(known or [[0] * len(pairs)])
    rank = np.linalg.matrix_rank(system)
    return [
        (number, key)
        for number in range(2)
        for key in left.keys[number]
        if np.linalg.matrix_rank(np.vstack([system, row(number, key)])) == rank
    ]


@st.composite
def tables_of_people(draw: st.DrawFn) -> tuple[list[Table], int]:
    """Regions and kinds of the same people, some of them few."""
    people = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 40, 500])
    joint = draw(st.lists(st.lists(people, min_size=3, max_size=3).map(tuple), min_size=1, max_size=5))
    regions = {f"KZ-{number}": sum(row) for number, row in enumerate(joint)}
    kinds = {f"kind-{number}": sum(row[number] for row in joint) for number in range(3)}
    return [regions, kinds], sum(regions.values())


@given(tables_of_people())
@example(([{"a": 3}, {"x": 3, "y": 0}], 3))
@example(([{"a": 3, "b": 500}, {"x": 503}], 503))
@example(([{"a": 3, "b": 500}, {"x": 3, "y": 500}], 503))
@example(([{"a": 8}, {"x": 4, "y": 4}], 8))
@example(([{"a": 1, "b": 1, "c": 100}, {"x": 51, "y": 51}], 102))
@example(([{"a": 2, "b": 2}, {"x": 4}], 4))
def test_no_withheld_cell_is_determined(drawn: tuple[list[Table], int]) -> None:
    tables, total = drawn
    left = withhold(tables, total)
    assert determined(tables, total, left) == []
    for table, keys in zip(tables, left.keys, strict=True):
        assert {key for key, people in table.items() if 0 < people < LEAST} <= keys
        assert all(table[key] for key in keys), "a cell about nobody says nothing"
        if keys and not left.total:
            # The sum of what is left out is known: it must not say what each is.
            assert len(keys) >= 2
            assert sum(table[key] for key in keys) >= 2 * LEAST
    if 0 < total < LEAST:
        assert left.total


def test_nothing_is_withheld_where_everybody_is_many() -> None:
    left = withhold([{"a": 5, "b": 70, "c": 0}, {"x": 75}], 75)
    assert (left.keys, left.total) == ([frozenset(), frozenset()], False)


def test_the_smallest_goes_with_a_small_one() -> None:
    left = withhold([{"a": 3, "b": 70, "c": 9, "d": 0}, {"x": 40, "y": 42}], 82)
    assert left.keys == [frozenset({"a", "c"}), frozenset()]
    assert not left.total


def test_where_a_table_has_no_more_to_hide_the_sum_goes_and_the_other_table_hides_it() -> None:
    left = withhold([{"a": 4}, {"x": 4, "y": 0}], 4)
    assert left == Withheld([frozenset({"a"}), frozenset({"x"})], total=True)
    left = withhold([{"a": 4, "b": 3}, {"x": 7}], 7)
    assert left == Withheld([frozenset({"a", "b"}), frozenset({"x"})], total=True)


def test_what_tells_another_group_goes_with_a_second_one() -> None:
    left = withhold([{"a": 103, "b": 50, "c": 100}, {"x": 253}], 253, [{"b"}, set()])
    assert left.keys == [frozenset({"b", "c"}), frozenset()]
    assert not left.total
