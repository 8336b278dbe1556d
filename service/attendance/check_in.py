"""Check-in and check-out, one by one or as a phone kept them without signal.

`presence_record` keeps what phones sent, unique by (sender, id); `attendance` is derived from it, unique by
(event, volunteer); `count_pending` gets one row of deltas for each change.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors
from service.attendance import evidence, minors, presence_facts, presence_store, refusals
from service.attendance.derivation import State
from service.attendance.evidence import RecordKind, Status
from service.attendance.presence_facts import (
    Cursor,
    PresenceFacts,
    Window,
)
from service.attendance.presence_store import Derived, RaceLostError
from service.attendance.rounds import Round
from service.attendance.sent_records import SentRecord
from service.events import signups
from service.models import Attendance, PresenceRecord, SignupStatus
from service.people import identities
from service.people.identities import Identity
from service.platform.database import Connections, driver_cursor
from service.platform.thresholds import Thresholds
from service.platform.written import Written

MAX_RACES = 5


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a record that was stored.

    `attendance`: as it is now, None while a check-out waits for its check-in; `zone` of its event;
    `repeated`: this very record had been stored before; `hints`: what the phone could do better.
    """

    attendance: Mapping[str, Any] | None
    zone: str
    repeated: bool
    hints: Sequence[str] = ()

    @property
    def is_of_a_minor(self) -> bool:
        """Whether no guardian agrees, as far as was known."""
        return self.attendance is not None and evidence.GUARDIAN_CONSENT in self.attendance["reasons"]


RecordOutcome = Stored | errors.ServiceError


def record(
    connections: Connections,
    subject: str,
    sent: SentRecord,
    now: datetime,
    thresholds: Thresholds,
    identity: Identity | None = None,
) -> Stored:
    """Record that somebody is there, or leaves. The same id with the same content gives the stored result.

    It is committed when this returns. `identity`: of the token, where one was brought.

    Raises:
        NotRegistered, NotFound. IdReused. NotPublished, Cancelled, SignupRequired, TooYoung, ConsentMissing.
        PresenceRefused, Invalid: as the judge says. Busy: others changed the same attendance all the time.
    """
    (outcome,) = record_all(connections, subject, [sent], now, thresholds, identity)
    if isinstance(outcome, errors.ServiceError):
        raise outcome
    return outcome


def record_all(
    connections: Connections,
    subject: str,
    sent: Sequence[SentRecord],
    now: datetime,
    thresholds: Thresholds,
    identity: Identity | None = None,
) -> list[RecordOutcome]:
    """Record all that one phone sends in one round of statements; one bad record never spoils the others.

    Raises:
        NotRegistered. Busy.
    """
    if not sent:
        return []
    for race in range(MAX_RACES):
        # Whoever has lost a race sees what the winner has committed, and holds the locks from the start.
        connect = connections.begin if race else connections.each
        try:
            with connect() as connection, driver_cursor(connection) as cursor:
                outcomes, facts = _record_all(
                    cursor, subject, sent, now, thresholds, identity, lock_first=race > 0
                )
        except RaceLostError:
            continue
        if identity is not None and facts.standing.learns_from(identity, now):
            with connections.begin() as connection:
                identities.note(connection, identity, now)
        offers = _offers_taken(facts, sent, outcomes)
        if offers:
            _confirm(connections, UUID(facts.volunteer_id), offers, now)
        if any(isinstance(one, Stored) and one.is_of_a_minor for one in outcomes):
            _look_again(connections, UUID(facts.volunteer_id), now, thresholds)
        return outcomes
    raise errors.Busy(retry_after_s=1)


def _record_all(
    cursor: Cursor,
    subject: str,
    sent: Sequence[SentRecord],
    now: datetime,
    thresholds: Thresholds,
    identity: Identity | None,
    *,
    lock_first: bool,
) -> tuple[list[RecordOutcome], PresenceFacts]:
    sightings = [one.sighting(thresholds) for one in sent]
    window = Window(subject, sightings, thresholds)
    if lock_first:
        presence_store.lock(cursor, window.event_ids, window.locks)
    facts = presence_facts.read(cursor, window)
    if facts is None or (identity is not None and not facts.standing.is_open_to(identity)):
        raise errors.NotRegistered()
    round_ = Round(facts, now, thresholds)
    judged = [round_.take(one, sighting) for one, sighting in zip(sent, sightings, strict=True)]
    own = round_.settle(cursor, window)
    refusals.keep(cursor, facts.volunteer_id, round_.refused, now, thresholds)
    outcomes = [
        outcome
        if isinstance(outcome, errors.ServiceError)
        else replace(
            _stored(facts, own.get(str(one.event_id)), one, repeated=outcome), hints=round_.hints(one)
        )
        for one, outcome in zip(sent, judged, strict=True)
    ]
    return outcomes, facts


