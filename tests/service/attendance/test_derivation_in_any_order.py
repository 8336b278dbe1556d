"""What holds of every attendance, whatever its records are and in which order they arrived."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from service.attendance.derivation import Decision, Record, derive
from service.attendance.evidence import INTEGRITY, Evidence, RecordKind, Status
from tests.service.attendance.test_derivation import END, LENGTH, LIMITS, LONG_AFTER, START, at

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
    if state is not None:
        assert 0 <= state.assumed_minutes <= (state.minutes or 0)
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
