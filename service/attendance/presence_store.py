"""Presence records in the database: facts in one query, one statement that stores all that follows.

Plain psycopg and JSON, no ORM: this is the busiest path, and one record and a batch of 200 go the same way.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from service.attendance.cross_checks import TRAVEL_WINDOW, RecordKey, Sighting
from service.attendance.derivation import Decision, Record, State
from service.attendance.evidence import Evidence, RecordKind, Status
from service.platform.thresholds import Thresholds

Cursor = psycopg.Cursor[Any]
"""On the connection that all functions here work on, as `database.driver_cursor` gives it."""

Pair = tuple[str, str]
"""(event_id, volunteer_id), as text: whose attendance at which event."""


class RaceLostError(Exception):
    """What the facts said has changed before it could be stored: begin anew in a new transaction."""


@dataclass(frozen=True, slots=True)
class HeldAttendance:
    """An attendance as it is stored; `version` guards its change."""

    id: str
    version: int
    state: State
    decision: Decision | None


# Not frozen, though nobody changes it: a frozen one costs three times as much to make, on the busiest path.
@dataclass(slots=True)
class EventFacts:
    """What the rules need of an event, of the volunteer's signup for it and attendance at it."""

    id: str
    status: str
    cancelled_at: datetime | None
    cancel_reason: str | None
    starts_at: datetime
    ends_at: datetime
    day: date
    zone: str
    latitude: float
    longitude: float
    area: str
    region_code: str
    min_age: int | None
    walk_ins: bool
    code_secret: str
    organization_id: str
    signup: str | None
    attendance: HeldAttendance | None

    @property
    def presence_ends_at(self) -> datetime:
        """Until when presence counts: an event that was called off ended then."""
        return self.ends_at if self.cancelled_at is None else min(self.ends_at, self.cancelled_at)


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A stored record: as the relations, as the derivation, and as a repeat see it."""

    sighting: Sighting
    record: Record
    content_hash: str


@dataclass(frozen=True, slots=True)
class PresenceFacts:
    """All that is known of a sender and of what the new records may touch."""

    volunteer_id: str
    birth_date: date
    consented: bool
    events: Mapping[str, EventFacts]
    records: Sequence[KnownRecord]
    seen: "Seen"


@dataclass(frozen=True, slots=True)
class PairFacts:
    """One volunteer at one event, with all records."""

    volunteer_id: str
    event: EventFacts
    records: Sequence[KnownRecord]


@dataclass(slots=True)
class Changes:
    """Rows to store; keys are column names."""

    records: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)
    seen: "Seen | None" = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Which records were looked at, and a sum over them: when it is another one later, there was a race."""

    values: Mapping[str, Any]
    checksum: int


_ATTENDANCE = """
    json_build_object('id', attendance.id, 'version', attendance.version, 'status', attendance.status,
        'evidence', attendance.evidence, 'checked_in_at', attendance.checked_in_at,
        'checked_out_at', attendance.checked_out_at, 'minutes', attendance.minutes,
        'minutes_assumed', attendance.minutes_assumed, 'distance_m', attendance.distance_m,
        'reasons', attendance.reasons, 'decision', attendance.decision,
        'decision_minutes', attendance.decision_minutes,
        'decision_is_correction', attendance.decision_is_correction)
"""
_EVENT_COLUMNS = """
    event.id, event.status, event.cancelled_at, event.cancel_reason, event.starts_at, event.ends_at,
    event.day, event.zone, event.latitude, event.longitude, event.area::text AS area, event.region_code,
    event.min_age, event.walk_ins, event.code_secret, event.organization_id
"""
_RECORD = """
    json_build_array(record.sender_id, record.id, record.event_id, record.captured_at,
        coalesce(record.latitude, event.latitude), coalesce(record.longitude, event.longitude),
        coalesce(record.accuracy_m, 0), record.installation_id, record.day, record.fix_key, record.type,
        record.evidence, record.distance_m, record.reasons, encode(record.content_hash, 'hex'))
"""

_LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest(%(locks)s::bigint[]) AS key"

