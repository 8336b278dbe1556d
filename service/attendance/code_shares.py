"""A code passed on in small pieces: groups by code alone that are too large a part of those who came. Pure.

A share falls again when others come, so it is judged once for a whole event, when its phones have been heard
(late_doubts.py). A group of one code is measured by those who checked in meanwhile: of a class that comes
at once some allow no position; where hardly anybody else came, they are all that the code says.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.attendance.cross_checks import CODE_KEYS, RecordKey
from service.attendance.evidence import OF_ALL, Evidence, RecordKind
from service.platform.thresholds import Thresholds

SHARED_CODE = "shared-code"


@dataclass(frozen=True, slots=True)
class Seen:
    """One stored record, as this rule sees it; `fix_key` as `cross_checks` makes it."""

    key: RecordKey
    kind: RecordKind
    captured_at: datetime
    fix_key: int | None
    evidence: Evidence
    reasons: Collection[str]

    @property
    def sender_id(self) -> str:
        return self.key[0]

    @property
    def has_code_alone(self) -> bool:
        """Whether a right code is all that it says of a place."""
        return self.evidence is Evidence.CODE and (self.fix_key or 0) >= CODE_KEYS

    @property
    def shows_place(self) -> bool:
        """Whether its position says, without a doubt about its quality, that somebody was there."""
        is_position = self.fix_key is not None and self.fix_key < CODE_KEYS
        return is_position and OF_ALL.issuperset(self.reasons)


def doubted(seen: Iterable[Seen], thresholds: Thresholds) -> list[Seen]:
    """The check-ins by code alone that are too many, of all records of one event."""
    records = list(seen)
    placed = {one.sender_id for one in records if one.shows_place}
    came = [one for one in records if one.kind is RecordKind.CHECK_IN]
    alone = [one for one in came if one.has_code_alone and one.sender_id not in placed]
    if _people(came) >= thresholds.code_share_people and _is_too_many(alone, came, thresholds):
        return alone
    return [
        one for code in {one.fix_key for one in alone} for one in _too_many_by(code, alone, came, thresholds)
    ]


def _too_many_by(
    code: int | None, alone: Sequence[Seen], came: Sequence[Seen], thresholds: Thresholds
) -> Sequence[Seen]:
    """Those of one code, when they are a group, and too many of those who came while it was right."""
    group = [one for one in alone if one.fix_key == code]
    if _people(group) < thresholds.code_group_people:
        return ()
    moments, near = [one.captured_at for one in group], timedelta(minutes=thresholds.code_near_min)
    since, until = min(moments) - near, max(moments) + near
    meanwhile = [one for one in came if since <= one.captured_at <= until]
    return group if _is_too_many(group, meanwhile, thresholds) else ()


def _is_too_many(group: Sequence[Seen], of: Sequence[Seen], thresholds: Thresholds) -> bool:
    return _people(group) > thresholds.code_share * _people(of)


def _people(records: Iterable[Seen]) -> int:
    return len({one.sender_id for one in records})
