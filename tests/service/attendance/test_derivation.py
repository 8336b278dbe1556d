"""An attendance from its records: whatever the order in which they arrived."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.attendance.derivation import Decision, Elsewhere, Record, State, deltas, derive, event_minutes
from service.attendance.evidence import INTEGRITY, Evidence, RecordKind, Status
from service.platform.thresholds import Thresholds

START = datetime(2026, 5, 16, 5, 0, tzinfo=UTC)
END = START + timedelta(hours=3)
LENGTH = 180
LIMITS = Thresholds()
DURING = END
LONG_AFTER = END + timedelta(days=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def came(minutes: float, *reasons: str, evidence: Evidence = Evidence.GPS, distance_m: int = 0) -> Record:
    """A check-in so many minutes after the start."""
    return Record(f"in {minutes}", RecordKind.CHECK_IN, at(minutes), evidence, distance_m, reasons)


def left(minutes: float, *reasons: str) -> Record:
    """A check-out so many minutes after the start."""
    return Record(f"out {minutes}", RecordKind.CHECK_OUT, at(minutes), Evidence.GPS, 0, reasons)


def derived(
    *records: Record, decision: Decision | None = None, ends_at: datetime = END, now: datetime = LONG_AFTER
) -> State:
    state = derive(records, decision, START, ends_at, now, LIMITS)
    assert state is not None
    return state


def spent(state: State) -> tuple[int | None, bool]:
    return state.minutes, state.minutes_assumed


def test_come_and_gone() -> None:
    assert derived(came(10, distance_m=30), left(100)) == State(
        status=Status.COUNTED,
        evidence=Evidence.GPS,
        checked_in_at=at(10),
        checked_out_at=at(100),
        minutes=90,
        assumed_minutes=0,
        distance_m=30,
        reasons=(),
    )


def test_a_check_out_alone_waits_for_its_check_in() -> None:
    assert derive([left(100)], None, START, END, LONG_AFTER, LIMITS) is None
    assert derive([], None, START, END, LONG_AFTER, LIMITS) is None


# Doubts


def test_a_check_in_without_doubts_settles_those_of_quality() -> None:
    doubtful = came(10, "distance", "accuracy", evidence=Evidence.WEAK, distance_m=700)
    assert derived(doubtful).status is Status.REVIEW
    assert derived(doubtful).reasons == ("distance", "accuracy")
    settled = derived(doubtful, came(20, distance_m=5))
    assert (settled.status, settled.reasons) == (Status.COUNTED, ())
    assert (settled.checked_in_at, settled.distance_m, settled.evidence) == (at(20), 5, Evidence.GPS)


def test_a_doubtful_check_in_settles_nothing_and_unsettles_nothing() -> None:
    assert derived(came(10, "distance"), came(20, "accuracy")).reasons == ("distance",)
    assert derived(came(10), came(20, "accuracy")) == derived(came(10))


@pytest.mark.parametrize("reason", sorted(INTEGRITY))
def test_doubts_of_integrity_stick_to_the_attendance(reason: str) -> None:
    assert derived(came(10, reason), came(20)).reasons == (reason,)
    assert derived(came(10), came(20, reason)).reasons == (reason,)
    assert derived(came(10), left(90, reason)).status is Status.REVIEW
    # It is not the fix that is doubted: presence begins where the first good fix says.
    assert derived(came(10, reason), came(20)).checked_in_at == at(10)


def test_doubts_of_both_kinds_are_all_named_once() -> None:
    state = derived(came(10, "distance", "mocked"), left(90, "travel", "mocked"))
    assert state.reasons == ("distance", "mocked", "travel")


@pytest.mark.parametrize(
    ("records", "evidence"),
    [
        ((came(10, evidence=Evidence.WEAK), came(20, evidence=Evidence.CODE)), Evidence.CODE),
        ((came(10, evidence=Evidence.CODE), came(20, evidence=Evidence.GPS)), Evidence.GPS),
        ((came(10, evidence=Evidence.WEAK), came(20, "distance", evidence=Evidence.GPS)), Evidence.WEAK),
    ],
)
def test_it_rests_on_the_strongest_evidence_without_doubts(
    records: Sequence[Record], evidence: Evidence
) -> None:
    assert derived(*records).evidence is evidence


# Leaving


def test_a_second_check_in_continues_the_presence() -> None:
    assert spent(derived(came(0), left(60), came(90), now=DURING)) == (None, False)
    assert spent(derived(came(0), left(60), came(90), left(150))) == (120, False)
    assert spent(derived(came(0), left(60), came(90))) == (150, True)
    assert derived(came(0), left(60), came(90)).assumed_minutes == 90


def test_a_doubtful_check_out_proves_no_minutes() -> None:
    assert spent(derived(came(0), left(100, "distance"))) == (100, True)
    assert derived(came(0), left(100, "distance")).status is Status.COUNTED
    # A doubt of integrity puts the whole into review: the minutes are as proven as the rest.
    assert spent(derived(came(0), left(100, "travel"))) == (100, False)


def test_a_forgotten_check_out_is_closed_at_the_end_an_hour_after_it() -> None:
    closes = END + timedelta(minutes=60)
    still_there = derived(came(30), now=closes - timedelta(seconds=1))
    assert (still_there.checked_out_at, *spent(still_there)) == (None, None, False)
    closed = derived(came(30), now=closes)
    assert (closed.checked_out_at, *spent(closed)) == (END, 150, True)


def test_a_late_check_out_opens_what_was_closed() -> None:
    assert spent(derived(came(30), left(60), now=LONG_AFTER)) == (30, False)


def test_a_check_out_before_the_check_in_is_an_earlier_visits() -> None:
    assert spent(derived(left(10), came(30), now=DURING)) == (None, False)
    assert spent(derived(left(10), came(30))) == (150, True)


def test_at_the_same_moment_the_check_in_comes_first() -> None:
    assert spent(derived(left(30), came(30))) == (0, False)


def test_of_two_check_ins_at_the_same_moment_always_the_same_is_first() -> None:
    one, other = (
        Record(id_, RecordKind.CHECK_IN, at(10), Evidence.GPS, place, ())
        for id_, place in zip("ab", (1, 2), strict=True)
    )
    assert derived(one, other).distance_m == derived(other, one).distance_m == 1


def test_presence_ends_when_the_event_is_called_off() -> None:
    called_off = at(60)
    assert spent(derived(came(10), left(100), ends_at=called_off)) == (50, False)
    assert spent(derived(came(10), ends_at=called_off)) == (50, True)
    assert spent(derived(came(10), ends_at=called_off, now=at(119))) == (None, False)


@pytest.mark.parametrize(
    ("come", "go", "minutes"),
    [(-30, 60, 60), (10, 70, 60), (10, 10, 0), (0, 300, 180), (200, 210, 0), (0, 59.99, 59), (-40, -10, 0)],
)
def test_minutes_lie_within_the_event(come: float, go: float, minutes: int) -> None:
    assert spent(derived(came(come), left(go))) == (minutes, False)


def test_stays_are_summed() -> None:
    visits = (came(0), left(30), came(60), came(70), left(90), left(100))
    assert spent(derived(*visits)) == (60, False)
    assert derived(*visits).checked_out_at == at(90)


def test_a_doubtful_check_out_between_others_assumes_its_own_stay() -> None:
    state = derived(came(0), left(30, "distance"), came(60), left(100))
    assert (state.minutes, state.assumed_minutes, state.status) == (70, 30, Status.COUNTED)


def test_a_doubtful_check_in_opens_while_there_is_no_settled_one() -> None:
    assert spent(derived(came(0, "distance"), left(30), came(60, "accuracy"), left(100))) == (70, False)
    assert spent(derived(came(0, "distance"), left(30), came(60, "accuracy"), left(100), came(170))) == (
        10,
        True,
    )


@pytest.mark.parametrize("come", [-60, 0, 20])
def test_four_hours_at_most_are_assumed(come: float) -> None:
    long = derived(came(come), ends_at=START + timedelta(hours=9))
    assert (long.minutes, long.assumed_minutes) == (240, 240)
    assert long.checked_out_at == max(at(come), START) + timedelta(hours=4)


def test_what_is_assumed_ends_when_the_person_checks_in_elsewhere() -> None:
    def state(*records: Record, now: datetime = LONG_AFTER) -> State:
        elsewhere = Elsewhere(check_ins=[at(-5), at(0), at(50), at(80), at(300)])
        found = derive(records, None, START, END, now, LIMITS, elsewhere)
        assert found is not None
        return found

    assert spent(state(came(0), now=at(51))) == (50, True)
    assert state(came(0)).checked_out_at == at(50)
    # Whoever comes back opens anew; whoever checks out was there, whatever else there is.
    assert spent(state(came(0), came(60), left(70))) == (60, True)
    assert state(came(0), came(60), left(70)).assumed_minutes == 50
    assert spent(state(came(0), came(50), left(70))) == (70, False)
    assert spent(state(came(0), left(70))) == (70, False)
    # The next check-in elsewhere lies two hours after the end: by then it had long been over.
    assert spent(state(came(90))) == (90, True)
    assert state(came(90)).checked_out_at == END


@pytest.mark.parametrize(
    ("theirs", "is_doubted"),
    [
        ([(0, 15)], False),
        ([(0, 15.1)], True),
        ([(0, 10), (20, 30)], True),
        ([(0, 10), (59, 70)], False),
        ([(61, 90)], False),
        ([], False),
    ],
)
def test_more_than_a_quarter_of_an_hour_elsewhere(
    theirs: list[tuple[float, float]], *, is_doubted: bool
) -> None:
    elsewhere = Elsewhere(stays=[[(at(begin), at(end)) for begin, end in theirs]])
    visit = came(0), left(60)
    state = derive(visit, None, START, END, LONG_AFTER, LIMITS, elsewhere)
    assert state is not None
    assert state.reasons == (("overlap",) if is_doubted else ())
    assert state.status is (Status.REVIEW if is_doubted else Status.COUNTED)


def test_each_other_event_is_looked_at_by_itself() -> None:
    elsewhere = Elsewhere(stays=[[(at(0), at(10))], [(at(10), at(20))]])
    state = derive((came(0), left(60)), None, START, END, LONG_AFTER, LIMITS, elsewhere)
    assert state is not None
    assert state.status is Status.COUNTED


def test_staffs_word_settles_an_overlap() -> None:
    elsewhere = Elsewhere(stays=[[(at(0), at(60))]])

    def reasons(decision: Decision) -> tuple[str, tuple[str, ...]]:
        state = derive((came(0), left(60)), decision, START, END, LONG_AFTER, LIMITS, elsewhere)
        assert state is not None
        return state.status, state.reasons

    assert reasons(ACCEPTED) == (Status.COUNTED, ("overlap",))
    assert reasons(REJECTED) == (Status.REJECTED, ())
    assert reasons(PRESENT) == (Status.COUNTED, ())


# Decisions


ACCEPTED = Decision(Status.COUNTED, None, is_correction=False)
REJECTED = Decision(Status.REJECTED, None, is_correction=False)
PRESENT = Decision(Status.COUNTED, 45, is_correction=True)


def test_a_decision_stands_above_the_records_and_the_reasons_stay() -> None:
    records = came(10, "travel", "distance"), left(100)
    accepted = derived(*records, decision=ACCEPTED)
    assert (accepted.status, accepted.reasons) == (Status.COUNTED, ("distance", "travel"))
    assert (accepted.evidence, *spent(accepted)) == (Evidence.GPS, 90, False)
    assert derived(*records, decision=REJECTED).status is Status.REJECTED


def test_a_correction_names_the_minutes_and_proves_them() -> None:
    corrected = derived(came(10), decision=PRESENT)
    assert (corrected.evidence, *spent(corrected)) == (Evidence.ORGANIZER, 45, False)
    assert spent(derived(came(10), decision=replace(PRESENT, minutes=None))) == (170, True)


def test_an_organizers_word_needs_no_records() -> None:
    vouched = derived(decision=PRESENT)
    assert (vouched.status, vouched.evidence, *spent(vouched)) == (
        Status.COUNTED,
        Evidence.ORGANIZER,
        45,
        False,
    )
    assert (vouched.checked_in_at, vouched.checked_out_at) == (START, at(45))
    whole = derived(decision=replace(PRESENT, minutes=None))
    assert (*spent(whole), whole.checked_out_at) == (LENGTH, False, END)
    assert derived(left(20), decision=PRESENT).evidence is Evidence.ORGANIZER


def test_without_records_all_rests_on_what_staff_said() -> None:
    accepted = derive([], ACCEPTED, START, END, LONG_AFTER, LIMITS)
    assert accepted is not None
    assert (accepted.status, accepted.evidence) == (Status.COUNTED, Evidence.ORGANIZER)


def test_the_length_of_an_event_is_never_negative() -> None:
    assert event_minutes(START, END) == LENGTH
    assert event_minutes(START, START) == 0
    assert event_minutes(START, START - timedelta(hours=1)) == 0


# Counts


COUNTED = derived(came(0), left(90))
ASSUMED = derived(came(0))
IN_REVIEW = derived(came(0, "mocked"), left(90))
OPEN = derived(came(0), now=DURING)
GONE = derived(came(0), left(90), decision=REJECTED)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, OPEN, (1, 0, 0, 0)),
        (None, COUNTED, (1, 0, 90, 0)),
        (None, IN_REVIEW, (0, 1, 0, 0)),
        (None, GONE, (0, 0, 0, 0)),
        (OPEN, ASSUMED, (0, 0, 0, LENGTH)),
        (ASSUMED, COUNTED, (0, 0, 90, -LENGTH)),
        (COUNTED, IN_REVIEW, (-1, 1, -90, 0)),
        (IN_REVIEW, COUNTED, (1, -1, 90, 0)),
        (COUNTED, GONE, (-1, 0, -90, 0)),
        (COUNTED, COUNTED, (0, 0, 0, 0)),
        (COUNTED, None, (-1, 0, -90, 0)),
        (None, derived(came(0), left(60), came(90)), (1, 0, 60, 90)),
        (ASSUMED, derived(came(0, "mocked")), (-1, 1, 0, -LENGTH)),
    ],
)
def test_what_a_change_adds_to_the_counts(
    before: State | None, after: State | None, expected: tuple[int, int, int, int]
) -> None:
    names = ("participations", "in_review", "minutes", "minutes_assumed")
    nobody = {"companions": 0}
    assert deltas(before, after) == dict(zip(names, expected, strict=True)) | nobody


def test_companions_are_the_most_of_the_check_ins_that_open_and_count_with_the_attendance() -> None:
    def with_companions(record: Record, companions: int) -> Record:
        return replace(record, companions=companions)

    settled = [with_companions(came(0), 2), with_companions(came(30), 4), left(60)]
    doubtful = with_companions(came(5, "accuracy"), 9)
    counted, rejected = (
        derived(*settled, doubtful),
        derived(*settled, decision=Decision(Status.REJECTED, None, is_correction=False)),
    )
    assert (counted.companions, rejected.companions) == (4, 4)
    assert derived(doubtful).companions == 9
    assert deltas(None, counted)["companions"] == 4
    assert deltas(counted, rejected)["companions"] == -4
    assert deltas(None, derived(doubtful))["companions"] == 0
    assert deltas(None, rejected)["companions"] == 0
