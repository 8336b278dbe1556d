"""An attendance, derived from its records and from what staff decided. Pure.

Whatever the order in which records arrived, the same records give the same attendance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.attendance.evidence import INTEGRITY, Evidence, RecordKind, Status
from service.platform.thresholds import Thresholds

_STRENGTH = {Evidence.GPS: 0, Evidence.CODE: 1, Evidence.WEAK: 2}


@dataclass(frozen=True, slots=True)
class Record:
    """One judged record of a volunteer at an event. `distance_m`: None without a position."""

    id: str
    kind: RecordKind
    captured_at: datetime
    evidence: Evidence
    distance_m: int | None
    reasons: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.reasons

    @property
    def is_doubtful(self) -> bool:
        """Doubtful in quality; doubts of integrity are about the whole attendance."""
        return not INTEGRITY.issuperset(self.reasons)


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decided last: COUNTED or REJECTED, in place of what the records say.

    `minutes`: None leaves them as the records say. `is_correction`: an organizer vouches for the presence,
    which needs no records then.
    """

    status: Status
    minutes: int | None
    is_correction: bool


@dataclass(frozen=True, slots=True)
class State:
    """All of an attendance that is derived. `minutes` None: still there."""

    status: Status
    evidence: Evidence
    checked_in_at: datetime
    checked_out_at: datetime | None
    minutes: int | None
    minutes_assumed: bool
    distance_m: int | None
    reasons: tuple[str, ...]


def derive(
    records: Sequence[Record],
    decision: Decision | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    thresholds: Thresholds,
) -> State | None:
    """The attendance; None while there is only a check-out that waits for its check-in."""
    ordered = sorted(records, key=lambda record: (record.captured_at, record.kind, record.id))
    check_ins = [record for record in ordered if record.kind is RecordKind.CHECK_IN]
    if not check_ins:
        return _vouched(decision, starts_at, ends_at) if decision and decision.is_correction else None
    state = _by_records(ordered, check_ins, starts_at, ends_at, now, thresholds)
    return state if decision is None else _decided(state, decision)


def _by_records(
    ordered: Sequence[Record],
    check_ins: Sequence[Record],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    thresholds: Thresholds,
) -> State:
    """Presence begins with the first check-in without doubts of quality; such a one settles the others'."""
    settled = [record for record in check_ins if not record.is_doubtful]
    first = (settled or check_ins)[0]
    integrity = {reason for record in ordered for reason in record.reasons if reason in INTEGRITY}
    reasons = () if settled else tuple(reason for reason in first.reasons if reason not in integrity)
    left_at, is_assumed = _leaving(ordered[-1], first, ends_at, now, thresholds)
    return State(
        status=Status.REVIEW if integrity or reasons else Status.COUNTED,
        evidence=min((record.evidence for record in settled or check_ins), key=_STRENGTH.__getitem__),
        checked_in_at=first.captured_at,
        checked_out_at=left_at,
        minutes=None if left_at is None else presence_minutes(first.captured_at, left_at, starts_at, ends_at),
        minutes_assumed=is_assumed,
        distance_m=first.distance_m,
        reasons=(*reasons, *sorted(integrity)),
    )


def _leaving(
    last: Record, first: Record, ends_at: datetime, now: datetime, thresholds: Thresholds
) -> tuple[datetime | None, bool]:
    """When the person left, and whether that is assumed: a doubtful check-out proves no minutes.

    A check-in after a check-out continues the presence. A forgotten check-out is closed at the end, once
    nobody checks out any more.
    """
    if last.kind is RecordKind.CHECK_OUT and last.captured_at >= first.captured_at:
        return last.captured_at, last.is_doubtful
    if now < closes_at(ends_at, thresholds):
        return None, False
    return max(ends_at, first.captured_at), True


def closes_at(ends_at: datetime, thresholds: Thresholds) -> datetime:
    """From when on a missing check-out counts as forgotten."""
    return ends_at + timedelta(minutes=thresholds.leave_after_min)


def presence_minutes(
    checked_in_at: datetime, checked_out_at: datetime, starts_at: datetime, ends_at: datetime
) -> int:
    """Whole minutes from max(check-in, start) to min(check-out, end); never negative."""
    seconds = (min(checked_out_at, ends_at) - max(checked_in_at, starts_at)).total_seconds()
    return max(0, int(seconds // 60))


def _vouched(decision: Decision, starts_at: datetime, ends_at: datetime) -> State:
    """Presence that rests on an organizer's word alone: the whole event, unless minutes were named."""
    length = presence_minutes(starts_at, ends_at, starts_at, ends_at)
    minutes = length if decision.minutes is None else decision.minutes
    return State(
        status=decision.status,
        evidence=Evidence.ORGANIZER,
        checked_in_at=starts_at,
        checked_out_at=starts_at + timedelta(minutes=minutes),
        minutes=minutes,
        minutes_assumed=False,
        distance_m=None,
        reasons=(),
    )


def _decided(state: State, decision: Decision) -> State:
    """What the records say, with staff's word above it; the reasons stay to be seen."""
    has_minutes = decision.minutes is not None
    return State(
        status=decision.status,
        evidence=Evidence.ORGANIZER if decision.is_correction else state.evidence,
        checked_in_at=state.checked_in_at,
        checked_out_at=state.checked_out_at,
        minutes=decision.minutes if has_minutes else state.minutes,
        minutes_assumed=state.minutes_assumed and not has_minutes,
        distance_m=state.distance_m,
        reasons=state.reasons,
    )


def deltas(before: State | None, after: State | None) -> dict[str, int]:
    """What a change of one attendance adds to the counts; proven and assumed minutes are counted apart."""
    was, now_is = _figures(before), _figures(after)
    return {name: now_is[name] - was[name] for name in now_is}


def _figures(state: State | None) -> dict[str, int]:
    is_counted = state is not None and state.status is Status.COUNTED
    minutes = (state.minutes or 0) if state is not None and is_counted else 0
    is_assumed = state is not None and state.minutes_assumed
    return {
        "participations": int(is_counted),
        "in_review": int(state is not None and state.status is Status.REVIEW),
        "minutes": 0 if is_assumed else minutes,
        "minutes_assumed": minutes if is_assumed else 0,
    }
