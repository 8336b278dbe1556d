"""Rules between records: each limit from both sides, and the same doubts in whatever order records arrive."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from geopy.distance import great_circle
from hypothesis import given, settings
from hypothesis import strategies as st

from service.attendance.cross_checks import (
    CODE_KEYS,
    TRAVEL_WINDOW,
    RecordKey,
    Sighting,
    code_key,
    fix_key,
    flags,
    is_impossible_travel,
)
from service.geography.geodesy import EARTH_RADIUS_M
from service.models.base import COUNTRY_ZONE
from service.platform.thresholds import Thresholds

LIMITS = Thresholds()
NOON = datetime(2026, 5, 16, 7, 0, tzinfo=UTC)
HOME = (50.2839, 57.1670)
METRE = 360 / (2 * 3.141592653589793 * EARTH_RADIUS_M)
"""Degrees of latitude that make a metre on the sphere that the rule uses."""


def sighting(
    record: str = "r",
    *,
    sender: str = "s",
    minutes: float = 0,
    north_m: float = 0,
    place: tuple[float, float] | None = HOME,
    accuracy_m: float = 0,
    installation: str | None = None,
    fix: int | None = None,
    fixed: float | None = None,
) -> Sighting:
    """Somebody's record, so many minutes after noon and so many metres north of home."""
    at = NOON + timedelta(minutes=minutes)
    return Sighting(
        key=(sender, record),
        event_id="e",
        captured_at=at,
        place=None if place is None else (place[0] + north_m * METRE, place[1]),
        accuracy_m=accuracy_m,
        installation_id=installation or f"phone of {sender}",
        day=at.astimezone(COUNTRY_ZONE).date(),
        fix_key=fix,
        fixed_at=None if fixed is None else NOON + timedelta(minutes=fixed),
    )


def found(*sightings: Sighting) -> dict[RecordKey, set[str]]:
    """The doubts of records that arrive all at once."""
    return dict(flags(sightings, (), LIMITS))


def doubted(*sightings: Sighting) -> set[RecordKey]:
    return set(found(*sightings))


# Travel


@pytest.mark.parametrize(("metres", "is_doubted"), [(1_999, False), (2_001, True)])
def test_within_two_kilometres_nobody_has_travelled(metres: float, *, is_doubted: bool) -> None:
    pair = sighting("a"), sighting("b", north_m=metres)
    assert is_impossible_travel(*pair, LIMITS) is is_doubted


@pytest.mark.parametrize(("minutes", "is_doubted"), [(39, True), (41, False)])
def test_a_hundred_kilometres_take_forty_minutes(minutes: float, *, is_doubted: bool) -> None:
    pair = sighting("a"), sighting("b", north_m=100_000, minutes=minutes)
    assert is_impossible_travel(*pair, LIMITS) is is_doubted


@pytest.mark.parametrize(("accuracies", "is_doubted"), [((250, 249), True), ((250, 251), False)])
def test_both_accuracies_are_given_away(accuracies: tuple[float, float], *, is_doubted: bool) -> None:
    one, other = accuracies
    pair = sighting("a", accuracy_m=one), sighting("b", north_m=2_500, accuracy_m=other)
    assert is_impossible_travel(*pair, LIMITS) is is_doubted


@pytest.mark.parametrize(("accuracy_m", "is_doubted"), [(5_000, True), (1e7, True), (4_000, False)])
def test_at_most_five_kilometres_are_given_away(accuracy_m: float, *, is_doubted: bool) -> None:
    far = 2_000 + 2 * 4_000 - 1 if accuracy_m == 4_000 else 2_000 + 2 * 5_000 + 1
    pair = sighting("a", accuracy_m=accuracy_m), sighting("b", north_m=far, accuracy_m=accuracy_m)
    assert is_impossible_travel(*pair, LIMITS) is is_doubted


