"""An attendance, derived from its records and from what staff decided. Pure.

Whatever the order in which records arrived, the same records give the same attendance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.attendance.evidence import OF_ALL, Evidence, RecordKind, Status
from service.platform.thresholds import Thresholds

_STRENGTH = {Evidence.GPS: 0, Evidence.CODE: 1, Evidence.WEAK: 2}


@dataclass(frozen=True, slots=True)
class Record:
    """One judged record of a volunteer at an event.

    `distance_m`: None without a position. `companions`: people without phones who came along.
    """

    id: str
    kind: RecordKind
    captured_at: datetime
    evidence: Evidence
    distance_m: int | None
    reasons: tuple[str, ...]
    companions: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Doubtful in quality; doubts of honesty and of the person are about the whole attendance."""
        return not OF_ALL.issuperset(self.reasons)


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds of all that staff said: COUNTED or REJECTED, in place of what the records say; or REVIEW, an
    organizer's word about their own people, which is doubted where there are no records, and else is nothing.

    `minutes`, `companions`: None leaves them as the records say. `is_correction`: it rests on an organizer's
    word for the presence.
    """

    status: Status
    minutes: int | None
    is_correction: bool
    companions: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """All of an attendance that is derived. `minutes` None: still there; of `assumed_minutes` of them nothing
    proves when the person left. `companions`: declared, the most that any check-in that opens says."""

    status: Status
    evidence: Evidence
    checked_in_at: datetime
    checked_out_at: datetime | None
    minutes: int | None
    assumed_minutes: int
    distance_m: int | None
    reasons: tuple[str, ...]
    companions: int = 0

    @property
    def minutes_assumed(self) -> bool:
        """Whether some of the minutes are."""
        return self.assumed_minutes > 0


Span = tuple[datetime, datetime]
"""A time from … to."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One time of presence. `is_assumed`: nothing sure says when it ended; `is_forgotten`: nothing does."""

    came_at: datetime
    left_at: datetime
    is_assumed: bool = False
    is_forgotten: bool = False

    def within(self, starts_at: datetime, ends_at: datetime) -> Span:
        """The part of it that lies in the event; never negative."""
        begin = min(max(self.came_at, starts_at), ends_at)
        return begin, max(begin, min(self.left_at, ends_at))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the same person's records say of other events at about that time (overlap.py).

    `check_ins`: when they checked in there, in order; `stays`: their presence, for each event.
    """

    check_ins: Sequence[datetime] = ()
    stays: Sequence[Sequence[Span]] = ()


NOWHERE = Elsewhere()
OVERLAP = "overlap"
STAFF_VOUCHED = "staff-vouched"


def derive(
    records: Sequence[Record],
    decision: Decision | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    thresholds: Thresholds,
    elsewhere: Elsewhere = NOWHERE,
) -> State | None:
    """The attendance; None while there is only a check-out that waits for its check-in.

    Without a check-in it rests on what staff said alone, whatever that was.
    """
    if not any(record.kind is RecordKind.CHECK_IN for record in records):
        return _vouched(decision, starts_at, ends_at) if decision is not None else None
    if not is_comparable(decision):
        elsewhere = replace(elsewhere, stays=())
    state = _by_records(records, starts_at, ends_at, now, thresholds, elsewhere)
    if decision is None or decision.status is Status.REVIEW:
        return state
    return _decided(state, decision)


def is_comparable(decision: Decision | None) -> bool:
    """Whether an attendance can overlap another: not what staff has rejected, nor what it vouches for."""
    if decision is None or decision.status is Status.REVIEW:
        return True
    return decision.status is Status.COUNTED and not decision.is_correction


def _by_records(
    records: Sequence[Record],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    thresholds: Thresholds,
    elsewhere: Elsewhere,
) -> State:
    """Presence begins with the first check-in that opens; what it rests on are those that do."""
    opening = opening_check_ins(records)
    stays = stays_of(records, starts_at, ends_at, elsewhere.check_ins, thresholds)
    spans = [stay.within(starts_at, ends_at) for stay in stays]
    reasons = _reasons(records, opening)
    if any(
        _together(spans, theirs) > timedelta(minutes=thresholds.overlap_min) for theirs in elsewhere.stays
    ):
        reasons = (*reasons, OVERLAP)
    proven = _minutes(stay.within(starts_at, ends_at) for stay in stays if not stay.is_assumed)
    assumed = _minutes(stay.within(starts_at, ends_at) for stay in stays if stay.is_assumed)
    is_there = stays[-1].is_forgotten and now < closes_at(ends_at, thresholds)
    return State(
        status=Status.REVIEW if reasons else Status.COUNTED,
        evidence=min((record.evidence for record in opening), key=_STRENGTH.__getitem__),
        checked_in_at=opening[0].captured_at,
        checked_out_at=None if is_there else stays[-1].left_at,
        minutes=None if is_there else proven + assumed,
        assumed_minutes=0 if is_there else assumed,
        distance_m=opening[0].distance_m,
        reasons=reasons,
        companions=max(record.companions for record in opening),
    )


def opening_check_ins(records: Sequence[Record]) -> list[Record]:
    """The check-ins that open a presence, in order: doubtful ones only where there is no settled one."""
    all_check_ins = sorted(
        (record for record in records if record.kind is RecordKind.CHECK_IN), key=_order_of
    )
    settled = [record for record in all_check_ins if not record.is_doubtful]
    return settled or all_check_ins


def _order_of(record: Record) -> tuple[datetime, RecordKind, str]:
    """At the same moment the check-in comes first."""
    return record.captured_at, record.kind, record.id


def _reasons(records: Sequence[Record], opening: Sequence[Record]) -> tuple[str, ...]:
    """Doubts of quality are those of the first check-in that opens; all others are any record's."""
    of_all = {reason for record in records for reason in record.reasons if reason in OF_ALL}
    quality = [reason for reason in opening[0].reasons if reason not in of_all]
    return (*quality, *sorted(of_all))


