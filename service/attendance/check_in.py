"""Check-in and check-out, one by one or as a phone kept them without signal.

`presence_record` keeps what phones sent, unique by (sender, id); `attendance` is derived from it, unique by
(event, volunteer); `count_pending` gets one row of deltas for each change.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import cross_checks, derivation, evidence, place_codes, presence_store
from service.attendance.cross_checks import RecordKey, Sighting
from service.attendance.derivation import Record, State
from service.attendance.evidence import Fix, Position, Presence, RecordKind, Status
from service.attendance.presence_store import (
    Changes,
    Cursor,
    EventFacts,
    KnownRecord,
    Pair,
    PresenceFacts,
    RaceLostError,
)
from service.geography import geodesy
from service.models import Attendance, Event, Volunteer
from service.models.base import new_id
from service.models.volunteers import age_on
from service.platform import queue
from service.platform.database import Connections, driver_cursor
from service.platform.thresholds import Thresholds

MAX_RACES = 5
CLOSE_TASK = "attendance.close_forgotten"
CLOSED_AT_ONCE = 500
PRESENCE_ZONE = ZoneInfo("Asia/Almaty")
"""Whose days "people on one phone in a day" means: one zone for the whole country."""


@dataclass(frozen=True, slots=True)
class SentRecord:
    """One check-in or check-out as a phone sent it.

    `captured_at`: the moment of presence, by the service's clock; `clock_ahead`: how far the phone's clock
    was ahead of it; `is_offline`: kept without signal, sent later; `attested`: what App Check said.
    """

    id: UUID
    event_id: UUID
    kind: RecordKind
    installation_id: str
    captured_at: datetime
    clock_ahead: timedelta
    position: Position | None
    code: str | None = None
    is_offline: bool = False
    attested: bool | None = None

    def content_hash(self) -> str:
        """What makes a repeat the same: everything but moments of sending, so that a check-in that was sent,
        not answered, and kept for later is known again in the batch."""
        position = self.position and (
            self.position.latitude,
            self.position.longitude,
            self.position.accuracy_m,
            self.position.fixed_at.timestamp(),
            self.position.mocked,
        )
        parts = (self.kind.value, str(self.event_id), self.installation_id, position, self.code)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def sighting(self, sender_id: str = "") -> Sighting:
        """This record as the rules between records see it; the sender is put in when it is known."""
        at = self.position
        return Sighting(
            key=(sender_id, str(self.id)),
            event_id=str(self.event_id),
            captured_at=self.captured_at,
            latitude=None if at is None else at.latitude,
            longitude=None if at is None else at.longitude,
            accuracy_m=0.0 if at is None else at.accuracy_m or 0.0,
            installation_id=self.installation_id,
            day=self.captured_at.astimezone(PRESENCE_ZONE).date(),
            fix_key=None if at is None else cross_checks.fix_key(at.latitude, at.longitude),
        )

    def presence(self, event: EventFacts, now: datetime, thresholds: Thresholds) -> Presence:
        """What is judged: the fix against the event's area, and its age."""
        fix = None
        if self.position is not None:
            position = self.position
            area = geodesy.area_of(event.area, event.latitude, event.longitude)
            age = evidence.age_of_fix(position.fixed_at, self.captured_at, self.clock_ahead, thresholds)
            fix = Fix(
                area.distance_m(position.latitude, position.longitude),
                position.accuracy_m,
                age.total_seconds(),
                mocked=position.mocked,
            )
        steps = place_codes.OFFLINE_STEPS if self.is_offline else place_codes.ONLINE_STEPS
        code_is_right = self.code is not None and place_codes.is_right(
            event.code_secret, self.code, self.captured_at, steps
        )
        return Presence(self.kind, self.captured_at, now, fix, code_is_right, self.attested, self.clock_ahead)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a record that was stored.

    `attendance`: as it is now, None while a check-out waits for its check-in; `zone` of its event;
    `repeated`: this very record had been stored before.
    """

    attendance: Mapping[str, Any] | None
    zone: str
    repeated: bool


RecordOutcome = Stored | errors.ServiceError


def record(
    connections: Connections, subject: str, sent: SentRecord, now: datetime, thresholds: Thresholds
) -> Stored:
    """Record that somebody is there, or leaves. The same id with the same content gives the stored result.

    It is committed when this returns.

    Raises:
        NotRegistered, NotFound. IdReused. NotPublished, Cancelled, SignupRequired, TooYoung, ConsentMissing.
        PresenceRefused, Invalid: as the judge says. Busy: others changed the same attendance all the time.
    """
    (outcome,) = record_all(connections, subject, [sent], now, thresholds)
    if isinstance(outcome, errors.ServiceError):
        raise outcome
    return outcome


def record_all(
    connections: Connections, subject: str, sent: Sequence[SentRecord], now: datetime, thresholds: Thresholds
) -> list[RecordOutcome]:
    """Record all that one phone sends in one round of statements; one bad record never spoils the others.

    Raises:
        NotRegistered. Busy.
    """
    if not sent:
        return []
    for race in range(MAX_RACES):
        try:
            # Whoever has lost a race sees what the winner has committed, and holds the locks from the start.
            connect = connections.begin if race else connections.each
            with connect() as connection, driver_cursor(connection) as cursor:
                return _record_all(cursor, subject, sent, now, thresholds, lock_first=race > 0)
        except RaceLostError:
            continue
    with connections.each() as connection:
        taken = _taken(connection, subject, sent)
    if not taken:
        raise errors.Busy(retry_after_s=1)
    others = iter(
        record_all(connections, subject, [one for one in sent if one.id not in taken], now, thresholds)
    )
    return [errors.IdReused() if one.id in taken else next(others) for one in sent]


def _taken(connection: sa.Connection, subject: str, sent: Sequence[SentRecord]) -> set[UUID]:
    """The ids that are those of other people's attendances."""
    query = (
        sa.select(Attendance.id)
        .join(Volunteer, Volunteer.id == Attendance.volunteer_id)
        .where(Attendance.id.in_([one.id for one in sent]), Volunteer.subject != subject)
    )
    return set(connection.scalars(query))