# The sender's own records around the new ones, those with the same fix, those of the same phone.
# `presence_hold` in the migrations looks at the same ones.
_RELATED = """
    (record.sender_id = volunteer.id AND record.captured_at BETWEEN %(first)s AND %(last)s)
    OR (record.sender_id = volunteer.id AND record.id = ANY(%(ids)s::uuid[]))
    OR (record.fix_key = ANY(%(fix_keys)s::bigint[])
        AND record.captured_at BETWEEN %(first_fix)s AND %(last_fix)s)
    OR (record.installation_id = %(installation)s AND record.day = ANY(%(days)s::date[]))
"""

_FACTS = f"""
    SELECT volunteer.id::text, volunteer.birth_date, volunteer.consents ? 'personal_data',
        (SELECT json_agg(found) FROM (
            SELECT {_EVENT_COLUMNS}, signup.status AS signup,
                CASE WHEN attendance.id IS NOT NULL THEN {_ATTENDANCE} END AS attendance
            FROM event
            LEFT JOIN signup ON signup.event_id = event.id AND signup.volunteer_id = volunteer.id
            LEFT JOIN attendance ON attendance.event_id = event.id AND attendance.volunteer_id = volunteer.id
            WHERE event.id = ANY(%(event_ids)s::uuid[])) AS found),
        (SELECT json_agg({_RECORD})
            FROM presence_record AS record JOIN event ON event.id = record.event_id
            WHERE {_RELATED})
    FROM volunteer WHERE volunteer.subject = %(subject)s
"""  # noqa: S608 - our own columns

_PAIRS = f"""
    SELECT pair.volunteer_id::text, row_to_json(found), (
        SELECT json_agg({_RECORD}) FROM presence_record AS record
        WHERE record.sender_id = pair.volunteer_id AND record.event_id = pair.event_id)
    FROM unnest(%s::uuid[], %s::uuid[]) AS pair (event_id, volunteer_id)
    JOIN event ON event.id = pair.event_id
    CROSS JOIN LATERAL (
        SELECT {_EVENT_COLUMNS}, NULL AS signup, (
            SELECT {_ATTENDANCE} FROM attendance
            WHERE attendance.event_id = pair.event_id AND attendance.volunteer_id = pair.volunteer_id
        ) AS attendance) AS found
"""  # noqa: S608 - our own columns

_STATE_COLUMNS = (
    "status text, evidence text, checked_in_at timestamptz, checked_out_at timestamptz, minutes int,"
    " minutes_assumed boolean, distance_m int, reasons text[], decision text, decision_minutes int,"
    " decision_is_correction boolean"
)
_STATE_NAMES = ", ".join(part.split()[0] for part in _STATE_COLUMNS.split(", "))
_RECORD_COLUMNS = (
    "sender_id uuid, id uuid, content_hash bytea, type text, event_id uuid, installation_id text,"
    " captured_at timestamptz, received_at timestamptz, latitude float8, longitude float8,"
    " accuracy_m float8, fixed_at timestamptz, mocked boolean, code_is_right boolean, attested boolean,"
    " fix_key bigint, day date, distance_m int, status text, evidence text, reasons text[]"
)
_RECORD_NAMES = ", ".join(part.split()[0] for part in _RECORD_COLUMNS.split(", "))
_COUNT_COLUMNS = (
    "event_id uuid, day date, region_code text, participations int, in_review int, minutes bigint,"
    " minutes_assumed bigint"
)
_COUNT_NAMES = ", ".join(part.split()[0] for part in _COUNT_COLUMNS.split(", "))

