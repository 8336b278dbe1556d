"""Judges evidence of presence: facts and thresholds in, verdict with reasons out. Pure.

Thresholds and rules are the table "When presence counts" of the design. Distances are metres to the event's
area (0 inside it), times are aware. Presence is judged at the moment of presence, not of arrival. Rules that
look at other records are in `service/attendance/cross_checks.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service import errors, presence_errors
from service.platform.thresholds import Thresholds


class RecordKind(StrEnum):
    """What a record says."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"


class Status(StrEnum):
    """What an attendance is worth."""

    COUNTED = "counted"
    REVIEW = "review"
    REJECTED = "rejected"


class Evidence(StrEnum):
    """What an attendance rests on."""

    GPS = "gps"
    WEAK = "weak"
    CODE = "code"
    ORGANIZER = "organizer"
    NONE = "none"
    """Of an appeal alone, which is no attendance yet."""


BEGUN_ANEW = "begun-anew"
"""A record of the number was erased, or lost it, since the event had opened, and has counted somewhere."""

INTEGRITY = frozenset(
    {
        "mocked",
        "attestation",
        "clock",
        "travel",
        "same-fix",
        "shared-code",
        "replayed-fix",
        "installation",
        BEGUN_ANEW,
    }
)
"""Doubts about honesty: a better fix does not settle them."""

GUARDIAN_CONSENT, HAZARD = "guardian-consent", "hazard"
OF_THE_PERSON = frozenset({GUARDIAN_CONSENT, HAZARD})
"""Doubts about who was there, not about what was measured: a minor's (R22)."""

OF_ALL = INTEGRITY | OF_THE_PERSON
"""Doubts about the whole attendance, whichever of its records raises them."""

QUALITY = frozenset(
    {
        "distance",
        "accuracy",
        "accuracy-unknown",
        "old-fix",
        "early",
        "late",
        "late-sync",
        "code-only",
        "own-code",
    }
)
"""Doubts about one record: a better fix settles them."""


@dataclass(frozen=True, slots=True)
class Position:
    """A fix as the phone reported it: WGS 84 degrees, `accuracy_m` the 68 % radius (0 or None: not known)."""

    latitude: float
    longitude: float
    accuracy_m: float | None
    fixed_at: datetime
    mocked: bool = False


ROLLOVERS = (timedelta(weeks=1_024), timedelta(weeks=2_048))
"""Receivers that count GPS weeks in ten bits, and were never updated, date their fixes so much too early."""

