"""Judges evidence of presence: facts and thresholds in, verdict with reasons out. Pure.

Thresholds and rules are the table "When presence counts" of the design. Distances are metres to the event's
area (0 inside it), times are aware. Presence is judged at the moment of presence, not of arrival.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service import errors


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the rules; metres, seconds and minutes as the names say."""

    near_m: float = 100
    good_accuracy_m: float = 100
    weak_accuracy_m: float = 300
    review_distance_m: float = 1_000
    review_accuracy_factor: float = 3
    fix_age_s: int = 120
    review_fix_age_s: int = 600
    future_fix_s: int = 60
    open_before_min: int = 60
    leave_after_min: int = 60
    review_off_min: int = 360


class Status(StrEnum):
    """What an attendance is worth."""

    COUNTED = "counted"
    REVIEW = "review"
    REJECTED = "rejected"


class Evidence(StrEnum):
    """What an attendance rests on."""

    GPS = "gps"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Position:
    """A fix as the phone reported it: WGS 84 degrees, `accuracy_m` the 68 % radius (0 or None: not known)."""

    latitude: float
    longitude: float
    accuracy_m: float | None
    fixed_at: datetime
    mocked: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """One moment of presence to judge.

    `at`: the moment; `distance_m`: of the fix to the area; `fix_age_s`: age of the fix at that moment by the
    phone's own clock (negative: the fix lies in the future).
    """

    at: datetime
    distance_m: float
    accuracy_m: float | None
    fix_age_s: float
    mocked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are stable names; empty when counted without any doubt."""

    status: Status
    evidence: Evidence
    reasons: tuple[str, ...] = ()


def judge_check_in(presence: Presence, starts_at: datetime, ends_at: datetime, limits: Thresholds) -> Verdict:
    """Judge a check-in against an event.

    Raises:
        OutsideArea, StalePosition, TooEarly, TooLate: the presence is refused.
        Invalid: the fix lies in the future.
    """
    window = _judge_time(presence.at, starts_at - timedelta(minutes=limits.open_before_min), ends_at, limits)
    return _verdict(window, presence, limits)


def judge_check_out(
    presence: Presence, starts_at: datetime, ends_at: datetime, limits: Thresholds
) -> Verdict:
    """Judge a check-out: as a check-in, but the event may be over for an hour."""
    closes = ends_at + timedelta(minutes=limits.leave_after_min)
    window = _judge_time(presence.at, starts_at - timedelta(minutes=limits.open_before_min), closes, limits)
    return _verdict(window, presence, limits)


def allowed_distance_m(accuracy_m: float | None, limits: Thresholds) -> float:
    """Distance in metres within which a fix of this accuracy counts.

    Twice the reported radius holds 95 % of honest fixes when the reported one holds 68 % (Rayleigh).
    """
    return max(limits.near_m, 2 * min(accuracy_m or 0, limits.good_accuracy_m))


def _verdict(time_reason: str | None, presence: Presence, limits: Thresholds) -> Verdict:
    doubts = [
        time_reason,
        _judge_fix_age(presence.fix_age_s, limits),
        _judge_distance(presence.distance_m, presence.accuracy_m, limits),
        "mocked" if presence.mocked else None,
    ]
    evidence, accuracy_reason = _judge_accuracy(presence.distance_m, presence.accuracy_m, limits)
    reasons = tuple(reason for reason in (*doubts, accuracy_reason) if reason)
    return Verdict(Status.REVIEW if reasons else Status.COUNTED, evidence, reasons)


def _judge_time(at: datetime, opens: datetime, closes: datetime, limits: Thresholds) -> str | None:
    off = timedelta(minutes=limits.review_off_min)
    if at < opens - off:
        raise errors.TooEarly(opens_at=opens)
    if at > closes + off:
        raise errors.TooLate(closed_at=closes)
    if at < opens:
        return "early"
    return "late" if at > closes else None


def _judge_fix_age(age_s: float, limits: Thresholds) -> str | None:
    if age_s < -limits.future_fix_s:
        raise errors.Invalid("position.fixed_at", "fix-in-the-future")
    if age_s > limits.review_fix_age_s:
        raise errors.StalePosition(age_s=round(age_s), allowed_s=limits.fix_age_s)
    return "old-fix" if age_s > limits.fix_age_s else None


def _judge_distance(distance_m: float, accuracy_m: float | None, limits: Thresholds) -> str | None:
    allowed = allowed_distance_m(accuracy_m, limits)
    if distance_m <= allowed:
        return None
    if distance_m > limits.review_distance_m + limits.review_accuracy_factor * (accuracy_m or 0):
        raise errors.OutsideArea(distance_m=round(distance_m), allowed_m=round(allowed))
    return "distance"


def _judge_accuracy(
    distance_m: float, accuracy_m: float | None, limits: Thresholds
) -> tuple[Evidence, str | None]:
    if not accuracy_m:
        return Evidence.WEAK, "accuracy-unknown"
    if accuracy_m <= limits.good_accuracy_m:
        return Evidence.GPS, None
    if accuracy_m <= limits.weak_accuracy_m and distance_m <= limits.near_m:
        return Evidence.WEAK, None
    return Evidence.WEAK, "accuracy"


def presence_minutes(
    checked_in_at: datetime, checked_out_at: datetime, starts_at: datetime, ends_at: datetime
) -> int:
    """Whole minutes from max(check-in, start) to min(check-out, end); never negative."""
    seconds = (min(checked_out_at, ends_at) - max(checked_in_at, starts_at)).total_seconds()
    return max(0, int(seconds // 60))