@pytest.mark.parametrize(("accuracy_m", "is_doubted"), [(300, True), (300.1, False)])
def test_vague_fixes_are_not_compared(accuracy_m: float, *, is_doubted: bool) -> None:
    five = [sighting(sender=f"person {n}", fix=7, accuracy_m=accuracy_m) for n in range(5)]
    assert bool(doubted(*five)) is is_doubted
    assert not doubted(*five[:2], *same_fix(0, 1, 2)) or is_doubted


@pytest.mark.parametrize(("accuracy_m", "is_doubted"), [(0, True), (600, True), (2_000, False)])
def test_accuracies_are_given_away_of_the_speed_as_well(accuracy_m: float, *, is_doubted: bool) -> None:
    # 102 km in 40 minutes are 153 km/h; with 2 km less on either side 147.
    pair = (
        sighting("a", accuracy_m=accuracy_m),
        sighting("b", north_m=102_000, minutes=40, accuracy_m=accuracy_m),
    )
    assert is_impossible_travel(*pair, LIMITS) is is_doubted


def test_impossible_travel_doubts_both_records_and_nobody_elses() -> None:
    ours = sighting("a"), sighting("b", north_m=50_000)
    theirs = sighting("c", sender="t", north_m=90_000)
    assert found(*ours, theirs) == {("s", "a"): {"travel"}, ("s", "b"): {"travel"}}


def test_a_record_without_a_place_has_not_travelled() -> None:
    assert not doubted(sighting("a", place=None), sighting("b", north_m=50_000))


@pytest.mark.parametrize(
    ("apart", "is_doubted"), [(TRAVEL_WINDOW, True), (TRAVEL_WINDOW + timedelta(minutes=1), False)]
)
def test_records_farther_apart_than_the_window_are_never_in_conflict(
    apart: timedelta, *, is_doubted: bool
) -> None:
    # To the other end of the world: the only places so far that 48 hours are too short at 150 km/h.
    minutes = apart.total_seconds() / 60
    pair = sighting("a"), sighting("b", place=(-45.0, -120.0), minutes=minutes)
    assert is_impossible_travel(*pair, LIMITS) is is_doubted


ASTANA, ALMATY, ORAL = (51.1694, 71.4491), (43.2389, 76.8897), (51.2333, 51.3667)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (ASTANA, ALMATY),
        (ASTANA, ORAL),
        (ALMATY, ORAL),
        ((50.0, 57.0), (50.0, 60.0)),
        ((0.0, -90.0), (0.0, 89.0)),
    ],
)
def test_the_way_between_two_places_is_the_shortest_one(
    here: tuple[float, float], there: tuple[float, float]
) -> None:
    """By a library's word for how far they are, at 150 km/h: a hundredth less time is too little."""
    hours = great_circle(here, there, radius=EARTH_RADIUS_M / 1_000).km / LIMITS.travel_kmh
    start = sighting("a", place=here)
    for share, is_doubted in ((0.99, True), (1.01, False)):
        arrived = sighting("b", place=there, minutes=60 * hours * share)
        assert is_impossible_travel(start, arrived, LIMITS) is (is_doubted and hours * share < 48)


# The same fix


def same_fix(*minutes: float) -> list[Sighting]:
    """One person each with the same fix."""
    return [
        sighting("r", sender=f"person {number}", minutes=minute, fix=7)
        for number, minute in enumerate(minutes)
    ]


def test_four_people_may_have_the_same_fix_and_five_may_not() -> None:
    assert not doubted(*same_fix(0, 1, 2, 3))
    five = same_fix(0, 1, 2, 3, 4)
    assert found(*five) == {one.key: {"same-fix"} for one in five}


def test_it_is_people_that_are_counted_not_records() -> None:
    again = [sighting(f"r{n}", sender="person 0", minutes=n, fix=7) for n in range(5)]
    assert not doubted(*same_fix(0, 1, 2, 3), *again)


@pytest.mark.parametrize(("last", "is_doubted"), [(60, True), (60.1, False)])
def test_the_same_fix_within_sixty_minutes(last: float, *, is_doubted: bool) -> None:
    assert bool(doubted(*same_fix(0, 0, 0, 0, last))) is is_doubted