def _record_all(
    cursor: Cursor,
    subject: str,
    sent: Sequence[SentRecord],
    now: datetime,
    thresholds: Thresholds,
    *,
    lock_first: bool,
) -> list[RecordOutcome]:
    sightings = [one.sighting() for one in sent]
    facts = presence_store.read(cursor, subject, sightings, thresholds, lock_first=lock_first)
    if facts is None:
        raise errors.NotRegistered()
    round_ = _Round(facts, now, thresholds)
    judged = [round_.take(one, sighting) for one, sighting in zip(sent, sightings, strict=True)]
    states = round_.settle(cursor)
    return [
        outcome if isinstance(outcome, errors.ServiceError) else states.stored(one, repeated=outcome)
        for one, outcome in zip(sent, judged, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _States:
    """The attendances that a round ended with, by event."""

    facts: PresenceFacts
    by_event: Mapping[str, tuple[str, State] | None]

    def stored(self, sent: SentRecord, *, repeated: bool) -> Stored:
        event_id = str(sent.event_id)
        event = self.facts.events[event_id]
        held = self.by_event.get(event_id)
        if held is None and event.attendance is not None:
            held = (event.attendance.id, event.attendance.state)
        shown = held and shown_attendance(*held, event_id, self.facts.volunteer_id)
        return Stored(shown, event.zone, repeated)


def shown_attendance(id_: str, state: State, event_id: str, volunteer_id: str) -> dict[str, Any]:
    """An attendance as the contract shows it."""
    return {
        "id": id_,
        "event_id": event_id,
        "volunteer_id": volunteer_id,
        "status": state.status,
        "evidence": state.evidence,
        "checked_in_at": state.checked_in_at,
        "checked_out_at": state.checked_out_at,
        "minutes": state.minutes,
        "minutes_assumed": state.minutes_assumed,
        "distance_m": state.distance_m,
        "reasons": state.reasons,
    }


class _Round:
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
        self.new: dict[RecordKey, tuple[KnownRecord, dict[str, Any]]] = {}

    def take(self, sent: SentRecord, sighting: Sighting) -> bool | errors.ServiceError:
        """Judge one record: True when it was stored before, False when it is new, or why it is refused."""
        id_, content_hash = sighting.key[1], sent.content_hash()
        if id_ in self.hashes:
            return True if self.hashes[id_] == content_hash else errors.IdReused()
        event = self.facts.events.get(sighting.event_id)
        if event is None:
            return errors.NotFound()
        try:
            _check_may_attend(self.facts, event, sent)
            judged = sent.presence(event, self.now, self.thresholds)
            verdict = evidence.judge(judged, event.starts_at, event.ends_at, self.thresholds)
        except errors.ServiceError as refusal:
            return refusal.in_zone(event.zone)
        sighting.key = (self.facts.volunteer_id, id_)
        if sent.position is None:
            # A right code without a position: the person is where the code hangs.
            sighting.latitude, sighting.longitude = event.latitude, event.longitude
        distance_m = None if judged.fix is None else round(judged.fix.distance_m)
        record = Record(id_, sent.kind, sent.captured_at, verdict.evidence, distance_m, verdict.reasons)
        self.hashes[id_] = content_hash
        row = _record_row(sent, sighting, judged, content_hash, self.now)
        self.new[sighting.key] = (KnownRecord(sighting, record, content_hash), row)
        return False

    def settle(self, cursor: Cursor) -> _States:
        """Judge the records against each other, derive the attendances, and store everything."""
        if not self.new:
            return _States(self.facts, {})
        known = [known for known, _ in self.new.values()]
        doubts = cross_checks.flags(
            [one.sighting for one in known], (one.sighting for one in self.facts.records), self.thresholds
        )
        records = {one.sighting.key: one for one in (*self.facts.records, *known)}
        doubted, touched = self._doubt(records, doubts)
        changes = Changes(annotations=doubted, seen=self.facts.seen)
        for key, (_, row) in self.new.items():
            record = records[key].record
            status = Status.REVIEW if record.reasons else Status.COUNTED
            verdict = {"status": status, "evidence": record.evidence, "reasons": record.reasons}
            changes.records.append(row | verdict)
        here = {one.sighting.event_id for one in known}
        states: dict[str, tuple[str, State] | None] = {}
        for event_id in here:
            event = self.facts.events[event_id]
            mine = [
                one.record
                for one in records.values()
                if one.sighting.event_id == event_id and one.sighting.sender_id == self.facts.volunteer_id
            ]
            states[event_id] = derive_into(
                changes,
                event,
                self.facts.volunteer_id,
                mine,
                self.now,
                self.thresholds,
                self._first_id(event_id),
            )
        elsewhere = {pair for pair in touched if pair[0] not in here or pair[1] != self.facts.volunteer_id}
        for pair in presence_store.read_pairs(cursor, elsewhere):
            mine = [records.get(one.sighting.key, one).record for one in pair.records]
            derive_into(changes, pair.event, pair.volunteer_id, mine, self.now, self.thresholds)
        presence_store.store(cursor, changes)
        return _States(self.facts, states)

    def _doubt(
        self, records: dict[RecordKey, KnownRecord], doubts: Mapping[RecordKey, set[str]]
    ) -> tuple[list[dict[str, Any]], set[Pair]]:
        """Put the doubts into the records; returns the changed rows of stored ones and whose they are."""
        rows, touched = [], set()
        for key, found in doubts.items():
            one = records[key]
            added = tuple(sorted(found.difference(one.record.reasons)))
            if not added:
                continue
            record = replace(one.record, reasons=(*one.record.reasons, *added))
            records[key] = KnownRecord(one.sighting, record, one.content_hash)
            if key not in self.new:
                rows.append({"sender_id": key[0], "id": key[1], "reasons": record.reasons})
                touched.add((one.sighting.event_id, key[0]))
        return rows, touched

    def _first_id(self, event_id: str) -> str | None:
        """The id of the first check-in of this round at an event: the attendance's own, if it is new."""
        check_ins = [
            one.record
            for one, _ in self.new.values()
            if one.sighting.event_id == event_id and one.record.kind is RecordKind.CHECK_IN
        ]
        return min(check_ins, key=lambda record: record.captured_at).id if check_ins else None


def derive_into(
    changes: Changes,
    event: EventFacts,
    volunteer_id: str,
    records: Sequence[Record],
    now: datetime,
    thresholds: Thresholds,
    first_id: str | None = None,
) -> tuple[str, State] | None:
    """Derive one attendance and add what it changes to `changes`; returns its id and state, None for none."""
    decision = event.attendance.decision if event.attendance else None
    state = derivation.derive(records, decision, event.starts_at, event.presence_ends_at, now, thresholds)
    return put_into(changes, event, volunteer_id, state, decision, first_id)


def put_into(
    changes: Changes,
    event: EventFacts,
    volunteer_id: str,
    state: State | None,
    decision: derivation.Decision | None,
    first_id: str | None = None,
) -> tuple[str, State] | None:
    """Add the difference between the held attendance and a new state to `changes`."""
    held = event.attendance
    if state is None:
        return None
    id_ = held.id if held else (first_id or str(new_id()))
    if held is not None and (held.state, held.decision) == (state, decision):
        return id_, state
    row = presence_store.state_row(state, decision) | {"id": id_}
    if held is None:
        changes.created.append(row | {"event_id": event.id, "volunteer_id": volunteer_id})
    else:
        changes.changed.append(row | {"version": held.version})
    deltas = derivation.deltas(held.state if held else None, state)
    if any(deltas.values()):
        place = {"event_id": event.id, "day": event.day.isoformat(), "region_code": event.region_code}
        changes.counts.append(place | deltas)
    return id_, state


def _check_may_attend(facts: PresenceFacts, event: EventFacts, sent: SentRecord) -> None:
    """Whether this person may be at this event at all. Who is there may always leave."""
    if event.status == "draft":
        raise errors.NotPublished()
    if sent.kind is RecordKind.CHECK_OUT:
        return
    if event.cancelled_at is not None and sent.captured_at > event.cancelled_at:
        raise errors.Cancelled(cancelled_at=event.cancelled_at, reason=event.cancel_reason or "")
    if not facts.consented:
        raise errors.ConsentMissing(missing=["personal_data"])
    if event.min_age is not None and age_on(facts.birth_date, event.day) < event.min_age:
        raise errors.TooYoung(min_age=event.min_age)
    if not event.walk_ins and event.signup != "going":
        raise errors.SignupRequired()


def _record_row(
    sent: SentRecord, sighting: Sighting, judged: Presence, content_hash: str, now: datetime
) -> dict[str, Any]:
    position = sent.position
    return {
        "sender_id": sighting.sender_id,
        "id": str(sent.id),
        "content_hash": "\\x" + content_hash,
        "type": sent.kind,
        "event_id": sighting.event_id,
        "installation_id": sent.installation_id,
        "captured_at": sent.captured_at.isoformat(),
        "received_at": now.isoformat(),
        "latitude": position and position.latitude,
        "longitude": position and position.longitude,
        "accuracy_m": position and position.accuracy_m,
        "fixed_at": position and position.fixed_at.isoformat(),
        "mocked": position is not None and position.mocked,
        "code_is_right": judged.code_is_right,
        "attested": sent.attested,
        "fix_key": sighting.fix_key,
        "day": sighting.day.isoformat(),
        "distance_m": None if judged.fix is None else round(judged.fix.distance_m),
    }


def close_forgotten(session: Session, now: datetime, thresholds: Thresholds) -> int:
    """Close up to CLOSED_AT_ONCE presences that nobody has checked out of; returns how many were open.

    Raises:
        RaceLostError: one of them has changed meanwhile; the caller rolls back and comes again.
    """
    ended_before = now - timedelta(minutes=thresholds.leave_after_min)
    open_ = session.execute(
        sa.select(Attendance.event_id, Attendance.volunteer_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.checked_out_at.is_(None),
            sa.func.least(Event.ends_at, Event.cancelled_at) <= ended_before,
        )
        .limit(CLOSED_AT_ONCE)
    ).all()
    changes = Changes()
    with driver_cursor(session.connection()) as cursor:
        for pair in presence_store.read_pairs(cursor, [(str(event), str(person)) for event, person in open_]):
            records = [known.record for known in pair.records]
            derive_into(changes, pair.event, pair.volunteer_id, records, now, thresholds)
        presence_store.store(cursor, changes)
    return len(open_)


@queue.app.periodic(cron="*/2 * * * *")
@queue.app.task(name=CLOSE_TASK, queueing_lock=CLOSE_TASK, pass_context=True)
def close_all_forgotten(context: procrastinate.JobContext, timestamp: int) -> None:
    """Close what was forgotten until nothing is; who has just checked out waits for the next time."""
    runtime = queue.runtime(context)
    try:
        while True:
            with runtime.sessions.begin() as session:
                closed = close_forgotten(session, runtime.clock.now(), runtime.thresholds)
            if closed < CLOSED_AT_ONCE:
                return
    except RaceLostError:
        return


def present(session: Session, event_id: UUID) -> int:
    """How many people are or were there, rejected ones aside."""
    return int(
        session.scalar(
            sa.select(sa.func.count()).where(
                Attendance.event_id == event_id, Attendance.status != Status.REJECTED
            )
        )
        or 0
    )
