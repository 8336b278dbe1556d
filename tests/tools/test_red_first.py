"""A trailer names a test, or one of its cases: what pytest says of either is understood."""

from tools import red_first

SAID = """\
..F                                                                      [100%]
PASSED tests/a.py::test_one
PASSED tests/a.py::test_two[for good]
FAILED tests/a.py::test_two[from the middle on] - AssertionError: no - not so
ERROR tests/b.py
2 passed, 1 failed
"""


def test_a_case_is_known_by_its_own_name_and_by_its_tests() -> None:
    failed, passed = red_first.read(SAID)
    assert failed == {"tests/a.py::test_two[from the middle on]", "tests/a.py::test_two", "tests/b.py"}
    assert passed == {"tests/a.py::test_one", "tests/a.py::test_two[for good]", "tests/a.py::test_two"}
