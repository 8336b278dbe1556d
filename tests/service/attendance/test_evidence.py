"""The judge, each limit from both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service import errors, presence_errors
from service.attendance.evidence import (
    Evidence,
    Fix,
    Presence,
    RecordKind,
    Status,
    age_of_fix,
    allowed_distance_m,
    judge,
)
from service.platform.thresholds import Thresholds

START = datetime(2026, 5, 16, 5, 0, tzinfo=UTC)
END = START + timedelta(hours=3)
LIMITS = Thresholds()
GOOD = Fix(distance_m=0, accuracy_m=10, age_s=0)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FIX_FIELDS = Fix.__dataclass_fields__


def check_in(kind: RecordKind = RecordKind.CHECK_IN, **changes: object) -> tuple[str, str, tuple[str, ...]]:
    """The verdict on a good check-in at the start, changed as said."""
    fix = replace(GOOD, **{name: value for name, value in changes.items() if name in FIX_FIELDS})
    others = {name: value for name, value in changes.items() if name not in FIX_FIELDS}
    presence = Presence(kind, **{"at": START, "arrived_at": others.get("at", START), "fix": fix} | others)
    verdict = judge(presence, START, END, LIMITS)
    return verdict.status, verdict.evidence, verdict.reasons


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "expected"),
    [
        (100, 10, (Status.COUNTED, Evidence.GPS, ())),
        (100.1, 10, (Status.REVIEW, Evidence.GPS, ("distance",))),
        (200, 100, (Status.COUNTED, Evidence.GPS, ())),
        (200.1, 100, (Status.REVIEW, Evidence.GPS, ("distance",))),
        (1_030, 10, (Status.REVIEW, Evidence.GPS, ("distance",))),
        (100, 300, (Status.COUNTED, Evidence.WEAK, ())),
        (100, 300.1, (Status.REVIEW, Evidence.WEAK, ("accuracy",))),
        (150, 200, (Status.REVIEW, Evidence.WEAK, ("accuracy",))),
        (0, 0, (Status.REVIEW, Evidence.WEAK, ("accuracy-unknown",))),
    ],
)
def test_distance_and_accuracy(distance_m: float, accuracy_m: float, expected: object) -> None:
    assert check_in(distance_m=distance_m, accuracy_m=accuracy_m) == expected


def test_too_far_names_the_measured_and_the_allowed_distance() -> None:
    with pytest.raises(presence_errors.OutsideArea) as refused:
        check_in(distance_m=1_030.1, accuracy_m=10)
    assert refused.value.data == {"distance_m": 1030, "allowed_m": 100}


def test_how_far_is_too_far_hangs_on_the_accuracy_with_a_code_too() -> None:
    """Nothing is given away to a fix that does not say how exact it is."""
    assert check_in(distance_m=1_000, accuracy_m=0)[2] == ("distance", "accuracy-unknown")
    with pytest.raises(presence_errors.OutsideArea) as refused:
        check_in(distance_m=1_000.6, accuracy_m=0)
    assert refused.value.data == {"distance_m": 1001, "allowed_m": 100}
    assert check_in(distance_m=1_030, code_is_right=True) == (Status.COUNTED, Evidence.CODE, ())
    assert check_in(distance_m=1_030.1, code_is_right=True)[2] == ("distance",)
    assert allowed_distance_m(0, replace(LIMITS, near_m=0)) == 0


@pytest.mark.parametrize(
    ("changes", "code", "data"),
    [
        ({"age_s": 600.6}, "stale-position", {"age_s": 601, "allowed_s": 120}),
        ({"arrived_at": END + 15 * DAY}, "sync-too-late", {"allowed_days": 14}),
        ({"at": START - timedelta(hours=8)}, "too-early", {"opens_at": START - timedelta(hours=1)}),
        ({"at": END + timedelta(hours=8)}, "too-late", {"closed_at": END}),
        (
            {"at": END + timedelta(hours=8), "kind": RecordKind.CHECK_OUT},
            "too-late",
            {"closed_at": END + timedelta(hours=1)},
        ),
    ],
)
def test_a_refusal_names_what_it_measured_and_what_is_allowed(
    changes: dict[str, object], code: str, data: dict[str, object]
) -> None:
    with pytest.raises(errors.ServiceError) as refused:
        check_in(**changes)
    assert (refused.value.code, refused.value.data) == (code, data)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"at": START + timedelta(hours=1), "arrived_at": START}, "captured_at", "captured-in-the-future"),
        ({"age_s": -61}, "position.fixed_at", "fix-in-the-future"),
    ],
)
def test_what_lies_in_the_future_is_said_of_its_field(
    changes: dict[str, object], field: str, reason: str
) -> None:
    with pytest.raises(errors.Invalid) as refused:
        check_in(**changes)
    assert (refused.value.field, refused.value.reason) == (field, reason)


@pytest.mark.parametrize(
    ("age_s", "reasons"), [(120, ()), (120.1, ("old-fix",)), (600, ("old-fix",)), (-60, ())]
)
def test_age_of_the_fix(age_s: float, reasons: tuple[str, ...]) -> None:
    assert check_in(age_s=age_s)[2] == reasons


@pytest.mark.parametrize("age_s", [600.1, 86_400])
def test_an_older_fix_is_refused_and_one_from_the_future_invalid(age_s: float) -> None:
    with pytest.raises(presence_errors.StalePosition):
        check_in(age_s=age_s)
    with pytest.raises(errors.Invalid):
        check_in(age_s=-60.1)


def test_presence_up_to_a_minute_after_now_is_no_future() -> None:
    presence = Presence(RecordKind.CHECK_IN, START + timedelta(minutes=1), arrived_at=START, fix=GOOD)
    assert judge(presence, START, END, LIMITS).status is Status.COUNTED
    with pytest.raises(errors.Invalid) as refused:
        judge(replace(presence, at=START + timedelta(seconds=61)), START, END, LIMITS)
    assert refused.value.field == "captured_at"


@pytest.mark.parametrize(
    ("fixed", "ahead", "age_s"),
    [
        (-3, 0, 3),
        # Dated by satellites, by the phone, and in between.
        (-3, 3_600, 3),
        (-3, -3_600, 3),
        (3_597, 3_600, 3),
        (-3_603, -3_600, 3),
        (-600, 1_200, 600),
        # A little of the future is within what clocks are allowed; more is nobody's age, if there is another.
        (60, 0, -60),
        (61, 0, -61),
        (61, 70, 9),
        (61, 3_661, 3_600),
        (100, 50, -50),
        (200, 100, -100),
    ],
)
def test_the_age_of_a_fix_is_the_smaller_one_that_is_not_of_the_future(
    fixed: float, ahead: float, age_s: float
) -> None:
    seconds = timedelta(seconds=ahead)
    age = age_of_fix(START + timedelta(seconds=fixed), START, seconds, LIMITS)
    assert age.total_seconds() == age_s


@pytest.mark.parametrize("weeks", [1_024, 2_048])
@pytest.mark.parametrize(
    ("age", "mended"),
    [
        (timedelta(seconds=-60), True),
        (timedelta(seconds=-61), False),
        (timedelta(seconds=5), True),
        (DAY, True),
        (DAY + SECOND, False),
    ],
)
def test_a_week_number_that_has_rolled_over(weeks: int, age: timedelta, *, mended: bool) -> None:
    rolled = timedelta(weeks=weeks)
    found = age_of_fix(START - rolled - age, START, timedelta(0), LIMITS)
    assert found == (age if mended else age + rolled)


@pytest.mark.parametrize(
    ("accuracy_m", "age_s", "reasons"),
    [
        (1_000.1, 600.1, ("old-fix", "accuracy")),
        (10, 86_401, ("old-fix",)),
        (0, 86_401, ("old-fix", "accuracy-unknown")),
    ],
)
def test_a_coarse_old_fix_and_an_absurd_date_are_for_review(
    accuracy_m: float, age_s: float, reasons: tuple[str, ...]
) -> None:
    assert check_in(accuracy_m=accuracy_m, age_s=age_s) == (
        Status.REVIEW,
        Evidence.GPS if accuracy_m == 10 else Evidence.WEAK,
        reasons,
    )
    with pytest.raises(presence_errors.StalePosition):
        check_in(accuracy_m=1_000, age_s=600.1)


@pytest.mark.parametrize(
    ("at", "reasons"),
    [
        (START - timedelta(minutes=60), ()),
        (START - timedelta(minutes=60) - SECOND, ("early",)),
        (START - timedelta(hours=7), ("early",)),
        (END, ()),
        (END + SECOND, ("late",)),
        (END + timedelta(hours=6), ("late",)),
    ],
)
def test_time_of_check_in(at: datetime, reasons: tuple[str, ...]) -> None:
    assert check_in(at=at)[2] == reasons


def test_six_hours_off_is_refused() -> None:
    with pytest.raises(presence_errors.TooEarly):
        check_in(at=START - timedelta(hours=7) - SECOND)
    with pytest.raises(presence_errors.TooLate):
        check_in(at=END + timedelta(hours=6) + SECOND)


def test_check_out_has_an_hour_more() -> None:
    late = END + timedelta(minutes=60)
    assert check_in(RecordKind.CHECK_OUT, at=late)[2] == ()
    assert check_in(RecordKind.CHECK_OUT, at=late + SECOND)[2] == ("late",)


@pytest.mark.parametrize(
    ("late", "reasons"), [(3 * DAY, ()), (3 * DAY + SECOND, ("late-sync",)), (14 * DAY, ("late-sync",))]
)
def test_late_sync(late: timedelta, reasons: tuple[str, ...]) -> None:
    assert check_in(arrived_at=END + late)[2] == reasons


def test_a_sync_after_two_weeks_is_refused() -> None:
    with pytest.raises(presence_errors.SyncTooLate):
        check_in(arrived_at=END + 14 * DAY + SECOND)


@pytest.mark.parametrize(
    ("changes", "evidence", "reasons"),
    [
        ({"distance_m": 900}, Evidence.CODE, ()),
        ({"accuracy_m": 900, "distance_m": 900}, Evidence.CODE, ()),
        ({"accuracy_m": 0}, Evidence.CODE, ()),
        ({"age_s": 5_000}, Evidence.CODE, ()),
        ({}, Evidence.GPS, ()),
        ({"fix": None}, Evidence.CODE, ()),
        # The code settles doubts; it does not outweigh a good fix somewhere else, nor a mocked one.
        ({"distance_m": 5_000}, Evidence.CODE, ("distance",)),
        ({"mocked": True}, Evidence.GPS, ("mocked",)),
    ],
)
def test_a_right_code_settles_doubts_of_the_place(
    changes: dict[str, object], evidence: Evidence, reasons: tuple[str, ...]
) -> None:
    status = Status.REVIEW if reasons else Status.COUNTED
    assert check_in(code_is_right=True, **changes) == (status, evidence, reasons)


def test_without_position_and_right_code_there_is_nothing_to_judge() -> None:
    with pytest.raises(presence_errors.WrongPlaceCode):
        check_in(fix=None)


@pytest.mark.parametrize(
    ("late", "changes", "reasons"),
    [
        (180, {}, ()),
        (180.1, {}, ("code-only",)),
        (5_000, {"was_going": True}, ()),
        (0, {"shows_codes": True}, ("own-code",)),
        (5_000, {"shows_codes": True, "was_going": True}, ("own-code",)),
    ],
)
# An old fix beside the code says nothing of where the person is now, a coarse one nothing at all.
@pytest.mark.parametrize("fix", [None, replace(GOOD, age_s=601), replace(GOOD, accuracy_m=1_000.1)])
def test_a_code_alone(
    late: float, changes: dict[str, object], reasons: tuple[str, ...], fix: Fix | None
) -> None:
    arrived_at = START + timedelta(seconds=late)
    found = check_in(code_is_right=True, fix=fix, arrived_at=arrived_at, **changes)
    assert found == (Status.REVIEW if reasons else Status.COUNTED, Evidence.CODE, reasons)


@pytest.mark.parametrize("changes", [{"age_s": 0}, {"age_s": 600}, {"accuracy_m": 1_000}])
def test_a_code_beside_a_position_needs_nothing_more(changes: dict[str, float]) -> None:
    late = START + timedelta(hours=5)
    found = check_in(code_is_right=True, shows_codes=True, arrived_at=late, **changes)
    assert (found[0], found[2]) == (Status.COUNTED, ())


@pytest.mark.parametrize(("hours", "reasons"), [(25, ()), (-25, ()), (26, ("clock",)), (-168, ("clock",))])
def test_a_clock_more_than_a_day_off_is_doubted(hours: int, reasons: tuple[str, ...]) -> None:
    assert check_in(clock_off=timedelta(hours=hours))[2] == reasons


@pytest.mark.parametrize(("attested", "reasons"), [(None, ()), (True, ()), (False, ("attestation",))])
def test_attestation(attested: object, reasons: tuple[str, ...]) -> None:
    assert check_in(attested=attested)[2] == reasons


def test_a_mocked_fix_leads_to_review_never_to_refusal() -> None:
    assert check_in(mocked=True) == (Status.REVIEW, Evidence.GPS, ("mocked",))
