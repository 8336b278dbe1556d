"""How large a group by code alone may be: each limit from both sides."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from service.attendance.code_shares import Seen, doubted
from service.attendance.cross_checks import CODE_KEYS
from service.attendance.evidence import Evidence, RecordKind
from service.platform.thresholds import Thresholds

LIMITS = Thresholds()
NOON = datetime(2026, 5, 16, 7, 0, tzinfo=UTC)


def placed(
    number: int, minutes: float = 0, *, kind: RecordKind = RecordKind.CHECK_IN, reasons: Sequence[str] = ()
) -> Seen:
    """Somebody with a position, so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    return Seen((f"placed {number}", f"{kind} {minutes}"), kind, at, number, Evidence.GPS, reasons)


def coded(
    number: int,
    minutes: float = 0,
    *,
    code: int = 0,
    kind: RecordKind = RecordKind.CHECK_IN,
    evidence: Evidence = Evidence.CODE,
) -> Seen:
    """Somebody with the code of the minute alone."""
    at = NOON + timedelta(minutes=minutes)
    return Seen((f"coded {number}", f"{kind} {minutes}"), kind, at, CODE_KEYS + code, evidence, ())


def keys(records: Iterable[Seen]) -> set[tuple[str, str]]:
    return {one.key for one in records}


def spread(number: int) -> list[Seen]:
    """People with a code each, over hours."""
    return [coded(one, 20 * one, code=one) for one in range(number)]


# Of all who came


@pytest.mark.parametrize(
    ("by_code", "with_places", "is_doubted"), [(5, 15, True), (4, 16, False), (5, 20, False), (6, 23, True)]
)
def test_more_than_a_fifth_of_an_event(by_code: int, with_places: int, *, is_doubted: bool) -> None:
    alone, others = spread(by_code), [placed(one) for one in range(with_places)]
    assert keys(doubted([*others, *alone], LIMITS)) == (keys(alone) if is_doubted else set())


def test_fewer_than_twenty_say_nothing() -> None:
    alone = spread(10)
    assert not doubted([*alone, *(placed(one) for one in range(9))], LIMITS)
    assert keys(doubted([*alone, *(placed(one) for one in range(10))], LIMITS)) == keys(alone)


def test_people_are_counted_and_not_records() -> None:
    four, again = spread(4), [coded(0, 20 * one + 1, code=one + 50) for one in range(9)]
    others = [placed(one) for one in range(16)]
    assert not doubted([*four, *again, *others], LIMITS)
    five = [*spread(5), *again]
    assert keys(doubted([*five, *others, *(placed(0, one) for one in range(9))], LIMITS)) == keys(five)


def test_who_only_leaves_has_not_come() -> None:
    others = [placed(one) for one in range(14)]
    leave = [placed(one, 90, kind=RecordKind.CHECK_OUT) for one in range(14, 20)]
    assert not doubted([*spread(5), *others, *leave], LIMITS)
    leave = [coded(one, 90, kind=RecordKind.CHECK_OUT) for one in range(10, 16)]
    assert not doubted([*spread(4), *others, placed(14), placed(15), *leave], LIMITS)


# What a place is shown by


@pytest.mark.parametrize(
    ("reasons", "is_doubted"),
    [((), False), (("mocked",), False), (("distance",), True), (("accuracy", "mocked"), True)],
)
def test_a_position_shows_a_place_unless_it_is_doubtful(
    reasons: tuple[str, ...], *, is_doubted: bool
) -> None:
    """Doubts of honesty are about the whole attendance anyhow."""
    alone = [coded(one, one / 10) for one in range(5)]
    where = placed(0, 60, kind=RecordKind.CHECK_OUT, reasons=reasons)
    left = Seen(("coded 0", "left"), where.kind, where.captured_at, where.fix_key, where.evidence, reasons)
    assert keys(doubted([*alone, left], LIMITS)) == (keys(alone) if is_doubted else set())


def test_nothing_at_all_shows_no_place() -> None:
    """Of old records the keys are gone."""
    alone = [coded(one) for one in range(5)]
    gone = Seen(("coded 0", "old"), RecordKind.CHECK_OUT, NOON, None, Evidence.GPS, ())
    assert keys(doubted([*alone, gone], LIMITS)) == keys(alone)
    old = [Seen((str(one), "old"), RecordKind.CHECK_IN, NOON, None, Evidence.CODE, ()) for one in range(9)]
    assert not doubted(old, LIMITS)


def test_a_wrong_code_beside_a_coarse_position_is_no_code() -> None:
    assert not doubted([coded(one, evidence=Evidence.WEAK) for one in range(9)], LIMITS)


def test_keys_below_those_of_codes_are_places() -> None:
    alone = [coded(one) for one in range(5)]
    assert keys(doubted(alone, LIMITS)) == keys(alone)
    assert not doubted([coded(one, code=-1) for one in range(9)], LIMITS)


# Of those who came meanwhile


@pytest.mark.parametrize(("people", "is_doubted"), [(5, True), (4, False)])
def test_five_by_one_code_are_a_group(people: int, *, is_doubted: bool) -> None:
    alone = [coded(one) for one in range(people)]
    assert keys(doubted([*alone, coded(9, code=1), placed(1, 30)], LIMITS)) == (
        keys(alone) if is_doubted else set()
    )


def test_five_records_of_one_are_no_group() -> None:
    assert not doubted([coded(0, one / 10) for one in range(5)], LIMITS)


@pytest.mark.parametrize(("others", "is_doubted"), [(19, True), (20, False)])
def test_a_fifth_of_those_who_came_meanwhile(others: int, *, is_doubted: bool) -> None:
    alone = [coded(one) for one in range(5)]
    meanwhile = [placed(one, one / 100) for one in range(others)]
    limits = Thresholds(code_share_people=1_000)
    assert bool(doubted([*alone, *meanwhile], limits)) is is_doubted


@pytest.mark.parametrize(
    ("minutes", "is_doubted"), [(-3, False), (-3.01, True), (0, False), (4, False), (4.01, True)]
)
def test_meanwhile_is_three_minutes_before_the_first_to_three_after_the_last(
    minutes: float, *, is_doubted: bool
) -> None:
    alone = [coded(one, one / 4) for one in range(5)]
    others = [placed(one, minutes) for one in range(20)]
    assert bool(doubted([*others, *alone], LIMITS)) is is_doubted


def test_each_code_is_looked_at_for_itself() -> None:
    alone = [coded(one, code=1) for one in range(5)]
    fewer = [coded(one, 60, code=2) for one in range(5, 9)]
    more = [coded(one, 120, code=3) for one in range(9, 15)]
    others = [placed(one, 30 + one) for one in range(80)]
    assert keys(doubted([*alone, *fewer, *more, *others], LIMITS)) == keys([*alone, *more])
