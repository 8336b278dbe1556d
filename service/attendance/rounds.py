"""One round of records: each is judged by itself, then all against each other, and what follows is stored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from service import errors, presence_errors
from service.attendance import cross_checks, evidence, guardian_doubts, presence_facts, presence_store
from service.attendance.cross_checks import RecordKey, Sighting
from service.attendance.derivation import Record
from service.attendance.evidence import RecordKind, Status
from service.attendance.overlap import Neighbourhood, Visit
from service.attendance.presence_facts import (
    Cursor,
    EventFacts,
    KnownRecord,
    Pair,
    PairFacts,
    PresenceFacts,
    Window,
)
from service.attendance.presence_store import Changes, Derived
from service.attendance.refusals import Refused
from service.attendance.sent_records import SentRecord, record_row
from service.models import ConsentName
from service.models.volunteers import age_on
from service.people import consents
from service.platform.thresholds import Thresholds


class Round:
    """One round: records are taken one by one, then all that follows is stored at once."""

    def __init__(self, facts: PresenceFacts, now: datetime, thresholds: Thresholds) -> None:
        self.facts = facts
        self.now = now
        self.thresholds = thresholds
        self.hashes = {
            known.record.id: known.content_hash
            for known in facts.records
            if known.sighting.sender_id == facts.volunteer_id
        }
        own = [one.sighting for one in facts.records if one.sighting.sender_id == facts.volunteer_id]
        self.by_event = Counter(one.event_id for one in own)
        self.by_day = Counter(one.day for one in own)
        self.with_right_codes = {known.record.id for known in facts.records if known.code_is_right}
        self.new: dict[RecordKey, tuple[KnownRecord, dict[str, Any]]] = {}
        self.refused: list[Refused] = []

    def take(self, sent: SentRecord, sighting: Sighting) -> bool | errors.ServiceError:
        """Judge one record: True when it was stored before, False when it is new, or why it is refused."""
        id_ = sighting.key[1]
        if id_ in self.hashes:
            return True if sent.repeats(self.hashes[id_]) else errors.IdReused()
        if id_ in self.facts.taken:
            return errors.IdReused()
        event = self.facts.events.get(sighting.event_id)
        if event is None:
            return errors.NotFound(errors.Thing.EVENT)
        try:
            self._check_not_too_many(sighting)
            _check_may_attend(self.facts, event, sent, self.now)
            judged = sent.presence(event, self.now, self.thresholds)
            verdict = evidence.judge(judged, event.starts_at, event.ends_at, self.thresholds)
            reasons = (
                *verdict.reasons,
                *guardian_doubts.of(self.facts.minor, event, sent, self.thresholds),
                *_begun_anew(self.facts, event, sent, self.thresholds),
            )
        except errors.ServiceError as refusal:
            is_of_presence = isinstance(refusal, presence_errors.PresenceRefused)
            if is_of_presence and sent.position and sent.has_wrong_code(event):
                refusal.data["hints"] = [presence_errors.WrongPlaceCode.code]
            self.refused.append(Refused(sent, event, refusal))
            return refusal.in_zone(event.zone)
        sighting.key = (self.facts.volunteer_id, id_)
        if sent.position is None:
            # A right code without a position: the person is where the code hangs.
            sighting.place = event.latitude, event.longitude
        distance_m = None if judged.fix is None else round(judged.fix.distance_m)
        record = Record(
            id_,
            sent.kind,
            sent.captured_at,
            verdict.evidence,
            distance_m,
            reasons,
            sent.companions,
        )
        self.by_event[sighting.event_id] += 1
        self.by_day[sighting.day] += 1
        self.hashes[id_] = content_hash = sent.content_hash()
        row = record_row(sent, sighting, judged, content_hash, self.now)
        self.new[sighting.key] = (KnownRecord(sighting, record, content_hash, judged.code_is_right), row)
        if judged.code_is_right:
            # With it an old fix is no pretence.
            sighting.fixed_at = None
            self.with_right_codes.add(id_)
        return False

    def _check_not_too_many(self, sighting: Sighting) -> None:
        """All of a person's records of an event, and of a day, lie within the window that was read."""
        limits = self.thresholds
        if self.by_event[sighting.event_id] >= limits.event_records:
            raise presence_errors.TooManyRecords(limit=limits.event_records)
        if self.by_day[sighting.day] >= limits.day_records:
            raise presence_errors.TooManyRecords(limit=limits.day_records)

    def hints(self, sent: SentRecord) -> list[str]:
        """What the sender of a stored record may like to know: a code that was mistyped stood beside it."""
        is_wrong = sent.code is not None and str(sent.id) not in self.with_right_codes
        return [presence_errors.WrongPlaceCode.code] if is_wrong else []

    def settle(self, cursor: Cursor, window: Window) -> dict[str, Derived]:
        """Judge the records against each other, derive and store; the sender's attendances by event."""
        if not self.new:
            return {}
        records, doubted = self._flag()
        pairs = presence_facts.read_pairs(cursor, self._touched(doubted))
        around = self._around(records, pairs)
        own = self._derive_own(around)
        others = self._derive_others(records, around, pairs)
        events = {pair.event.id: pair.event for pair in pairs} | {
            one.sighting.event_id: self.facts.events[one.sighting.event_id] for one, _ in self.new.values()
        }
        changes = Changes(
            events=events.values(),
            attendances=[*own.values(), *others],
            records=self._rows(records),
            annotations=[_annotation(one) for one in doubted],
            # A ruling elsewhere that nobody has seen here would leave a doubt behind, or miss one.
            seen=[pair.event.attendance for pair in pairs if pair.event.attendance is not None],
            window=window,
            sender_id=self.facts.volunteer_id,
            checksum=self.facts.checksum,
        )
        presence_store.store(cursor, changes)
        return own

    def _flag(self) -> tuple[dict[RecordKey, KnownRecord], list[KnownRecord]]:
        """All records, with the doubts that the new ones raise; and the stored ones that this has changed."""
        new = [known for known, _ in self.new.values()]
        records = {one.sighting.key: one for one in (*self.facts.records, *new)}
        stored = (one.sighting for one in self.facts.records)
        doubted = []
        for key, found in cross_checks.flags(
            [one.sighting for one in new], stored, self.thresholds, self.facts.owners
        ).items():
            one = records[key]
            added = tuple(sorted(found.difference(one.record.reasons)))
            if added:
                record = replace(one.record, reasons=(*one.record.reasons, *added))
                records[key] = replace(one, record=record)
                if key not in self.new:
                    doubted.append(records[key])
        return records, doubted

    def _rows(self, records: Mapping[RecordKey, KnownRecord]) -> list[dict[str, Any]]:
        """The rows of the new records, with what they are worth."""
        rows = []
        for key, (_, row) in self.new.items():
            record = records[key].record
            status = Status.REVIEW if record.reasons else Status.COUNTED
            rows.append(row | {"status": status, "evidence": record.evidence, "reasons": record.reasons})
        return rows

    def _touched(self, doubted: Sequence[KnownRecord]) -> set[Pair]:
        """Whose attendance may be another now, beside the sender's own at the events of the new records: of
        stored records that are doubted, and where else the sender was at about that time."""
        mine = self.facts.volunteer_id
        touched = {(one.sighting.event_id, one.sighting.sender_id) for one in doubted}
        touched |= {
            (one.sighting.event_id, mine) for one in self.facts.records if one.sighting.sender_id == mine
        }
        return touched - {(known.sighting.event_id, mine) for known, _ in self.new.values()}

    def _around(self, records: Mapping[RecordKey, KnownRecord], pairs: Sequence[PairFacts]) -> Neighbourhood:
        """All visits of the sender, with the new records and doubts in them."""
        own: dict[str, list[Record]] = {known.sighting.event_id: [] for known, _ in self.new.values()}
        for one in records.values():
            if one.sighting.sender_id == self.facts.volunteer_id and one.sighting.event_id in own:
                own[one.sighting.event_id].append(one.record)
        stored = [pair for pair in pairs if pair.volunteer_id == self.facts.volunteer_id]
        near: dict[str, Visit] = {}
        for visit in (visit for pair in stored for visit in pair.around):
            near[visit.event_id] = near.get(visit.event_id, visit).joined(visit)
        visits = [
            *near.values(),
            *(pair.event.visit(_with_doubts(pair, records)) for pair in stored),
            *(self.facts.events[event_id].visit(mine) for event_id, mine in own.items()),
        ]
        return Neighbourhood(visits, self.thresholds)

    def _derive_own(self, around: Neighbourhood) -> dict[str, Derived]:
        """The sender's attendances at the events of the new records."""
        here = {known.sighting.event_id for known, _ in self.new.values()}
        attendances = {
            event_id: presence_store.derive(
                self.facts.events[event_id],
                self.facts.volunteer_id,
                around,
                self.now,
                self._first_id(event_id),
            )
            for event_id in here
        }
        return {event_id: one for event_id, one in attendances.items() if one is not None}

    def _first_id(self, event_id: str) -> str | None:
        """The id of the first check-in of this round at an event: the attendance's own, if it is new."""
        check_ins = [
            one.record
            for one, _ in self.new.values()
            if one.sighting.event_id == event_id and one.record.kind is RecordKind.CHECK_IN
        ]
        return min(check_ins, key=lambda record: record.captured_at).id if check_ins else None

    def _derive_others(
        self,
        records: Mapping[RecordKey, KnownRecord],
        around: Neighbourhood,
        pairs: Sequence[PairFacts],
    ) -> list[Derived]:
        """The attendances elsewhere, or of others, that the new records say something of."""
        attendances = []
        for pair in pairs:
            if pair.volunteer_id == self.facts.volunteer_id:
                attendances.append(presence_store.derive(pair.event, pair.volunteer_id, around, self.now))
            else:
                doubted = pair.event.visit(_with_doubts(pair, records))
                attendances.append(
                    presence_store.derive_pair(pair, self.now, self.thresholds, changed=[doubted])
                )
        return [one for one in attendances if one is not None]