def test_sixty_minutes_reach_to_both_sides_of_a_record() -> None:
    records = same_fix(0, 30, 60, 90, 120)
    assert doubted(*records) == {records[2].key}


def test_who_has_another_fix_is_not_doubted() -> None:
    bystander = sighting("x", sender="bystander", fix=8)
    assert bystander.key not in doubted(*same_fix(0, 0, 0, 0, 0), bystander)
    assert not doubted(*(sighting("r", sender=str(n), fix=None) for n in range(9)))


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ((50.28390004, 57.16700004), True),
        ((50.283901, 57.167), False),
        ((50.2839, 57.167001), False),
        ((-50.2839, 57.167), False),
        ((50.2839, -57.167), False),
    ],
)
def test_fixes_are_the_same_to_six_decimals(other: tuple[float, float], *, is_same: bool) -> None:
    assert (fix_key(*HOME) == fix_key(*other)) is is_same


def test_keys_stay_the_same_from_release_to_release() -> None:
    """They are stored: who comes after a release is compared with who came before it."""
    assert fix_key(*HOME) == 50_283_900_057_167_000
    assert code_key(UUID(int=1), "123456") == 7_305_721_009_997_291_269


def test_a_fix_key_fits_a_bigint_everywhere() -> None:
    corners = [fix_key(lat, lon) for lat in (-90, 90) for lon in (-180, 180)]
    assert len(set(corners)) == 4
    assert max(map(abs, corners)) < 2**63


# One fix sent again


@pytest.mark.parametrize(
    ("minutes", "is_doubted"), [(10, False), (10.1, True), (25 * 60, True), (25 * 60 + 0.1, False)]
)
def test_a_fix_is_fresh_for_ten_minutes_once(minutes: float, *, is_doubted: bool) -> None:
    first, second = sighting("a", fix=7, fixed=0), sighting("b", fix=7, fixed=0, minutes=minutes)
    expected = {second.key: {"replayed-fix"}} if is_doubted else {}
    assert found(first, second) == found(second, first) == expected


@pytest.mark.parametrize(
    "changes", [{"fixed": 1}, {"fixed": None}, {"fix": 8}, {"fix": None}, {"accuracy_m": 301}]
)
def test_another_fix_is_no_replay(changes: dict[str, Any]) -> None:
    first = sighting("a", fix=7, fixed=0)
    assert not doubted(first, sighting("b", **{"fix": 7, "fixed": 0, "minutes": 60} | changes))


# One code


def by_code(*minutes: float) -> list[Sighting]:
    """One person each who has nothing but one code."""
    key = code_key(UUID(int=1), "123456")
    return [
        sighting("r", sender=f"person {number}", minutes=minute, fix=key)
        for number, minute in enumerate(minutes)
    ]


def test_nine_people_may_have_one_code_alone_and_ten_may_not() -> None:
    assert not doubted(*by_code(*range(9)))
    ten = by_code(*range(10))
    assert found(*ten) == {one.key: {"shared-code"} for one in ten}
    assert not doubted(*by_code(*range(9), 70))


def test_the_least_key_of_a_code_is_one_of_a_code() -> None:
    ten = [sighting(sender=f"person {n}", fix=CODE_KEYS, accuracy_m=5_000) for n in range(10)]
    assert found(*ten) == {one.key: {"shared-code"} for one in ten}
    assert not doubted(*(sighting(sender=f"person {n}", fix=CODE_KEYS) for n in range(5)))


def test_keys_of_codes_are_no_keys_of_fixes() -> None:
    keys = {code_key(UUID(int=event), code) for event in (1, 2) for code in ("123456", "123457")}
    assert len(keys) == 4
    assert all(2**62 <= key < 2**63 for key in keys)
    assert max(fix_key(lat, lon) for lat in (-90, 90) for lon in (-180, 180)) < 2**62


# One phone


def on_one_phone(*minutes: float) -> list[Sighting]:
    return [
        sighting("r", sender=f"person {number}", minutes=minute, installation="shared")
        for number, minute in enumerate(minutes)
    ]


