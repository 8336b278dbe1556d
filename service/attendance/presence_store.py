"""Presence in the database, stored: one call of the function in `presence_store.sql`, all or nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

import psycopg

from service.attendance import derivation
from service.attendance.derivation import Decision, State
from service.attendance.overlap import Neighbourhood, Visit
from service.attendance.presence_facts import Cursor, EventFacts, HeldAttendance, PairFacts, Window
from service.models.base import new_id
from service.platform.thresholds import Thresholds


class RaceLostError(Exception):
    """What the facts said has changed before it could be stored: begin anew in a new transaction."""


@dataclass(frozen=True, slots=True)
class Derived:
    """One volunteer's attendance at an event as it has to be from now on."""

    event: EventFacts
    volunteer_id: str
    id: str
    state: State
    decision: Decision | None

    @property
    def held(self) -> HeldAttendance | None:
        return self.event.attendance

    @property
    def is_changed(self) -> bool:
        """Whether it is another than the stored one, or derived by another version of the event."""
        held = self.held
        return held is None or (held.state, held.decision, held.event_version) != (
            self.state,
            self.decision,
            self.event.version,
        )

    def deltas(self) -> dict[str, int]:
        """What it adds to the counts."""
        return derivation.deltas(self.held.state if self.held else None, self.state)


def derive(
    event: EventFacts,
    volunteer_id: str,
    around: Neighbourhood,
    now: datetime,
    first_id: str | None = None,
) -> Derived | None:
    """Derive an attendance from its visit, which is one of those `around`; None while there is none.

    `first_id`: its own, if it is new.
    """
    visit, elsewhere = around.visits[event.id], around.elsewhere(event.id)
    state = derivation.derive(
        visit.records, visit.decision, visit.starts_at, visit.ends_at, now, around.thresholds, elsewhere
    )
    if state is None:
        return None
    held = event.attendance
    return Derived(event, volunteer_id, held.id if held else first_id or str(new_id()), state, visit.decision)


def derive_pair(
    pair: PairFacts,
    now: datetime,
    thresholds: Thresholds,
    changed: Iterable[Visit] = (),
    first_id: str | None = None,
) -> Derived | None:
    """Derive an attendance from what is stored; `changed`: visits of the person that are other by now."""
    around = Neighbourhood([*pair.around, pair.visit(), *changed], thresholds)
    return derive(pair.event, pair.volunteer_id, around, now, first_id)


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one transaction stores of presence.

    `events`, `seen`: events and stored attendances by which all of it was judged. `records`: rows of new
    ones; `annotations`: the reasons of stored ones, by sender and id. `window`, `checksum`: where was looked
    for related records, and what was there.
    """

    events: Iterable[EventFacts]
    attendances: Sequence[Derived]
    records: Sequence[Mapping[str, Any]] = ()
    annotations: Sequence[Mapping[str, Any]] = ()
    seen: Sequence[HeldAttendance] = ()
    window: Window | None = None
    sender_id: str | None = None
    checksum: int = 0

    def document(self) -> dict[str, Any]:
        """As the database's function takes it."""
        # In one order: two batches that touch the same rows wait for each other, and no more.
        changed = sorted((one for one in self.attendances if one.is_changed), key=attrgetter("id"))
        window = self.window
        return {
            "events": [{"id": one.id, "version": one.version} for one in self.events],
            "seen": [{"id": one.id, "version": one.version} for one in self.seen],
            "locks": window.locks if window else (),
            "window": {"sender": self.sender_id, **window.related} if window else {},
            "checksum": self.checksum,
            "records": self.records,
            "annotations": sorted(self.annotations, key=itemgetter("sender_id", "id")),
            "created": [_attendance_row(one) for one in changed if one.held is None],
            "changed": [_attendance_row(one) for one in changed if one.held is not None],
            "counts": [row for row in map(_count_row, changed) if row is not None],
        }


def _attendance_row(one: Derived) -> dict[str, Any]:
    return state_row(one.state, one.decision) | {
        "id": one.id,
        "event_id": one.event.id,
        "volunteer_id": one.volunteer_id,
        "version": one.held and one.held.version,
        "event_version": one.event.version,
    }


def _count_row(one: Derived) -> dict[str, Any] | None:
    deltas = one.deltas()
    if not any(deltas.values()):
        return None
    event = one.event
    return {
        "event_id": event.id,
        "day": event.day.isoformat(),
        "region_code": event.region_code,
        "volunteer_id": one.volunteer_id,
        **deltas,
    }


def state_row(state: State, decision: Decision | None) -> dict[str, Any]:
    """The columns of an attendance that are derived or decided, as JSON takes them."""
    return {
        "status": state.status,
        "evidence": state.evidence,
        "checked_in_at": state.checked_in_at.isoformat(),
        "checked_out_at": state.checked_out_at and state.checked_out_at.isoformat(),
        "minutes": state.minutes,
        "minutes_assumed": state.minutes_assumed,
        "assumed_minutes": state.assumed_minutes,
        "distance_m": state.distance_m,
        "companions": state.companions,
        "reasons": state.reasons,
        "decision": decision and decision.status,
        "decision_minutes": decision and decision.minutes,
        "decision_is_correction": decision is not None and decision.is_correction,
        "decision_companions": decision and decision.companions,
    }


def lock(cursor: Cursor, event_ids: Sequence[str], keys: Sequence[int]) -> None:
    """Hold events and keys to the end of the transaction, in the order in which the storing takes them.

    Raises:
        RaceLostError: a deadlock with others was broken up here.
    """
    _execute(cursor, "SELECT presence_lock(%s::uuid[], %s::bigint[])", [list(event_ids), list(keys)])


def store(cursor: Cursor, changes: Changes) -> None:
    """Store all changes in one statement: all of them, or by an error none.

    Raises:
        RaceLostError: something is not any more as the facts said; the caller rolls back.
    """
    _execute(cursor, "SELECT presence_store(%s::json)", [_ENCODER.encode(changes.document())])


RACES = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


def _execute(cursor: Cursor, statement: str, values: Sequence[Any]) -> None:
    try:
        cursor.execute(statement, values)
    except (*RACES, psycopg.errors.ForeignKeyViolation) as error:
        # Of who has been erased at this moment there is nothing to refer to any more.
        raise RaceLostError from error