# psycopg keeps what it has parsed of a statement of up to 4,096 characters.
_STORE = f"""
    WITH held AS MATERIALIZED (
        SELECT presence_hold(%(locks)s::bigint[], %(sender_id)s::uuid, %(ids)s::uuid[],
            %(first)s::timestamptz, %(last)s::timestamptz, %(fix_keys)s::bigint[],
            %(first_fix)s::timestamptz, %(last_fix)s::timestamptz,
            %(installation)s::text, %(days)s::date[]) AS checksum
    ), recorded AS (
        INSERT INTO presence_record ({_RECORD_NAMES})
        SELECT {_RECORD_NAMES}
        FROM held, json_to_recordset(%(rows)s::json->'records') AS row ({_RECORD_COLUMNS})
        ON CONFLICT DO NOTHING RETURNING 1
    ), annotated AS (
        UPDATE presence_record SET status = 'review', reasons = row.reasons
        FROM held, json_to_recordset(%(rows)s::json->'annotations')
            AS row (sender_id uuid, id uuid, reasons text[])
        WHERE presence_record.sender_id = row.sender_id AND presence_record.id = row.id
        RETURNING 1
    ), created AS (
        INSERT INTO attendance (id, event_id, volunteer_id, version, {_STATE_NAMES})
        SELECT id, event_id, volunteer_id, 1, {_STATE_NAMES}
        FROM held, json_to_recordset(%(rows)s::json->'created')
            AS row (id uuid, event_id uuid, volunteer_id uuid, {_STATE_COLUMNS})
        ON CONFLICT DO NOTHING RETURNING 1
    ), changed AS (
        UPDATE attendance SET version = attendance.version + 1,
            {", ".join(f"{name} = row.{name}" for name in _STATE_NAMES.split(", "))}
        FROM held,
            json_to_recordset(%(rows)s::json->'changed') AS row (id uuid, version int, {_STATE_COLUMNS})
        WHERE attendance.id = row.id AND attendance.version = row.version
        RETURNING 1
    ), counted AS (
        INSERT INTO count_pending ({_COUNT_NAMES})
        SELECT {_COUNT_NAMES}
        FROM held, json_to_recordset(%(rows)s::json->'counts') AS row ({_COUNT_COLUMNS})
    )
    SELECT presence_unchanged(%(wanted)s::bigint[] = ARRAY[
        (SELECT count(*) FROM recorded), (SELECT count(*) FROM annotated),
        (SELECT count(*) FROM created), (SELECT count(*) FROM changed), held.checksum]) FROM held
"""  # noqa: S608 - our own columns

_NOTHING_SEEN: Mapping[str, Any] = {
    "locks": "{}",
    "sender_id": None,
    "first": None,
    "last": None,
    "first_fix": None,
    "last_fix": None,
    "ids": "{}",
    "fix_keys": "{}",
    "days": "{}",
    "installation": None,
}


def lock_key(*parts: object) -> int:
    """A 64-bit key of an advisory lock. Two things that share one by chance only wait for each other."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def read(
    cursor: Cursor,
    subject: str,
    sightings: Sequence[Sighting],
    thresholds: Thresholds,
    *,
    lock_first: bool,
) -> PresenceFacts | None:
    """Read all facts about one phone's new records and their sender. None: nobody has registered as subject.

    Nothing is held meanwhile: `store` locks what rules between records look at, and finds when something
    else is there by then. `lock_first`: whoever stores records of the same person, phone or fix waits from
    here to the end of the transaction, so that the race cannot be lost again.
    """
    keys = {lock_key("person", subject)}
    keys |= {lock_key("phone", one.installation_id, one.day) for one in sightings}
    keys |= {lock_key("fix", one.fix_key) for one in sightings if one.fix_key is not None}
    moments = [one.captured_at for one in sightings]
    reach = timedelta(minutes=2 * thresholds.same_fix_min)
    values = {
        "locks": _array(sorted(keys)),
        "subject": subject,
        "event_ids": _array({one.event_id for one in sightings}),
        "ids": _array({one.key[1] for one in sightings}),
        "first": min(moments) - TRAVEL_WINDOW,
        "last": max(moments) + TRAVEL_WINDOW,
        "first_fix": min(moments) - reach,
        "last_fix": max(moments) + reach,
        "fix_keys": _array(one.fix_key for one in sightings if one.fix_key is not None),
        "installation": sightings[0].installation_id,
        "days": _array({one.day for one in sightings}),
    }
    if lock_first:
        cursor.execute(_LOCK, values)
    found = cursor.execute(_FACTS, values).fetchone()
    if found is None:
        return None
    volunteer_id, birth_date, consented, events, rows = found
    records = [_known(row) for row in rows or ()]
    checksum = sum(1 + len(known.record.reasons) for known in records)
    return PresenceFacts(
        volunteer_id=volunteer_id,
        birth_date=birth_date,
        consented=consented,
        events={row["id"]: _event(row) for row in events or ()},
        records=records,
        seen=Seen(values | {"sender_id": volunteer_id}, checksum),
    )


def _array(values: Iterable[object]) -> str:
    """PostgreSQL's text of an array of ids, numbers or days: a list costs the driver ten times as much."""
    return "{" + ",".join(map(str, values)) + "}"