def test_three_people_share_a_phone_and_four_are_doubted() -> None:
    assert not doubted(*on_one_phone(0, 100, 200))
    four = on_one_phone(0, 100, 200, 300)
    assert found(*four) == {one.key: {"installation"} for one in four}


@pytest.mark.parametrize(("since", "is_doubted"), [(-1, False), (0, True)])
def test_whose_phone_it_has_been_since_another_day_is_not_doubted(since: int, *, is_doubted: bool) -> None:
    four = on_one_phone(0, 100, 200, 300)
    owner = four[2]
    registered = owner.day + timedelta(days=since)
    marked = flags(four, (), LIMITS, {owner.sender_id: registered})
    assert (owner.key in marked) is is_doubted
    assert {one.key for one in four if one is not owner} <= marked.keys()


def test_the_day_of_a_phone_ends_at_midnight_in_almaty() -> None:
    to_midnight = 12 * 60
    assert doubted(*on_one_phone(0, 1, 2, to_midnight - 1))
    assert not doubted(*on_one_phone(0, 1, 2, to_midnight))


# Order


def in_rounds(rounds: Sequence[Sequence[Sighting]]) -> dict[RecordKey, set[str]]:
    """The doubts after rounds that see what the service would read for each (see `doubts`)."""
    stored: list[Sighting] = []
    all_found: defaultdict[RecordKey, set[str]] = defaultdict(set)
    for new in rounds:
        known = [one for one in stored if any(_is_read(one, other) for other in new)]
        for key, reasons in flags(new, known, LIMITS).items():
            all_found[key] |= reasons
        stored += new
    return dict(all_found)


def _is_read(stored: Sighting, new: Sighting) -> bool:
    apart = abs(stored.captured_at - new.captured_at)
    same_fix_reach = timedelta(hours=LIMITS.clock_off_hours)
    return (
        (stored.sender_id == new.sender_id and apart <= TRAVEL_WINDOW)
        or (stored.fix_key is not None and stored.fix_key == new.fix_key and apart <= same_fix_reach)
        or (stored.installation_id, stored.day) == (new.installation_id, new.day)
    )


MINUTES = [0, 1, 30, 59, 60, 61, 90, 119, 120, 121, 719, 720, 48 * 60 - 1, 48 * 60, 48 * 60 + 1, 49 * 60]


@st.composite
def crowds(draw: st.DrawFn) -> list[Sighting]:
    """Records of few people, fixes and phones, so that every rule bites."""
    size = draw(st.integers(2, 14))
    values: list[dict[str, Any]] = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "sender": st.sampled_from("aaaabcdefg"),
                    "minutes": st.sampled_from(MINUTES),
                    "place": st.sampled_from([HOME, HOME, (50.3, 57.4), (-45.0, -120.0), None]),
                    "accuracy_m": st.sampled_from([0.0, 30.0, 4_000.0]),
                    "installation": st.sampled_from(["p", "q", None]),
                    "fix": st.sampled_from([None, 1, 2]),
                    "fixed": st.sampled_from([None, 0, 30]),
                }
            ),
            min_size=size,
            max_size=size,
        )
    )
    return [sighting(f"r{number}", **value) for number, value in enumerate(values)]


@settings(deadline=None)
@given(crowd=crowds(), data=st.data())
def test_any_order_in_any_rounds_gives_the_same_doubts(crowd: list[Sighting], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(crowd))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(crowd) - 1))))
    rounds = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(crowd)], strict=True)]
    assert in_rounds(rounds) == found(*crowd)


@settings(deadline=None)
@given(crowd=crowds())
def test_a_further_record_never_takes_a_doubt_back(crowd: list[Sighting]) -> None:
    before, after = found(*crowd[:-1]), found(*crowd)
    assert all(reasons <= after.get(key, set()) for key, reasons in before.items())


@settings(deadline=None)
@given(crowd=crowds())
def test_travel_is_symmetric(crowd: list[Sighting]) -> None:
    one, other = crowd[:2]
    assert is_impossible_travel(one, other, LIMITS) == is_impossible_travel(other, one, LIMITS)
