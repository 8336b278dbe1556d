"""An attendance from its records: whatever the order in which they arrived."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.attendance.derivation import Decision, Record, State, deltas, derive
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
        minutes_assumed=False,
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
    assert spent(derived(came(0), left(60), came(90), left(150))) == (150, False)
    assert spent(derived(came(0), left(60), came(90))) == (LENGTH, True)


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
    assert spent(derived(decision=replace(PRESENT, minutes=None))) == (LENGTH, False)
    assert derived(left(20), decision=PRESENT).evidence is Evidence.ORGANIZER


def test_a_review_needs_records() -> None:
    assert derive([], ACCEPTED, START, END, LONG_AFTER, LIMITS) is None


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
    ],
)
def test_what_a_change_adds_to_the_counts(
    before: State | None, after: State | None, expected: tuple[int, int, int, int]
) -> None:
    names = ("participations", "in_review", "minutes", "minutes_assumed")
    assert deltas(before, after) == dict(zip(names, expected, strict=True))


# Order


RECORDS = st.lists(
    st.builds(
        Record,
        id=st.uuids().map(str),
        kind=st.sampled_from(RecordKind),
        captured_at=st.integers(-8, 36).map(lambda quarter: at(15 * quarter)),
        evidence=st.sampled_from([Evidence.GPS, Evidence.CODE, Evidence.WEAK]),
        distance_m=st.none() | st.integers(0, 2_000),
        reasons=st.lists(
            st.sampled_from(["distance", "accuracy", "late", *sorted(INTEGRITY)]), unique=True, max_size=3
        ).map(tuple),
    ),
    max_size=6,
    unique_by=lambda record: record.id,
)
DECISIONS = st.none() | st.builds(
    Decision,
    status=st.sampled_from([Status.COUNTED, Status.REJECTED]),
    minutes=st.none() | st.integers(0, LENGTH),
    is_correction=st.booleans(),
)
MOMENTS = st.integers(-60, 900).map(at)
ENDS = st.integers(0, LENGTH).map(at)


@settings(deadline=None)
@given(RECORDS, DECISIONS, ENDS, MOMENTS, st.randoms(use_true_random=False))
def test_any_order_of_the_records_gives_the_same_attendance(
    records: list[Record], decision: Decision | None, ends_at: datetime, now: datetime, random: object
) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis' own generator
    first, second = (derive(some, decision, START, ends_at, now, LIMITS) for some in (records, shuffled))
    assert first == second


@settings(deadline=None)
@given(RECORDS, DECISIONS, ENDS, MOMENTS)
def test_minutes_are_never_negative_and_never_beyond_the_event(
    records: list[Record], decision: Decision | None, ends_at: datetime, now: datetime
) -> None:
    state = derive(records, decision, START, ends_at, now, LIMITS)
    if state is not None and state.minutes is not None and (decision is None or decision.minutes is None):
        assert 0 <= state.minutes <= (ends_at - START).total_seconds() / 60
    if state is not None and state.checked_out_at is not None:
        assert state.checked_out_at >= state.checked_in_at


@settings(deadline=None)
@given(RECORDS, ENDS)
def test_nothing_stays_open_for_ever(records: list[Record], ends_at: datetime) -> None:
    state = derive(records, None, START, ends_at, LONG_AFTER, LIMITS)
    assert state is None or state.minutes is not None


@settings(deadline=None)
@given(RECORDS, st.sampled_from(sorted(INTEGRITY)))
def test_a_doubt_of_integrity_never_improves_an_attendance(records: list[Record], reason: str) -> None:
    before = derive(records, None, START, END, LONG_AFTER, LIMITS)
    worse = [replace(record, reasons=(*record.reasons, reason)) for record in records]
    after = derive(worse, None, START, END, LONG_AFTER, LIMITS)
    assert after is None or (before is not None and after.status is Status.REVIEW)
