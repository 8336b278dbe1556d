"""Milestones: so many events where somebody counts, so many proven hours; told once each, whatever changes.

A job looks at who was somewhere lately, and tells the greatest one that is new. What a correction brings
later is found when its person is somewhere again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.attendance.evidence import Status
from service.models import Attendance, Event, Milestone, MilestoneOf
from service.platform import outbox, queue

THRESHOLDS = {
    MilestoneOf.EVENTS: (5, 10, 25, 50, 100, 250),
    MilestoneOf.HOURS: (10, 25, 50, 100, 250, 500, 1000),
}
KIND = "milestone"
TASK = "figures.reach_milestones"
LOOKS_BACK = timedelta(hours=26)
"""Events that ended so long ago at most: a run that was missed, and what phones kept for a night."""

SETTLED_AFTER = timedelta(hours=2)
"""So long after an event's end forgotten check-outs are closed."""

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What somebody has so far: events where they count, whole proven hours."""

    events: int
    hours: int

    def of(self, what: MilestoneOf) -> int:
        return self.events if what is MilestoneOf.EVENTS else self.hours


@dataclass(frozen=True, slots=True)
class Reached:
    """A milestone; `reached_at`: None of one from before they were told, or not told yet."""

    what: MilestoneOf
    number: int
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """What somebody is on the way to: `so_far` of `number`."""

    what: MilestoneOf
    number: int
    so_far: int


def mine(session: Session, volunteer_id: UUID) -> tuple[list[Reached], list[NextMilestone]]:
    """What somebody has reached, the greatest first, and the next one of each kind that has a next one."""
    figures = figures_of(session, [volunteer_id]).get(volunteer_id, Figures(0, 0))
    noted = {
        (one.what, one.number): one.reached_at
        for one in session.scalars(sa.select(Milestone).where(Milestone.volunteer_id == volunteer_id))
    }
    reached: list[Reached] = []
    ahead: list[NextMilestone] = []
    for what, numbers in THRESHOLDS.items():
        so_far = figures.of(what)
        has = [number for number in numbers if number <= so_far or (what, number) in noted]
        reached += [Reached(what, number, noted.get((what, number))) for number in reversed(has)]
        ahead += [NextMilestone(what, number, so_far) for number in numbers if number not in has][:1]
    return reached, ahead


def figures_of(session: Session, people: Sequence[UUID]) -> dict[UUID, Figures]:
    """What each of these people has, where they count anywhere."""
    proven = sa.func.coalesce(sa.func.sum(Attendance.minutes - Attendance.assumed_minutes), 0)
    rows = session.execute(
        sa.select(Attendance.volunteer_id, sa.func.count(), proven)
        .where(Attendance.volunteer_id.in_(people), Attendance.status == Status.COUNTED)
        .group_by(Attendance.volunteer_id)
    )
    return {person: Figures(events, int(minutes or 0) // 60) for person, events, minutes in rows}


def reach(session: Session, now: datetime, after: UUID | None = None) -> UUID | None:
    """Note and tell what some people of lately have reached; after whom to go on, None: all are done."""
    ended = Event.ends_at.between(now - LOOKS_BACK, now - SETTLED_AFTER)
    lately = (
        sa.select(Attendance.volunteer_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            ended,
            Event.day >= (now - LOOKS_BACK - timedelta(days=2)).date(),
            Attendance.status == Status.COUNTED,
        )
        .distinct()
        .order_by(Attendance.volunteer_id)
        .limit(CHUNK)
    )
    people = session.scalars(lately if after is None else lately.where(Attendance.volunteer_id > after)).all()
    _tell(session, _new_ones(session, people, now), now)
    return people[-1] if len(people) == CHUNK else None


def _new_ones(session: Session, people: Sequence[UUID], now: datetime) -> dict[UUID, list[Milestone]]:
    """What these people have reached and was not noted yet, noted now."""
    reached = [
        {"volunteer_id": person, "what": what, "number": number, "reached_at": now}
        for person, figures in figures_of(session, people).items()
        for what, numbers in THRESHOLDS.items()
        for number in numbers
        if number <= figures.of(what)
    ]
    found: defaultdict[UUID, list[Milestone]] = defaultdict(list)
    if reached:
        noted = insert(Milestone).on_conflict_do_nothing().returning(Milestone)
        for one in session.scalars(noted, reached):
            found[one.volunteer_id].append(one)
    return found


def _tell(session: Session, found: dict[UUID, list[Milestone]], now: datetime) -> None:
    """One entry for all who have reached the same, and of each kind the greatest alone."""
    together: defaultdict[tuple[str, int], list[Milestone]] = defaultdict(list)
    for reached in found.values():
        for what in MilestoneOf:
            of_kind = [one for one in reached if one.what == what]
            if of_kind:
                greatest = max(of_kind, key=lambda one: one.number)
                together[greatest.what, greatest.number].append(greatest)
    for (kind, number), those in sorted(together.items()):
        entry = outbox.enqueue(session, KIND, now, {"what": kind, "number": number})
        for one in those:
            one.entry_id = entry.id
    session.flush()


@queue.app.periodic(cron="20 * * * *")
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def reach_all(context: procrastinate.JobContext, timestamp: int) -> None:
    """Look at everybody who was somewhere lately, a chunk a transaction."""
    runtime = queue.runtime(context)
    after, is_first = None, True
    while is_first or after is not None:
        is_first = False
        with runtime.sessions.begin() as session:
            after = reach(session, runtime.clock.now(), after)