def read_pairs(cursor: Cursor, pairs: Iterable[Pair]) -> list[PairFacts]:
    """All facts about these attendances, whoever's they are; an event that does not exist is left out."""
    ordered = sorted(pairs)
    if not ordered:
        return []
    rows = cursor.execute(_PAIRS, [[event for event, _ in ordered], [who for _, who in ordered]])
    return [
        PairFacts(volunteer_id, _event(event), [_known(row) for row in records or ()])
        for volunteer_id, event, records in rows
    ]


def store(cursor: Cursor, changes: Changes) -> None:
    """Store all changes in one statement: all of them, or by an error none.

    Raises:
        RaceLostError: something is not any more as the facts said; the caller rolls back.
    """
    seen = changes.seen or Seen(_NOTHING_SEEN, 0)
    rows = {
        "records": _sorted(changes.records),
        "annotations": _sorted(changes.annotations),
        "created": _sorted(changes.created),
        "changed": _sorted(changes.changed),
        "counts": changes.counts,
    }
    guarded = (changes.records, changes.annotations, changes.created, changes.changed)
    wanted = _array((*map(len, guarded), seen.checksum))
    try:
        cursor.execute(_STORE, {**seen.values, "wanted": wanted, "rows": _ENCODER.encode(rows)})
    except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
        raise RaceLostError from error


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By key: two batches that touch the same rows take them in the same order."""
    return rows if len(rows) < 2 else sorted(rows, key=lambda row: (row.get("event_id", ""), row["id"]))


_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


def state_row(state: State, decision: Decision | None) -> dict[str, Any]:
    """The columns of an attendance that are derived or decided, as JSON takes them."""
    return {
        "status": state.status,
        "evidence": state.evidence,
        "checked_in_at": state.checked_in_at.isoformat(),
        "checked_out_at": state.checked_out_at and state.checked_out_at.isoformat(),
        "minutes": state.minutes,
        "minutes_assumed": state.minutes_assumed,
        "distance_m": state.distance_m,
        "reasons": state.reasons,
        "decision": decision and decision.status,
        "decision_minutes": decision and decision.minutes,
        "decision_is_correction": decision is not None and decision.is_correction,
    }


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _event(row: dict[str, Any]) -> EventFacts:
    held = row["attendance"]
    return EventFacts(
        **row
        | {
            "cancelled_at": _moment(row["cancelled_at"]),
            "starts_at": datetime.fromisoformat(row["starts_at"]),
            "ends_at": datetime.fromisoformat(row["ends_at"]),
            "day": date.fromisoformat(row["day"]),
            "attendance": held and _held(held),
        }
    )


def _held(row: dict[str, Any]) -> HeldAttendance:
    decision = None
    if row["decision"] is not None:
        decision = Decision(Status(row["decision"]), row["decision_minutes"], row["decision_is_correction"])
    state = State(
        status=Status(row["status"]),
        evidence=Evidence(row["evidence"]),
        checked_in_at=datetime.fromisoformat(row["checked_in_at"]),
        checked_out_at=_moment(row["checked_out_at"]),
        minutes=row["minutes"],
        minutes_assumed=row["minutes_assumed"],
        distance_m=row["distance_m"],
        reasons=tuple(row["reasons"]),
    )
    return HeldAttendance(row["id"], row["version"], state, decision)


def _known(row: list[Any]) -> KnownRecord:
    (sender_id, id_, event_id, captured_at, latitude, longitude, accuracy_m, installation_id, day, fix, kind,
     evidence, distance_m, reasons, content_hash) = row  # fmt: skip
    moment = datetime.fromisoformat(captured_at)
    key: RecordKey = (sender_id, id_)
    return KnownRecord(
        Sighting(
            key,
            event_id,
            moment,
            latitude,
            longitude,
            accuracy_m,
            installation_id,
            date.fromisoformat(day),
            fix,
        ),
        Record(id_, RecordKind(kind), moment, Evidence(evidence), distance_m, tuple(reasons)),
        content_hash,
    )
