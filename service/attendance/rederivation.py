"""When an event's times have changed, its attendances are derived again: by a job, in chunks, resumable.

Each attendance knows the version of the event that it was derived by. Those of an older one are left to do,
so a job that died is gone on with where it was; counts follow in the transaction of each chunk.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance import presence_facts, presence_store
from service.attendance.evidence import Evidence
from service.attendance.presence_facts import Pair, PairFacts, person_key
from service.attendance.presence_store import Changes, Derived, RaceLostError
from service.events import events, frozen
from service.happenings import EventChanged
from service.models import Attendance, Event, Volunteer
from service.platform import queue
from service.platform.database import driver_cursor
from service.platform.queue import Runtime
from service.platform.thresholds import Thresholds

TASK = "attendance.derive_again"
LEFT_TASK = "attendance.derive_again_left"
TIMES = frozenset({"starts_at", "ends_at"})
CHUNK = 200
"""People whose records wait meanwhile: some ten milliseconds."""

LEFT_AFTER = timedelta(minutes=2)


def follow_times(session: Session, happening: EventChanged) -> None:
    """Let the attendances follow an event that has other times, or was called off: one job, deferred here."""
    event = events.get(session, happening.event_id)
    is_moved = bool(happening.changed & TIMES) and not event.is_draft
    if is_moved or ("status" in happening.changed and frozen.has_presence(session, event.id)):
        event.rederiving_since = happening.at
        session.flush()
        queue.defer(session, TASK, event_id=str(event.id))


@queue.app.task(name=TASK, pass_context=True)
def derive_again(context: procrastinate.JobContext, event_id: str) -> None:
    """Derive all attendances of an event that are left to do, a chunk a transaction."""
    _derive_all(queue.runtime(context), UUID(event_id))


@queue.app.periodic(cron="*/2 * * * *")
@queue.app.task(name=LEFT_TASK, queueing_lock=LEFT_TASK, pass_context=True)
def derive_again_left(context: procrastinate.JobContext, timestamp: int) -> None:
    """Go on where a job has failed, so that no event stays as if it were still being derived."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        begun_before = runtime.clock.now() - LEFT_AFTER
        left = session.scalars(sa.select(Event.id).where(Event.rederiving_since < begun_before)).all()
    queue.each_by_itself(left, partial(_derive_all, runtime))


def _derive_all(runtime: Runtime, event_id: UUID) -> None:
    is_more = True
    while is_more:
        with suppress(RaceLostError), runtime.sessions.begin() as session:
            is_more = derive_chunk(session, event_id, runtime.clock.now(), runtime.thresholds)


def derive_chunk(session: Session, event_id: UUID, now: datetime, thresholds: Thresholds) -> bool:
    """Derive up to CHUNK attendances; False when none was left, and the event says so then.

    Records of these people wait to the end of the transaction; those of others go on.

    Raises:
        RaceLostError: a deadlock with others was broken up here; to be tried again.
    """
    left = session.execute(
        sa.select(Attendance.volunteer_id, Volunteer.subject)
        .join(Volunteer, Volunteer.id == Attendance.volunteer_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.event_id == event_id, Attendance.event_version < Event.version)
        .limit(CHUNK)
    ).all()
    if not left:
        _finish(session, event_id)
        return False
    with driver_cursor(session.connection()) as cursor:
        keys = [person_key(subject, volunteer_id) for volunteer_id, subject in left]
        presence_store.lock(cursor, [str(event_id)], keys)
    derive_together(session, [(str(event_id), str(person)) for person, _ in left], now, thresholds)
    return True


def _finish(session: Session, event_id: UUID) -> None:
    """Nothing is left; unless the event has changed again by now, which has a job of its own."""
    left = sa.exists().where(Attendance.event_id == Event.id, Attendance.event_version < Event.version)
    session.execute(
        sa.update(Event)
        .where(Event.id == event_id, ~left)
        .values(rederiving_since=None)
        .execution_options(synchronize_session=False)
    )


def derive_together(session: Session, pairs: Sequence[Pair], now: datetime, thresholds: Thresholds) -> None:
    """Derive attendances again and store what has changed; one that changes meanwhile holds up no other."""
    try:
        derive_all_or_none(session, pairs, now, thresholds)
    except RaceLostError:
        for pair in pairs:
            with suppress(RaceLostError):
                derive_all_or_none(session, [pair], now, thresholds)


def derive_all_or_none(
    session: Session, pairs: Sequence[Pair], now: datetime, thresholds: Thresholds
) -> None:
    """Derive attendances again and store what has changed.

    Raises:
        RaceLostError: one of them has changed meanwhile, and none is stored.
    """
    with session.begin_nested(), driver_cursor(session.connection()) as cursor:
        here = presence_facts.read_pairs(cursor, pairs)
        # Where else these people were at about that time: two events at once are a doubt about both.
        elsewhere = {(visit.event_id, pair.volunteer_id) for pair in here for visit in pair.around}
        found = [*here, *presence_facts.read_pairs(cursor, elsewhere.difference(pairs))]
        changes = Changes(
            events={pair.event.id: pair.event for pair in found}.values(),
            attendances=[one for pair in found if (one := _derived(pair, now, thresholds)) is not None],
            seen=[pair.event.attendance for pair in found if pair.event.attendance is not None],
        )
        presence_store.store(cursor, changes)


def _derived(pair: PairFacts, now: datetime, thresholds: Thresholds) -> Derived | None:
    """The attendance as it has to be; one whose records are gone stays as it is."""
    held = pair.event.attendance
    if held is not None and not pair.records and held.state.evidence is not Evidence.ORGANIZER:
        return Derived(pair.event, pair.volunteer_id, held.id, held.state, held.decision)
    return presence_store.derive_pair(pair, now, thresholds)
