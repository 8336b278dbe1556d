"""One's own refused check-ins, an event a line: what was measured, and whether it may be appealed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from service.attendance import evidence
from service.models import Attendance, Event, RefusalAppeal, RefusedRecord
from service.platform import keyset
from service.platform.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class OwnRefusal:
    """The refusal at an event that speaks best for the person, and the appeal of it, if any.

    `allowed_m`: None without a position. `opens_at`, `closes_at`: when it may be appealed, once an event;
    `is_heard`: whether it was about the time of the event, so that it can be.
    """

    event: Event
    captured_at: datetime
    refused_as: str
    distance_m: int | None
    accuracy_m: float | None
    allowed_m: int | None
    opens_at: datetime
    closes_at: datetime
    is_heard: bool
    appeal: RefusalAppeal | None

    def can_appeal(self, now: datetime) -> bool:
        """Whether an appeal would be taken at this moment."""
        return self.is_heard and self.appeal is None and self.opens_at <= now <= self.closes_at

    def opens_later(self, now: datetime) -> bool:
        """Whether one will be taken once the event is over."""
        return self.is_heard and self.appeal is None and now < self.opens_at


def of_person(
    session: Session,
    volunteer_id: UUID,
    after: tuple[datetime, UUID] | None,
    limit: int,
    thresholds: Thresholds,
) -> list[OwnRefusal]:
    """Where somebody was refused and no attendance came of it, newest first; `after`: (captured, event)."""
    query = _newest_first()
    if after is not None:
        query = query.where(keyset.before(after, query.selected_columns.captured_at, Event.id))
    found = session.execute(query.limit(limit), _values(volunteer_id, thresholds))
    return [_own(row, thresholds) for row in found]


def at_event(
    session: Session, volunteer_id: UUID, event_id: UUID, thresholds: Thresholds
) -> OwnRefusal | None:
    """What somebody was refused at one event; None: nothing, or an attendance came of it after all."""
    query = _refused().where(Event.id == event_id)
    found = session.execute(query, _values(volunteer_id, thresholds)).first()
    return None if found is None else _own(found, thresholds)


Refused = sa.Select[Event, datetime, str, int | None, float | None, bool, RefusalAppeal]


def _values(volunteer_id: UUID, thresholds: Thresholds) -> dict[str, Any]:
    return {"volunteer_id": volunteer_id, "off": timedelta(minutes=thresholds.review_off_min)}


@cache
def _newest_first() -> Refused:
    query = _refused()
    return query.order_by(query.selected_columns.captured_at.desc(), Event.id.desc())


@cache
def _refused() -> Refused:
    """Of a `volunteer_id`; heard is what was `off` at most. Built once, which costs more than asking.

    What was measured stands in the appeal as well, longer than the record is kept.
    """
    volunteer_id = sa.bindparam("volunteer_id", type_=sa.Uuid)
    off = sa.bindparam("off", type_=sa.Interval)
    is_heard = RefusedRecord.captured_at.between(Event.starts_at - off, Event.ends_at + off)
    nearest = (
        sa.select(
            RefusedRecord.event_id,
            RefusedRecord.captured_at,
            RefusedRecord.refused_as,
            RefusedRecord.distance_m,
            RefusedRecord.accuracy_m,
            is_heard.label("is_heard"),
        )
        .join(Event, Event.id == RefusedRecord.event_id)
        .where(RefusedRecord.sender_id == volunteer_id)
        .ext(distinct_on(RefusedRecord.event_id))
        .order_by(
            RefusedRecord.event_id,
            is_heard.desc(),
            RefusedRecord.distance_m.nulls_last(),
            RefusedRecord.captured_at,
        )
        .subquery()
    )
    asked = aliased(
        RefusalAppeal, sa.select(RefusalAppeal).where(RefusalAppeal.volunteer_id == volunteer_id).subquery()
    )
    both = sa.join(nearest, asked, asked.event_id == nearest.c.event_id, full=True)
    attended = sa.exists().where(Attendance.event_id == Event.id, Attendance.volunteer_id == volunteer_id)
    return (
        sa.select(
            Event,
            sa.func.coalesce(asked.captured_at, nearest.c.captured_at).label("captured_at"),
            sa.func.coalesce(asked.refused_as, nearest.c.refused_as),
            # Of the appeal's own record alone: one without a position has none.
            sa.case((asked.id.is_not(None), asked.distance_m), else_=nearest.c.distance_m),
            sa.case((asked.id.is_not(None), asked.accuracy_m), else_=nearest.c.accuracy_m),
            sa.func.coalesce(nearest.c.is_heard, sa.false()),
            asked,
        )
        .select_from(both)
        .join(Event, Event.id == sa.func.coalesce(nearest.c.event_id, asked.event_id))
        .where(~attended)
    )


def _own(
    row: sa.Row[Event, datetime, str, int | None, float | None, bool, RefusalAppeal], thresholds: Thresholds
) -> OwnRefusal:
    event, captured_at, refused_as, distance_m, accuracy_m, is_heard, appeal = row
    allowed_m = None
    if distance_m is not None and accuracy_m is not None:
        allowed_m = round(evidence.allowed_distance_m(accuracy_m, thresholds))
    return OwnRefusal(
        event,
        captured_at,
        refused_as,
        distance_m,
        accuracy_m,
        allowed_m,
        event.presence_ends_at,
        event.presence_ends_at + timedelta(days=thresholds.review_sync_days),
        is_heard,
        appeal,
    )
