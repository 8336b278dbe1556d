"""Presence in the database, read: all that the rules need to know about new records, in one query.

A plain psycopg cursor, no ORM: this is the busiest path, and one record and a batch of 200 go the same way.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import psycopg

from service.attendance.cross_checks import Sighting
from service.attendance.derivation import Decision, Record, State
from service.attendance.evidence import Evidence, RecordKind, Status
from service.attendance.overlap import NEIGHBOURHOOD, Visit
from service.attendance.presence_queries import FACTS, GUARDIANS, PAIRS
from service.models import EventStatus, SignupStatus
from service.models.base import COUNTRY_ZONE
from service.people.bans import BanTerms, read_terms
from service.people.consents import Given
from service.people.guardian_terms import Child, Terms, is_minor
from service.people.identities import Standing
from service.platform.thresholds import Thresholds

Cursor = psycopg.Cursor[Any]
"""On the connection that all functions here work on, as `database.driver_cursor` gives it."""

Pair = tuple[str, str]
"""(event_id, volunteer_id), as text: whose attendance at which event."""


@dataclass(frozen=True, slots=True)
class HeldAttendance:
    """An attendance as it is stored; `version` guards its change, `event_version`: the event's, back then."""

    id: str
    version: int
    event_version: int
    state: State
    decision: Decision | None


# Not frozen, though nobody changes it: a frozen one costs three times as much to make, on the busiest path.
@dataclass(slots=True)
class EventFacts:
    """What the rules need of an event, of the volunteer's signup for it and attendance at it."""

    id: str
    version: int
    status: str
    cancelled_at: datetime | None
    cancel_reason: str | None
    starts_at: datetime
    ends_at: datetime
    presence_ends_at: datetime
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
    going: Sequence[Sequence[str | None]] | None
    is_member: bool
    attendance: HeldAttendance | None
    code_secret_before: str | None = None
    code_secret_changed_at: datetime | None = None
    never_published: bool = False
    hazard: bool = False

    def code_secret_at(self, moment: datetime) -> str:
        """The secret of the code of the place that was right at a moment; only the last change is known."""
        changed_at = self.code_secret_changed_at
        if self.code_secret_before is not None and changed_at is not None and moment < changed_at:
            return self.code_secret_before
        return self.code_secret

    @property
    def is_secret(self) -> bool:
        """Whether only its staff may know of it: a draft, called off or not."""
        return self.status == EventStatus.DRAFT or self.never_published

    @property
    def decision(self) -> Decision | None:
        """What staff decided last on the attendance."""
        return self.attendance.decision if self.attendance else None

    def was_going(self, at: datetime) -> bool:
        """Whether the volunteer was signed up at a moment, or had an offer, whatever they are now.

        `going`: from when to when, as JSON. A sign-up that the release before has made has none of them.
        """
        if not self.going:
            return self.signup == SignupStatus.GOING
        return any(
            datetime.fromisoformat(since or "") <= at
            and (until is None or at < datetime.fromisoformat(until))
            for since, until in self.going
        )

    def visit(self, records: list[Record]) -> Visit:
        """The volunteer's presence there, as the rules between events see it."""
        return Visit(self.id, self.starts_at, self.presence_ends_at, records, self.decision)


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A stored record: as the rules between records, as the derivation, and as a repeat see it."""

    sighting: Sighting
    record: Record
    content_hash: str
    code_is_right: bool


@dataclass(frozen=True)
class Window:
    """Where one phone's new records lie: which events, locks and stored records they have to do with."""

    subject: str
    sightings: Sequence[Sighting]
    thresholds: Thresholds

    @cached_property
    def event_ids(self) -> list[str]:
        return sorted({one.event_id for one in self.sightings})

    @cached_property
    def locks(self) -> list[int]:
        """Of the person, of the phone on each day, and of each fix."""
        each = (lock_keys(self.subject, one.installation_id, one.day, one.fix_key) for one in self.sightings)
        return sorted(set().union(*each))

    @cached_property
    def related(self) -> dict[str, Any]:
        """What the database's function `presence_related` takes, but for the sender."""
        moments = [one.captured_at for one in self.sightings]
        first, last = min(moments), max(moments)
        # Of people with one fix, and of a fix that is sent again by a clock that was set back.
        shared, set_back = 2 * self.thresholds.same_fix_min, 60 * self.thresholds.clock_off_hours
        reach = timedelta(minutes=max(shared, set_back))
        return {
            "ids": _array(one.key[1] for one in self.sightings),
            "since": (first - NEIGHBOURHOOD).isoformat(),
            "until": (last + NEIGHBOURHOOD).isoformat(),
            "fix_keys": _array(one.fix_key for one in self.sightings if one.fix_key is not None),
            "fix_since": (first - reach).isoformat(),
            "fix_until": (last + reach).isoformat(),
            "installation": self.sightings[0].installation_id,
            "days": _array({one.day for one in self.sightings}),
        }

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of the query for the facts."""
        return self.related | {"subject": self.subject, "event_ids": _array(self.event_ids)}


def lock_key(*parts: object) -> int:
    """A 64-bit key of an advisory lock. Two things that share one by chance only wait for each other."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def lock_keys(subject: str, installation_id: str, day: date, fix_key: int | None) -> set[int]:
    """The keys that whoever judges a record holds: of its person, of the phone on that day, of the fix."""
    keys = {lock_key("person", subject), lock_key("phone", installation_id, day)}
    return keys if fix_key is None else keys | {lock_key("fix", fix_key)}