ABSURD_AGE = timedelta(days=1)
"""No phone keeps a fix so long: an older date says that the receiver's calendar is wrong, not the place."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as the judge sees it: `distance_m` to the area, `accuracy_m` (0: not known); `age_s` when
    captured, as `age_of_fix` says (negative: the fix lies in the future)."""

    distance_m: float
    accuracy_m: float
    age_s: float
    mocked: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """One moment of presence to judge.

    `at`: the moment; `arrived_at`: when the record reached the service; `fix`: None without a position;
    `code_is_right`: the code of the place was sent and held; `shows_codes`: of the organization whose screen
    shows it; `was_going`: signed up for the event by then; `attested`: what App Check said (None: nothing);
    `clock_off`: how wrong the phone's clock goes by what it says itself.
    """

    kind: RecordKind
    at: datetime
    arrived_at: datetime
    fix: Fix | None
    code_is_right: bool = False
    shows_codes: bool = False
    was_going: bool = False
    attested: bool | None = None
    clock_off: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are stable names; empty when counted without any doubt."""

    status: Status
    evidence: Evidence
    reasons: tuple[str, ...] = ()


def judge(presence: Presence, starts_at: datetime, ends_at: datetime, thresholds: Thresholds) -> Verdict:
    """Judge one record against an event.

    Raises:
        OutsideArea, StalePosition, TooEarly, TooLate, SyncTooLate: the presence is refused.
        WrongPlaceCode: neither a position nor a right code.
        Invalid: the presence or the fix lies in the future.
    """
    if presence.at - presence.arrived_at > timedelta(seconds=thresholds.future_s):
        raise errors.Invalid("captured_at", "captured-in-the-future")
    evidence, doubts = _judge_place(presence, thresholds)
    reasons = tuple(
        reason
        for reason in (
            _judge_time(presence, starts_at, ends_at, thresholds),
            _judge_sync(presence.arrived_at, ends_at, thresholds),
            *doubts,
            "mocked" if presence.fix is not None and presence.fix.mocked else None,
            "attestation" if presence.attested is False else None,
            # Honest clocks are off by up to a day; a record sent again word for word is older.
            "clock" if abs(presence.clock_off) > timedelta(hours=thresholds.clock_off_hours) else None,
        )
        if reason
    )
    return Verdict(Status.REVIEW if reasons else Status.COUNTED, evidence, reasons)


def age_of_fix(
    fixed_at: datetime, captured_at: datetime, clock_ahead: timedelta, thresholds: Thresholds
) -> timedelta:
    """How old a fix was when its presence was captured (by the service's clock); negative: of the future.

    A fix is dated by the phone's clock, which may be wrong by `clock_ahead`, or by satellites, and nothing
    says by which: the smaller age holds that is not of the future. Dates of receivers whose week number has
    rolled over are mended.
    """
    earliest = -timedelta(seconds=thresholds.future_s)
    by_phone, by_service = captured_at + clock_ahead - fixed_at, captured_at - fixed_at
    ages = [
        age - rolled
        for age in (by_phone, by_service)
        for rolled in (timedelta(0), *ROLLOVERS)
        if not rolled or earliest <= age - rolled <= ABSURD_AGE
    ]
    return min((age for age in ages if age >= earliest), default=max(ages))


def allowed_distance_m(accuracy_m: float, thresholds: Thresholds) -> float:
    """Distance in metres within which a fix of this accuracy counts.

    Twice the reported radius holds 95 % of honest fixes when the reported one holds 68 % (Rayleigh).
    """
    return max(thresholds.near_m, 2 * min(accuracy_m, thresholds.good_accuracy_m))


def _judge_place(presence: Presence, thresholds: Thresholds) -> tuple[Evidence, list[str | None]]:
    """The position, and the code of the place, which settles what is doubtful about a position."""
    fix = presence.fix
    if fix is None:
        if not presence.code_is_right:
            raise presence_errors.WrongPlaceCode()
        return Evidence.CODE, [_judge_code_alone(presence, thresholds)]
    if fix.age_s < -thresholds.future_s:
        raise errors.Invalid("position.fixed_at", "fix-in-the-future")
    if presence.code_is_right:
        return _judge_place_by_code(fix, presence, thresholds)
    evidence, accuracy_reason = _judge_accuracy(fix, thresholds)
    return evidence, [
        _judge_fix_age(fix, thresholds),
        _judge_distance(fix, thresholds),
        accuracy_reason,
    ]


def _judge_code_alone(presence: Presence, thresholds: Thresholds) -> str | None:
    """A code is no remote control: read out over the telephone it is as right as on the spot.

    Whoever shows it needs a position as well. Kept without signal, it may have been passed on since.
    """
    if presence.shows_codes:
        return "own-code"
    is_live = presence.arrived_at - presence.at <= timedelta(seconds=thresholds.code_live_s)
    return None if is_live or presence.was_going else "code-only"


def _judge_place_by_code(
    fix: Fix, presence: Presence, thresholds: Thresholds
) -> tuple[Evidence, list[str | None]]:
    """With a right code a doubtful fix does not matter, an old or coarse one is none.

    A good one that is far off contradicts it.
    """
    if fix.age_s > thresholds.review_fix_age_s:
        return Evidence.CODE, [_judge_code_alone(presence, thresholds)]
    if fix.distance_m > _review_distance_m(fix.accuracy_m, thresholds):
        return Evidence.CODE, ["distance"]
    if fix.accuracy_m > thresholds.coarse_m:
        return Evidence.CODE, [_judge_code_alone(presence, thresholds)]
    evidence, accuracy_reason = _judge_accuracy(fix, thresholds)
    doubts = (_judge_fix_age(fix, thresholds), _judge_distance(fix, thresholds), accuracy_reason)
    return (Evidence.CODE if any(doubts) or evidence is Evidence.WEAK else evidence), []


def _judge_time(
    presence: Presence, starts_at: datetime, ends_at: datetime, thresholds: Thresholds
) -> str | None:
    opens = starts_at - timedelta(minutes=thresholds.open_before_min)
    closes = ends_at
    if presence.kind is RecordKind.CHECK_OUT:
        closes += timedelta(minutes=thresholds.leave_after_min)
    off = timedelta(minutes=thresholds.review_off_min)
    if presence.at < opens - off:
        raise presence_errors.TooEarly(opens_at=opens)
    if presence.at > closes + off:
        raise presence_errors.TooLate(closed_at=closes)
    if presence.at < opens:
        return "early"
    return "late" if presence.at > closes else None


def _judge_sync(arrived_at: datetime, ends_at: datetime, thresholds: Thresholds) -> str | None:
    late = arrived_at - ends_at
    if late > timedelta(days=thresholds.review_sync_days):
        raise presence_errors.SyncTooLate(allowed_days=thresholds.review_sync_days)
    return "late-sync" if late > timedelta(hours=thresholds.sync_hours) else None


def _judge_fix_age(fix: Fix, thresholds: Thresholds) -> str | None:
    """Old is refused, unless the phone could do no better: a coarse fix (iOS renews an "approximate location"
    four times an hour), or a date that no phone can mean."""
    if fix.age_s <= thresholds.fix_age_s:
        return None
    is_excused = fix.accuracy_m > thresholds.coarse_m or fix.age_s > ABSURD_AGE.total_seconds()
    if fix.age_s > thresholds.review_fix_age_s and not is_excused:
        raise presence_errors.StalePosition(age_s=round(fix.age_s), allowed_s=thresholds.fix_age_s)
    return "old-fix"


def _review_distance_m(accuracy_m: float, thresholds: Thresholds) -> float:
    return thresholds.review_distance_m + thresholds.review_accuracy_factor * accuracy_m


def _judge_distance(fix: Fix, thresholds: Thresholds) -> str | None:
    allowed = allowed_distance_m(fix.accuracy_m, thresholds)
    if fix.distance_m <= allowed:
        return None
    if fix.distance_m > _review_distance_m(fix.accuracy_m, thresholds):
        raise presence_errors.OutsideArea(distance_m=round(fix.distance_m), allowed_m=round(allowed))
    return "distance"


def _judge_accuracy(fix: Fix, thresholds: Thresholds) -> tuple[Evidence, str | None]:
    if not fix.accuracy_m:
        return Evidence.WEAK, "accuracy-unknown"
    if fix.accuracy_m <= thresholds.good_accuracy_m:
        return Evidence.GPS, None
    if fix.accuracy_m <= thresholds.weak_accuracy_m and fix.distance_m <= thresholds.near_m:
        return Evidence.WEAK, None
    return Evidence.WEAK, "accuracy"
