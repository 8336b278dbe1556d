"""Presence at two events at once: what a person's records say of other events, event by event. Pure.

It belongs to a pair of attendances and is computed from records alone, whatever is derived otherwise, so that
any order of records and rulings gives one state; it vanishes when one of them says otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.attendance.derivation import Decision, Elsewhere, Record, Span, is_comparable, stays_of
from service.attendance.evidence import RecordKind, Status
from service.platform.thresholds import Thresholds

NEIGHBOURHOOD = timedelta(days=3)
"""How far apart in time records can lie that say something of each other's events: two of 24 hours that meet,
with the hours before and after in which records are taken."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's records at one event, with its times and what staff decided last."""

    event_id: str
    starts_at: datetime
    ends_at: datetime
    records: list[Record]
    decision: Decision | None

    @property
    def is_rejected(self) -> bool:
        """What staff has rejected did not happen."""
        return self.decision is not None and self.decision.status is Status.REJECTED

    def joined(self, other: "Visit") -> "Visit":
        """The same with what another reading of it knows besides: each may know a part of the records."""
        records = {record.id: record for record in (*self.records, *other.records)}
        return replace(self, records=list(records.values()))

    def meets(self, other: "Visit") -> bool:
        """Whether the two events share a time, so that the one can say something of the other."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Neighbourhood:
    """One person's visits of about one time, whatever the order in which they became known.

    To tell of one event, give every visit whose records lie within NEIGHBOURHOOD of it: what another event
    says depends on that one's own neighbours, too.
    """

    def __init__(self, visits: Iterable[Visit], thresholds: Thresholds) -> None:
        self.visits = {visit.event_id: visit for visit in visits}
        self.thresholds = thresholds
        self._check_ins = sorted(
            (record.captured_at, visit.event_id)
            for visit in self.visits.values()
            if not visit.is_rejected
            for record in visit.records
            if record.kind is RecordKind.CHECK_IN
        )
        self._stays: dict[str, Sequence[Span]] = {}

    def elsewhere(self, event_id: str) -> Elsewhere:
        """What the other visits say of this one."""
        visit = self.visits[event_id]
        others = [
            other
            for other in self.visits.values()
            if other.event_id != event_id and other.meets(visit) and is_comparable(other.decision)
        ]
        return Elsewhere(self._check_ins_but(event_id), [self._stays_of(other) for other in others])

    def _check_ins_but(self, event_id: str) -> list[datetime]:
        return [moment for moment, where in self._check_ins if where != event_id]

    def _stays_of(self, visit: Visit) -> Sequence[Span]:
        if visit.event_id not in self._stays:
            elsewhere = self._check_ins_but(visit.event_id)
            stays = stays_of(visit.records, visit.starts_at, visit.ends_at, elsewhere, self.thresholds)
            self._stays[visit.event_id] = [stay.within(visit.starts_at, visit.ends_at) for stay in stays]
        return self._stays[visit.event_id]
