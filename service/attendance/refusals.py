"""Refused check-ins, kept apart and bounded: what a person can be heard about."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, presence_errors
from service.attendance.evidence import RecordKind
from service.attendance.presence_facts import Cursor, EventFacts
from service.attendance.sent_records import SentRecord
from service.models import RefusalAppeal, RefusedRecord
from service.platform.thresholds import Thresholds
from service.platform.written import Written

HEARD = (
    presence_errors.OutsideArea,
    presence_errors.TooEarly,
    presence_errors.TooLate,
    presence_errors.StalePosition,
    presence_errors.WrongPlaceCode,
    presence_errors.SignupRequired,
    errors.Cancelled,
)
"""Refusals that a second look can change: not of an age, a draft, a consent."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A check-in that does not count, and why."""

    sent: SentRecord
    event: EventFacts
    refusal: errors.ServiceError

    @property
    def is_heard(self) -> bool:
        """Whether it is kept: who comes to an event that was called off before it began was not there."""
        called_off = isinstance(self.refusal, errors.Cancelled) and (
            self.event.cancelled_at is not None and self.event.cancelled_at < self.event.starts_at
        )
        return self.sent.kind is RecordKind.CHECK_IN and isinstance(self.refusal, HEARD) and not called_off


# Events first, as everybody takes them: a batch sent twice would meet the change of an event crosswise.
_KEEP = """
    WITH held AS MATERIALIZED (
        SELECT id FROM event WHERE id = ANY(%(events)s::uuid[]) ORDER BY id FOR KEY SHARE
    )
    INSERT INTO refused_record AS kept
        (sender_id, id, event_id, captured_at, received_at, refused_as, distance_m, accuracy_m)
    SELECT sender_id, id, event_id, captured_at, received_at, refused_as, distance_m, accuracy_m
    FROM json_populate_recordset(NULL::refused_record, %(rows)s) AS refused
    WHERE event_id IN (SELECT held.id FROM held) AND %(at_most)s > (
        SELECT count(*) FROM refused_record AS before
        WHERE before.event_id = refused.event_id AND before.sender_id = refused.sender_id
    )
    ORDER BY id
    ON CONFLICT (sender_id, id) DO UPDATE SET
        event_id = excluded.event_id, captured_at = excluded.captured_at, received_at = excluded.received_at,
        refused_as = excluded.refused_as, distance_m = excluded.distance_m, accuracy_m = excluded.accuracy_m
"""


def keep(
    cursor: Cursor, sender_id: str, refused: Sequence[Refused], now: datetime, thresholds: Thresholds
) -> None:
    """Keep what can be heard of these, with what was measured; no more of a person and event than of records
    that count."""
    heard = {one.sent.id: one for one in refused if one.is_heard}
    if heard:
        rows = [_row(sender_id, one, now, thresholds) for one in heard.values()]
        events = sorted({one.event.id for one in heard.values()})
        parameters = {"rows": json.dumps(rows), "events": events, "at_most": thresholds.event_records}
        cursor.execute(_KEEP, parameters)


def _row(sender_id: str, one: Refused, now: datetime, thresholds: Thresholds) -> dict[str, object]:
    fix = one.sent.presence(one.event, now, thresholds).fix
    return {
        "sender_id": sender_id,
        "id": str(one.sent.id),
        "event_id": one.event.id,
        "captured_at": one.sent.captured_at.isoformat(),
        "received_at": now.isoformat(),
        "refused_as": one.refusal.code,
        "distance_m": None if fix is None else round(fix.distance_m),
        "accuracy_m": None if fix is None else fix.accuracy_m,
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was told of their check-ins at an event. `is_asked`: for a second look, and what was
    decided of it; `refused_as`, with metres: what they were refused last, of what is kept."""

    is_asked: bool
    decision: str | None
    refused_as: str | None
    distance_m: int | None


def told(session: Session, event_id: UUID, volunteer_id: UUID) -> Told:
    """What this person was told, in one statement: mostly nothing."""
    (row,) = _told().rows(session, {"event_id": event_id, "volunteer_id": volunteer_id})
    return Told(**row._asdict())


@cache
def _told() -> Written:
    event_id, volunteer_id = (sa.bindparam(name, type_=sa.Uuid) for name in ("event_id", "volunteer_id"))
    asked = (
        sa.select(RefusalAppeal.decision, sa.true().label("is_asked"))
        .where(RefusalAppeal.event_id == event_id, RefusalAppeal.volunteer_id == volunteer_id)
        .subquery("asked")
    )
    last = (
        sa.select(RefusedRecord.refused_as, RefusedRecord.distance_m)
        .where(RefusedRecord.event_id == event_id, RefusedRecord.sender_id == volunteer_id)
        .order_by(RefusedRecord.captured_at.desc(), RefusedRecord.id)
        .limit(1)
        .subquery("last")
    )
    always = sa.select(sa.literal_column("1")).subquery("always")
    return Written(
        sa.select(
            sa.func.coalesce(asked.c.is_asked, sa.false()).label("is_asked"),
            asked.c.decision,
            last.c.refused_as,
            last.c.distance_m,
        ).select_from(always.outerjoin(asked, sa.true()).outerjoin(last, sa.true()))
    )
