"""Records through the rules of the service: the judge, the rules between records, the derivation.

The service does the same with what it reads from its database (service/attendance/check_in.py). One thing
is the database's there: an attendance has the id of its first check-in, and nobody else's record can take it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from benchmarks.honest_phones.season import Sent
from service import errors
from service.attendance import code_shares, cross_checks, evidence
from service.attendance.code_shares import Seen
from service.attendance.cross_checks import Sighting
from service.attendance.derivation import Record, State, derive
from service.attendance.evidence import RecordKind
from service.attendance.overlap import Neighbourhood
from service.attendance.presence_facts import EventFacts
from service.models import SignupStatus
from service.platform.thresholds import Thresholds

MONTH = timedelta(days=30)


@dataclass(slots=True)
class Judged:
    """One record and what the judge made of it: a record of the attendance, or the code of a refusal.

    `distance_m`: of the fix to the area, as a plain fence would see it.
    """

    sent: Sent
    sighting: Sighting
    distance_m: float
    record: Record | None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attendance with all its records in: its first check-in, and `state`, None when all were refused."""

    check_in: Judged
    state: State | None


def judge_all(
    sent: Iterable[Sent], events: Mapping[str, EventFacts], thresholds: Thresholds
) -> list[Outcome]:
    """The final attendance of each person at each event."""
    judged = _judge_each(sent, events, thresholds)
    kept = [one for one in judged if one.record is not None]
    _doubt(kept, thresholds)
    _doubt_codes(kept, events, thresholds)
    people: defaultdict[str, defaultdict[str, list[Judged]]] = defaultdict(lambda: defaultdict(list))
    for one in judged:
        people[one.sent.sender][str(one.sent.report.event_id)].append(one)
    return [outcome for own in people.values() for outcome in _outcomes(own, events, thresholds)]


def _judge_each(
    sent: Iterable[Sent], events: Mapping[str, EventFacts], thresholds: Thresholds
) -> list[Judged]:
    owners: dict[UUID, str] = {}
    judged = []
    for one in sorted(sent, key=lambda one: one.arrived_at):
        found = _judge(one, events[str(one.report.event_id)], thresholds)
        is_check_in = found.record is not None and one.report.kind is RecordKind.CHECK_IN
        if is_check_in and owners.setdefault(one.report.id, one.sender) != one.sender:
            found = replace(found, record=None, refusal=errors.IdReused.code)
        judged.append(found)
    return judged


def _judge(sent: Sent, event: EventFacts, thresholds: Thresholds) -> Judged:
    report = sent.report
    if sent.is_going:
        event = replace(event, signup=SignupStatus.GOING)
    presence = report.presence(event, sent.arrived_at, thresholds)
    distance_m = presence.fix.distance_m if presence.fix else 0.0
    sighting = report.sighting(thresholds, sent.sender)
    try:
        verdict = evidence.judge(presence, event.starts_at, event.ends_at, thresholds)
    except errors.ServiceError as refusal:
        return Judged(sent, sighting, distance_m, None, refusal.code)
    if report.position is None:
        sighting.place = event.latitude, event.longitude
    record = Record(
        sighting.key[1], report.kind, report.captured_at, verdict.evidence, round(distance_m), verdict.reasons
    )
    return Judged(sent, sighting, distance_m, record)


def _doubt(kept: Sequence[Judged], thresholds: Thresholds) -> None:
    """Put the doubts that records raise about each other into them, person by person as the service does."""
    people: defaultdict[str, list[Sighting]] = defaultdict(list)
    alike: defaultdict[object, list[Sighting]] = defaultdict(list)
    for one in kept:
        people[one.sent.sender].append(one.sighting)
        for shared in _shared(one.sighting):
            alike[shared].append(one.sighting)
    found: defaultdict[cross_checks.RecordKey, set[str]] = defaultdict(set)
    for new in people.values():
        known = [other for shared in {key for one in new for key in _shared(one)} for other in alike[shared]]
        for key, reasons in cross_checks.flags(new, known, thresholds).items():
            found[key] |= reasons
    _put_in(kept, found)


def _doubt_codes(kept: Sequence[Judged], events: Mapping[str, EventFacts], thresholds: Thresholds) -> None:
    """Put in what whole events show at night, when phones have had the time to send."""
    seen: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in kept:
        late = one.sent.arrived_at - events[one.sighting.event_id].ends_at
        if one.record is not None and late <= timedelta(hours=thresholds.sync_hours):
            at, record = one.sighting, one.record
            seen[at.event_id].append(
                Seen(at.key, record.kind, at.captured_at, at.fix_key, record.evidence, record.reasons)
            )
    found = {
        doubt.key: {code_shares.SHARED_CODE}
        for records in seen.values()
        for doubt in code_shares.doubted(records, thresholds)
    }
    _put_in(kept, found)


def _put_in(kept: Sequence[Judged], found: Mapping[cross_checks.RecordKey, set[str]]) -> None:
    for one in kept:
        if one.record is not None:
            added = found.get(one.sighting.key, set()).difference(one.record.reasons)
            one.record = replace(one.record, reasons=(*one.record.reasons, *sorted(added)))


def _shared(one: Sighting) -> tuple[object, object]:
    """What the rules between people look at: the fix, and the phone on a day."""
    return one.fix_key, (one.installation_id, one.day)


def _outcomes(
    own: Mapping[str, Sequence[Judged]], events: Mapping[str, EventFacts], thresholds: Thresholds
) -> Iterator[Outcome]:
    """All attendances of one person: where they were otherwise says something of each."""
    records = {
        event_id: [one.record for one in judged if one.record is not None] for event_id, judged in own.items()
    }
    around = Neighbourhood((events[event_id].visit(found) for event_id, found in records.items()), thresholds)
    for event_id, judged in own.items():
        event, elsewhere = events[event_id], around.elsewhere(event_id)
        after = event.ends_at + MONTH
        state = derive(records[event_id], None, event.starts_at, event.ends_at, after, thresholds, elsewhere)
        first = min(judged, key=lambda one: (one.sent.report.kind, one.sent.report.captured_at))
        yield Outcome(first, state)