def _with_doubts(pair: PairFacts, records: Mapping[RecordKey, KnownRecord]) -> list[Record]:
    """Stored records, with the doubts that this round has raised about them."""
    return [records.get(one.sighting.key, one).record for one in pair.records]


def _annotation(doubted: KnownRecord) -> dict[str, Any]:
    """What is written to a stored record that others cast a doubt on."""
    sender_id, id_ = doubted.sighting.key
    return {"sender_id": sender_id, "id": id_, "reasons": doubted.record.reasons}


def _check_may_attend(facts: PresenceFacts, event: EventFacts, sent: SentRecord, now: datetime) -> None:
    """Whether this person may be at this event at all. Who is there may leave, unless banned by then."""
    if facts.ban is not None and facts.ban.holds_at(sent.captured_at):
        raise facts.ban.refusal()
    if event.is_secret:
        if not event.is_member and event.signup is None:
            raise errors.NotFound(errors.Thing.EVENT)
        raise errors.NotPublished()
    if sent.kind is RecordKind.CHECK_OUT:
        return
    if event.cancelled_at is not None and sent.captured_at > event.cancelled_at:
        raise errors.Cancelled.of(event.cancelled_at, event.cancel_reason)
    # Who scans the code of the place, registers and then sends has consented after the capture.
    consented = (consents.in_force(facts.consents, at) for at in (sent.captured_at, now))
    if not any(ConsentName.PERSONAL_DATA in names for names in consented):
        raise errors.ConsentMissing(missing=[str(ConsentName.PERSONAL_DATA)])
    if event.min_age is not None and age_on(facts.birth_date, event.day) < event.min_age:
        raise errors.TooYoung(min_age=event.min_age)
    if not event.walk_ins and not event.was_going(sent.captured_at):
        raise presence_errors.SignupRequired()


def _begun_anew(
    facts: PresenceFacts, event: EventFacts, sent: SentRecord, thresholds: Thresholds
) -> Sequence[str]:
    """The doubt that the same number has counted here already, by a record that was erased since."""
    if facts.anew_at is None or sent.kind is RecordKind.CHECK_OUT:
        return ()
    since = event.starts_at - thresholds.counts_before_start
    return (evidence.BEGUN_ANEW,) if facts.anew_at >= since else ()
