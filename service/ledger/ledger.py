"""Each change inserts one pending row, one job folds them, a read is totals plus pending: exact."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import happenings
from service.happenings import AttendanceChanged
from service.ledger import scopes, sightings
from service.models import Attendance, CountPending, CountTotal, Event, ScopeTotal
from service.platform import queue

FIGURES = (
    "events",
    "signups",
    "participations",
    "minutes",
    "minutes_assumed",
    "headcount",
    "collectives",
    "companions",
    "in_review",
)
FOLD_LOCK = 7_201
"""Key of the advisory lock that lets one fold run at a time."""

FOLD_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an event counts; `district_code`: None where it has none."""

    day: date
    region_code: str
    district_code: str | None = None

    @classmethod
    def of(cls, event: Event) -> Self:
        """Where an event counts as it is now."""
        return cls(event.day, event.region_code, event.district_code)


def add(session: Session, event: Event, **deltas: int) -> None:
    """Record a change of an event's figures, in the transaction that makes it."""
    session.execute(sa.insert(CountPending).values(event_id=event.id, **asdict(Cell.of(event)), **deltas))


def all_rows() -> sa.Subquery:
    """All that counts, folded or pending: (event_id, day, region_code, *FIGURES)."""
    columns = ("event_id", "day", "region_code", *FIGURES)
    tables = (CountTotal.__table__, CountPending.__table__)
    return sa.union_all(*(sa.select(*table.c[columns]) for table in tables)).subquery("counted")


def sums(rows: Any) -> list[sa.Label[Any]]:
    """The sum of each figure over these rows, by its name."""
    return [sa.func.coalesce(sa.func.sum(rows.c[name]), 0).label(name) for name in FIGURES]


def move_event(session: Session, event_id: UUID, before: Cell, after: Cell) -> None:
    """Let all that counts for an event in one cell, place and day, count in another; hold its row FOR UPDATE.

    Each person who counts there goes along by a row of their own. What is counted in a third cell is none of
    its business: `verify` finds it.
    """
    if before == after:
        return
    _count_people(session, event_id, before, -1)
    counted = all_rows()
    left = sa.select(*sums(counted)).where(
        counted.c.event_id == event_id,
        counted.c.day == before.day,
        counted.c.region_code == before.region_code,
    )
    figures = session.execute(left).mappings().one()
    session.execute(
        sa.insert(CountPending),
        [
            {"event_id": event_id}
            | asdict(cell)
            | {name: sign * int(value) for name, value in figures.items()}
            for cell, sign in ((before, -1), (after, 1))
        ],
    )
    _count_people(session, event_id, after, 1)


def _count_people(session: Session, event_id: UUID, cell: Cell, sign: int) -> None:
    """Count everybody who counts at an event once more in a cell, or once less."""
    pending = CountPending.__table__.c
    row = {"event_id": event_id, **asdict(cell), "participations": sign}
    values = [sa.cast(value, pending[name].type) for name, value in row.items()]
    people = sa.select(Attendance.volunteer_id, *values).where(
        Attendance.event_id == event_id, Attendance.status == "counted"
    )
    session.execute(sa.insert(CountPending).from_select(["volunteer_id", *row], people))


def move_person(session: Session, before: UUID, after: UUID) -> None:
    """Let somebody be seen, wherever they count, as another from now on: by the next fold, as all sightings.

    Their attendances, and the events of these, are held; nobody counts more or less.
    """
    there = (
        sa.select(Event.id.label("event_id"), Event.day, Event.region_code, Event.district_code)
        .join(Attendance, Attendance.event_id == Event.id)
        .where(Attendance.volunteer_id == before, Attendance.status == "counted")
    )
    columns = CountPending.__table__.c
    for person, sign in ((before, -1), (after, 1)):
        values = {"volunteer_id": person, "participations": sign}
        row = [sa.cast(value, columns[name].type) for name, value in values.items()]
        session.execute(
            sa.insert(CountPending).from_select(
                ["event_id", "day", "region_code", "district_code", *values], there.add_columns(*row)
            )
        )


def _folding() -> sa.Select[int, Sequence[UUID]]:
    """Take the oldest pending rows away and add them to sums and sightings, in one statement.

    How many they are, and whose attendance they are about.
    """
    oldest = sa.select(CountPending.id).order_by(CountPending.id).limit(FOLD_AT_ONCE)
    taken = sa.delete(CountPending).where(CountPending.id.in_(oldest)).returning(CountPending).cte("taken")
    by_scope = scopes.each(taken, FIGURES).cte("taken_by_scope")
    return (
        sa.select(
            sa.func.count(),
            sa.func.array_agg(taken.c.volunteer_id.distinct()).filter(taken.c.volunteer_id.is_not(None)),
        )
        .select_from(taken)
        .add_cte(
            _adding(CountTotal, ("day", "region_code", "event_id"), taken).cte("folded"),
            _adding(ScopeTotal, scopes.SCOPE_AND_PERIOD, by_scope).cte("folded_by_scope"),
            *sightings.applied(sightings.changes(taken)),
        )
    )


def _adding(table: type[CountTotal] | type[ScopeTotal], key: Sequence[str], rows: sa.FromClause) -> sa.Insert:
    """Add the sums of rows by a key to the sums of a table."""
    cell = rows.c[tuple(key)]
    changes = sa.select(*cell, *sums(rows)).group_by(*cell).order_by(*cell)
    adding = insert(table).from_select([*key, *FIGURES], changes)
    return adding.on_conflict_do_update(
        index_elements=key,
        set_={name: table.__table__.c[name] + adding.excluded[name] for name in FIGURES},
    )


def fold(session: Session, now: datetime) -> int:
    """Take pending rows into the totals and return how many; 0 as well when another fold is at work.

    Whose attendance they were about is told.
    """
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(FOLD_LOCK))):
        return 0
    taken, people = session.execute(_folding()).one()
    if people:
        happenings.tell(session, AttendanceChanged(volunteer_ids=frozenset(people), at=now))
    return int(taken)


@queue.app.periodic(cron="* * * * * */10")  # the seconds stand last
@queue.app.task(name="counts.fold", queueing_lock="counts.fold", pass_context=True)
def fold_all(context: procrastinate.JobContext, timestamp: int) -> None:
    """Fold until nothing is pending."""
    runtime = queue.runtime(context)
    while True:
        with runtime.sessions.begin() as session:
            if fold(session, runtime.clock.now()) < FOLD_AT_ONCE:
                return
