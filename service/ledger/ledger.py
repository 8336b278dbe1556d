"""Each change inserts one pending row, one job folds them, a read is totals plus pending: exact."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import CountPending, Event
from service.platform import queue

FIGURES = ("events", "signups", "participations", "minutes", "minutes_assumed", "headcount", "in_review")
FOLD_LOCK = 7_201
"""Key of the advisory lock that lets one fold run at a time."""

FOLD_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an event counts."""

    day: date
    region_code: str


def add(session: Session, event: Event, **deltas: int) -> None:
    """Record a change of an event's figures, in the transaction that makes it."""
    session.execute(
        sa.insert(CountPending).values(
            event_id=event.id, day=event.day, region_code=event.region_code, **deltas
        )
    )


def move_event(session: Session, event_id: UUID, before: Cell, after: Cell) -> None:
    """Let all that counts for an event count in another place or on another day."""
    if before == after:
        return
    figures = dict(session.execute(_SUMS_OF_EVENT, {"event_id": event_id}).mappings().one())
    for cell, sign in ((before, -1), (after, 1)):
        session.execute(
            sa.insert(CountPending).values(
                event_id=event_id,
                day=cell.day,
                region_code=cell.region_code,
                **{name: sign * (value or 0) for name, value in figures.items()},
            )
        )


_COLUMNS = ", ".join(FIGURES)
ALL_ROWS = f"""
    (SELECT event_id, day, region_code, {_COLUMNS} FROM count_total
     UNION ALL
     SELECT event_id, day, region_code, {_COLUMNS} FROM count_pending) AS counted
"""  # noqa: S608 - names of our own columns
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in FIGURES)
_SUMS_OF_EVENT = sa.text(f"SELECT {_SUMS} FROM {ALL_ROWS} WHERE event_id = :event_id")  # noqa: S608 - our own names

_FOLD = sa.text(
    f"""
    WITH taken AS (
        DELETE FROM count_pending
        WHERE id IN (SELECT id FROM count_pending ORDER BY id LIMIT :at_once)
        RETURNING *
    ), changes AS (
        SELECT day, region_code, event_id, {_SUMS}
        FROM taken GROUP BY day, region_code, event_id ORDER BY day, region_code, event_id
    ), folded AS (
        INSERT INTO count_total (day, region_code, event_id, {_COLUMNS})
        SELECT day, region_code, event_id, {_COLUMNS} FROM changes
        ON CONFLICT (day, region_code, event_id) DO UPDATE
        SET {", ".join(f"{name} = count_total.{name} + excluded.{name}" for name in FIGURES)}
    )
    SELECT count(*) FROM taken
    """  # noqa: S608 - names of our own columns
)


def fold(session: Session) -> int:
    """Take pending rows into the totals and return how many; 0 as well when another fold is at work."""
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(FOLD_LOCK))):
        return 0
    return int(session.execute(_FOLD, {"at_once": FOLD_AT_ONCE}).scalar_one())


@queue.app.periodic(cron="* * * * * */10")  # the seconds stand last
@queue.app.task(name="counts.fold", queueing_lock="counts.fold", pass_context=True)
def fold_all(context: procrastinate.JobContext, timestamp: int) -> None:
    """Fold until nothing is pending."""
    while True:
        with queue.runtime(context).sessions.begin() as session:
            if fold(session) < FOLD_AT_ONCE:
                return