def stays_of(
    records: Sequence[Record],
    starts_at: datetime,
    ends_at: datetime,
    elsewhere: Sequence[datetime],
    thresholds: Thresholds,
) -> list[Stay]:
    """The times of presence that records alone give, in order.

    A check-in opens when none is open, a check-out closes, a doubtful one by assumption. Who has checked in
    elsewhere since (at `elsewhere`, in order), and checks in again or never out, had left by then. What is
    never closed ends with the event, after four hours at most.
    """
    opening = set(opening_check_ins(records))
    stays: list[Stay] = []
    came_at: datetime | None = None

    def never_closed(came_at: datetime, gone_at: datetime | None) -> Stay:
        longest = max(came_at, starts_at) + timedelta(hours=thresholds.assumed_hours)
        left_at = max(came_at, min(gone_at or ends_at, ends_at, longest))
        return Stay(came_at, left_at, is_assumed=True, is_forgotten=gone_at is None)

    for record in sorted(records, key=_order_of):
        if record.kind is RecordKind.CHECK_OUT and came_at is not None:
            stays.append(Stay(came_at, record.captured_at, record.is_doubtful))
            came_at = None
        elif record in opening:
            if came_at is not None:
                gone_at = _first_after(came_at, elsewhere)
                if gone_at is None or gone_at >= record.captured_at:
                    continue
                stays.append(never_closed(came_at, gone_at))
            came_at = record.captured_at
    if came_at is not None:
        stays.append(never_closed(came_at, _first_after(came_at, elsewhere)))
    return stays


def _first_after(at: datetime, moments: Sequence[datetime]) -> datetime | None:
    return next((moment for moment in moments if moment > at), None)


def _minutes(spans: Iterable[Span]) -> int:
    """Whole minutes of all spans together."""
    return int(sum((end - begin for begin, end in spans), timedelta(0)).total_seconds() // 60)


def _together(ours: Sequence[Span], theirs: Sequence[Span]) -> timedelta:
    """How long both lasted at once; the spans of one event never overlap each other."""
    shared = (
        min(end, their_end) - max(begin, their_begin)
        for begin, end in ours
        for their_begin, their_end in theirs
    )
    return sum((one for one in shared if one > timedelta(0)), timedelta(0))


def closes_at(ends_at: datetime, thresholds: Thresholds) -> datetime:
    """From when on a missing check-out counts as forgotten."""
    return ends_at + timedelta(minutes=thresholds.leave_after_min)


def event_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes of an event; none when it was called off before it began."""
    return _minutes([Stay(starts_at, ends_at).within(starts_at, ends_at)])


def _vouched(decision: Decision, starts_at: datetime, ends_at: datetime) -> State:
    """Presence that rests on staff's word alone: the whole event, unless minutes were named."""
    minutes = event_minutes(starts_at, ends_at) if decision.minutes is None else decision.minutes
    return State(
        status=decision.status,
        evidence=Evidence.ORGANIZER,
        checked_in_at=starts_at,
        checked_out_at=starts_at + timedelta(minutes=minutes),
        minutes=minutes,
        assumed_minutes=0,
        distance_m=None,
        reasons=(STAFF_VOUCHED,) if decision.status is Status.REVIEW else (),
        companions=decision.companions or 0,
    )


def _decided(state: State, decision: Decision) -> State:
    """What the records say, with staff's word above it; the reasons stay to be seen."""
    has_minutes = decision.minutes is not None
    return replace(
        state,
        status=decision.status,
        evidence=Evidence.ORGANIZER if decision.is_correction else state.evidence,
        minutes=decision.minutes if has_minutes else state.minutes,
        assumed_minutes=0 if has_minutes else state.assumed_minutes,
        companions=state.companions if decision.companions is None else decision.companions,
    )


def deltas(before: State | None, after: State | None) -> dict[str, int]:
    """What a change of one attendance adds to the counts: minutes, proven and assumed apart, and companions
    move with its status."""
    was, now_is = _figures(before), _figures(after)
    return {name: now_is[name] - was[name] for name in now_is}


def _figures(state: State | None) -> dict[str, int]:
    is_counted = state is not None and state.status is Status.COUNTED
    minutes = (state.minutes or 0) if state is not None and is_counted else 0
    assumed = state.assumed_minutes if state is not None and is_counted else 0
    return {
        "participations": int(is_counted),
        "in_review": int(state is not None and state.status is Status.REVIEW),
        "minutes": minutes - assumed,
        "minutes_assumed": assumed,
        "companions": state.companions if state is not None and is_counted else 0,
    }