def person_key(subject: str | None, volunteer_id: object) -> int:
    """The key that a person's own records wait for; of a record that nobody signs in to, one by its id."""
    return lock_key("person", subject or str(volunteer_id))


def _array(values: Iterable[object]) -> str:
    """PostgreSQL's text of an array of ids, numbers or days: a list costs the driver ten times as much."""
    return "{" + ",".join(map(str, values)) + "}"


@dataclass(frozen=True, slots=True)
class Minor:
    """What else is known of who is under 18: their record, and what guardians have agreed to."""

    child: Child
    consents: Sequence[Terms]


@dataclass(frozen=True, slots=True)
class PresenceFacts:
    """All that is known of a sender and of what the new records may touch.

    `taken`: ids of new records under which somebody else's attendance is stored; `owners`: to whom their
    installation is registered as a device, since which day; `minor`: None of an adult; `anew_at`: when the
    record was begun, where one of the same number was erased just before that had counted somewhere.
    """

    volunteer_id: str
    birth_date: date
    consents: Sequence[Given]
    events: Mapping[str, EventFacts]
    records: Sequence[KnownRecord]
    taken: frozenset[str]
    owners: Mapping[str, date]
    standing: Standing
    ban: BanTerms | None
    minor: Minor | None
    anew_at: datetime | None = None

    @property
    def checksum(self) -> int:
        """Another one, when the same query finds other records later, or other doubts about them."""
        return sum(1 + len(known.record.reasons) for known in self.records)


@dataclass(frozen=True, slots=True)
class PairFacts:
    """One volunteer at one event, with all records, and where else they were at about that time."""

    volunteer_id: str
    event: EventFacts
    records: Sequence[KnownRecord]
    around: Sequence[Visit]

    def visit(self) -> Visit:
        """As the rules between events see it."""
        return self.event.visit([known.record for known in self.records])


def read(cursor: Cursor, window: Window) -> PresenceFacts | None:
    """Read all facts about one phone's new records and their sender. None: nobody has registered as subject.

    Nothing is held meanwhile: the storing locks what rules look at, and finds when something else is there.
    """
    found = cursor.execute(FACTS, window.parameters).fetchone()
    if found is None:
        return None
    (facts,) = found
    return PresenceFacts(
        volunteer_id=facts["id"],
        birth_date=date.fromisoformat(facts["birth_date"]),
        consents=[_given(row) for row in facts["consents"] or ()],
        events={row["id"]: _event(row) for row in facts["events"] or ()},
        records=[_known(row) for row in facts["records"] or ()],
        taken=frozenset(facts["taken"] or ()),
        owners={row["volunteer_id"]: _day(row["registered_at"]) for row in facts["owners"] or ()},
        standing=Standing(
            facts["phone"],
            datetime.fromisoformat(facts["phone_seen_at"]),
            datetime.fromisoformat(facts["last_seen_at"]),
            facts["is_disabled"],
        ),
        ban=read_terms(facts["ban"]),
        minor=_minor(cursor, facts["id"], date.fromisoformat(facts["birth_date"]), window),
        anew_at=_moment(facts["anew_at"]),
    )