def _offers_taken(
    facts: PresenceFacts, sent: Sequence[SentRecord], outcomes: Sequence[RecordOutcome]
) -> set[UUID]:
    """Events that the sender was offered a place at, and has checked in to."""
    return {
        one.event_id
        for one, outcome in zip(sent, outcomes, strict=True)
        if isinstance(outcome, Stored)
        and one.kind is RecordKind.CHECK_IN
        and facts.events[str(one.event_id)].signup == SignupStatus.OFFERED
    }


def _confirm(
    connections: Connections, volunteer_id: UUID, event_ids: Collection[UUID], now: datetime
) -> None:
    """Who comes has said yes (R15).

    In a transaction of its own: it waits for whoever changes the event's places, which presence never does.
    A phone whose answer was lost in between sends the record again, and that says it again.
    """
    with connections.begin() as connection, Session(connection, expire_on_commit=False) as session:
        signups.confirm_by_presence(session, volunteer_id, event_ids, now)
        session.commit()


def _look_again(connections: Connections, volunteer_id: UUID, now: datetime, thresholds: Thresholds) -> None:
    """A guardian may have agreed while the check-in was judged, and seen nothing of it: it is seen here."""
    with (
        suppress(RaceLostError),
        connections.begin() as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        minors.settle(session, volunteer_id, now, thresholds)
        session.commit()


def _stored(facts: PresenceFacts, own: Derived | None, sent: SentRecord, *, repeated: bool) -> Stored:
    """The answer: the attendance as the round left it, or found it."""
    event_id = str(sent.event_id)
    event = facts.events[event_id]
    held = event.attendance
    shown = None
    if own is not None:
        shown = shown_attendance(own.id, own.state, event_id, facts.volunteer_id)
    elif held is not None:
        shown = shown_attendance(held.id, held.state, event_id, facts.volunteer_id)
    return Stored(shown, event.zone, repeated)


class Attended(NamedTuple):
    """What the contract shows of an attendance."""

    id: UUID
    event_id: UUID
    volunteer_id: UUID
    status: str
    evidence: str
    checked_in_at: datetime
    checked_out_at: datetime | None
    minutes: int | None
    assumed_minutes: int
    minutes_assumed: bool
    distance_m: int | None
    companions: int
    reasons: Sequence[str]


_WHOSE = ("id", "event_id", "volunteer_id")
_STATE_SHOWN = tuple(name for name in Attended._fields if name not in _WHOSE)


def shown_attendance(id_: str, state: State, event_id: str, volunteer_id: str) -> dict[str, Any]:
    """An attendance as the contract shows it."""
    shown: dict[str, Any] = {"id": id_, "event_id": event_id, "volunteer_id": volunteer_id}
    for name in _STATE_SHOWN:
        shown[name] = getattr(state, name)
    return shown


def as_shown(attendance: Attendance | Attended) -> dict[str, Any]:
    """The same of a row, or of an appeal in its shape."""
    return {name: getattr(attendance, name) for name in Attended._fields}


def of_person(session: Session, event_id: UUID, volunteer_id: UUID) -> Attendance | None:
    """Somebody's own attendance of an event, whatever its status; None before anything was recorded."""
    return session.scalars(
        sa.select(Attendance).where(Attendance.event_id == event_id, Attendance.volunteer_id == volunteer_id)
    ).one_or_none()


def sent_before(session: Session, sender_id: UUID, record_ids: Collection[UUID]) -> set[UUID]:
    """Those of the records that this sender has sent before, and that were stored."""
    found = _SENT_BEFORE.rows(session, {"sender_id": sender_id, "ids": list(record_ids)})
    return {row.id for row in found}


_SENT_BEFORE = Written(
    sa.select(PresenceRecord.id).where(
        PresenceRecord.sender_id == sa.bindparam("sender_id", type_=sa.Uuid),
        PresenceRecord.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))),
    )
)


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