def _minor(cursor: Cursor, volunteer_id: str, birth_date: date, window: Window) -> Minor | None:
    """A statement of its own, which adults are spared."""
    first = min(one.captured_at for one in window.sightings)
    if not is_minor(birth_date, first):
        return None
    rows = cursor.execute(GUARDIANS, {"volunteer_id": volunteer_id}).fetchall()
    consents = [Terms(*terms) for _, *terms in rows if terms[0] is not None]
    return Minor(Child(birth_date, rows[0][0]), consents)


def read_pairs(cursor: Cursor, pairs: Iterable[Pair]) -> list[PairFacts]:
    """All facts about these attendances, whoever's they are; an event that does not exist is left out."""
    ordered = sorted(pairs)
    if not ordered:
        return []
    wanted = {"event_ids": [event for event, _ in ordered], "people": [who for _, who in ordered]}
    return [_pair(facts) for (facts,) in cursor.execute(PAIRS, wanted)]


def _pair(facts: dict[str, Any]) -> PairFacts:
    records = [_known(row) for row in facts["records"] or ()]
    return PairFacts(facts["volunteer_id"], _event(facts["event"]), records, _visits(facts["around"] or ()))


def _visits(rows: Iterable[dict[str, Any]]) -> list[Visit]:
    """Records with the times of their events, put together by event."""
    found: dict[str, Visit] = {}
    for row in rows:
        if row["event_id"] not in found:
            starts_at, ends_at = (datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at"))
            found[row["event_id"]] = Visit(row["event_id"], starts_at, ends_at, [], _decision(row))
        found[row["event_id"]].records.append(_record(row))
    return list(found.values())


def _event(row: dict[str, Any]) -> EventFacts:
    held = row["attendance"]
    return EventFacts(
        **row
        | {
            "cancelled_at": _moment(row["cancelled_at"]),
            "code_secret_changed_at": _moment(row["code_secret_changed_at"]),
            "starts_at": datetime.fromisoformat(row["starts_at"]),
            "ends_at": datetime.fromisoformat(row["ends_at"]),
            "presence_ends_at": datetime.fromisoformat(row["presence_ends_at"]),
            "day": date.fromisoformat(row["day"]),
            "attendance": held and _held(held),
        }
    )


def _held(row: dict[str, Any]) -> HeldAttendance:
    state = State(
        status=Status(row["status"]),
        evidence=Evidence(row["evidence"]),
        checked_in_at=datetime.fromisoformat(row["checked_in_at"]),
        checked_out_at=_moment(row["checked_out_at"]),
        minutes=row["minutes"],
        assumed_minutes=row["assumed_minutes"],
        distance_m=row["distance_m"],
        reasons=tuple(row["reasons"]),
        companions=row["companions"],
    )
    return HeldAttendance(row["id"], row["version"], row["event_version"], state, _decision(row))


def _decision(row: dict[str, Any]) -> Decision | None:
    if row["decision"] is None:
        return None
    return Decision(
        Status(row["decision"]),
        row["decision_minutes"],
        row["decision_is_correction"],
        # Of other events only whether they count is asked for.
        row.get("decision_companions"),
    )


def _known(row: dict[str, Any]) -> KnownRecord:
    moment = datetime.fromisoformat(row["captured_at"])
    sighting = Sighting(
        key=(row["sender_id"], row["id"]),
        event_id=row["event_id"],
        captured_at=moment,
        place=(row["latitude"], row["longitude"]),
        accuracy_m=row["accuracy_m"],
        installation_id=row["installation_id"],
        day=date.fromisoformat(row["day"]),
        fix_key=row["fix_key"],
        fixed_at=None if row["code_is_right"] else _moment(row["fixed_at"]),
    )
    return KnownRecord(sighting, _record(row), row["content_hash"], row["code_is_right"])


def _record(row: dict[str, Any]) -> Record:
    return Record(
        id=row["id"],
        kind=RecordKind(row["type"]),
        captured_at=datetime.fromisoformat(row["captured_at"]),
        evidence=Evidence(row["evidence"]),
        distance_m=row["distance_m"],
        reasons=tuple(row["reasons"]),
        companions=row["companions"],
    )


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(COUNTRY_ZONE).date()


def _given(row: dict[str, Any]) -> Given:
    given_at = datetime.fromisoformat(row["given_at"])
    return Given(row["name"], row["version"], given_at, _moment(row["withdrawn_at"]))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
