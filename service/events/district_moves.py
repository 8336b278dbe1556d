"""Events are moved to another district: by a coordinator's hand, and by a job after an import."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from service import errors
from service.access import Actor, Permission
from service.audit import audit
from service.events import events
from service.geography import district_import, districts
from service.geography.district_file import Line
from service.geography.district_import import Report
from service.geography.districts import Districts
from service.happenings import EventChanged, tell
from service.ledger import ledger
from service.models import Event
from service.models.audit import AuditAction
from service.models.base import LocalizedText
from service.platform import queue

TASK = "events.find_districts"
LEFT_TASK = "events.find_districts_left"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class ByHand:
    """An event whose district a coordinator has set: `found` is what the outlines say, None: no district."""

    event_id: UUID
    title: LocalizedText
    code: str | None
    found: str | None


def set_by_hand(session: Session, actor: Actor, event_id: UUID, code: str | None, now: datetime) -> Event:
    """Let an event count in a district of its region, whatever the outlines say; None: in that of its place.

    Raises:
        NotFound, Forbidden, OwnOrganization. Invalid: no district of the event's region.
    """
    event = events.get_to_change(session, actor, event_id, Permission.SET_DISTRICT)
    known = districts.current(session)
    if code is not None and (
        code not in known.by_code or known.by_code[code].region_code != event.region_code
    ):
        raise errors.Invalid("district", "district-unknown", region=event.region_code)
    event.district_by_hand = code is not None
    _move(session, event, code or _found(known, event), known, now)
    events.record(session, actor, AuditAction.DISTRICT_SET, event, now, detail={"district": code})
    return event


def import_districts(session: Session, lines: Sequence[Line], now: datetime, *, partial: bool) -> Report:
    """Store what was read of a file, and let a job find the districts of all events anew."""
    report = district_import.store(session, lines, now, partial=partial)
    if report.taken and (report.added or report.changed):
        detail = {"version": report.version, "added": len(report.added), "changed": len(report.changed)}
        audit.record(session, None, AuditAction.DISTRICTS_IMPORTED, detail=detail, now=now)
        queue.defer(session, TASK)
    return report


def by_hand(session: Session) -> list[ByHand]:
    """All events whose district was set by hand, the newest first."""
    known = districts.current(session)
    rows = session.scalars(
        sa.select(Event).where(Event.district_by_hand).order_by(Event.day.desc(), Event.id)
    )
    return [ByHand(one.id, one.title, one.district_code, _found(known, one)) for one in rows]


def _found(known: Districts, event: Event | sa.Row[*tuple[Any, ...]]) -> str | None:
    return known.at(event.latitude, event.longitude, event.region_code)


def _right(known: Districts, event: Event | sa.Row[*tuple[Any, ...]]) -> str | None:
    """The district that an event has to have: what was said stands by hand, and where none is known."""
    stands = event.district_by_hand or not known.knows(event.region_code)
    return event.district_code if stands else _found(known, event)


def _move(session: Session, event: Event, code: str | None, known: Districts, now: datetime) -> None:
    """Let a locked event count in this district from now on."""
    event.districts_version = known.version
    if event.district_code == code:
        session.flush()
        return
    before = ledger.Cell.of(event)
    event.district_code = code
    event.is_changed(now)
    ledger.move_event(session, event.id, before, ledger.Cell.of(event))
    session.flush()
    tell(session, EventChanged(at=now, event_id=event.id, changed=frozenset({"district_code"})))


@queue.app.task(name=TASK, pass_context=True)
def find_districts(context: procrastinate.JobContext) -> None:
    """Find the district of each event that was not looked up by the newest districts yet."""
    runtime = queue.runtime(context)
    find_all(runtime.sessions, runtime.clock.now())


@queue.app.periodic(cron="*/5 * * * *")
@queue.app.task(name=LEFT_TASK, queueing_lock=LEFT_TASK, pass_context=True)
def find_districts_left(context: procrastinate.JobContext, timestamp: int) -> None:
    """Go on where a job has failed, or where a process still knew the districts of before an import."""
    runtime = queue.runtime(context)
    find_all(runtime.sessions, runtime.clock.now())


def find_all(sessions: sessionmaker[Session], now: datetime) -> None:
    """Chunk by chunk, each event that moves in a transaction of its own: check-ins wait for one row's write.

    Whoever is killed midway leaves the rest to do: an event knows by which import it was looked up.
    """
    while True:
        with sessions.begin() as session:
            known = districts.current(session)
            moving, is_more = find_chunk(session, known)
        for event_id in moving:
            with sessions.begin() as session:
                find_one(session, event_id, known, now)
        if not is_more:
            return


def find_chunk(session: Session, known: Districts) -> tuple[Sequence[UUID], bool]:
    """Look up to CHUNK events up; those that stay where they are are done with it.

    Returns:
        The events that have to move, and whether any was left to look at.
    """
    columns = (Event.id, Event.latitude, Event.longitude, Event.region_code, Event.district_code)
    left = session.execute(
        sa.select(*columns, Event.district_by_hand)
        .where(Event.districts_version < known.version)
        .order_by(Event.districts_version, Event.id)
        .limit(CHUNK)
    ).all()
    moving = [one.id for one in left if _right(known, one) != one.district_code]
    _stay(session, {one.id for one in left}.difference(moving), known)
    return moving, bool(left)


def _stay(session: Session, event_ids: Iterable[UUID], known: Districts) -> None:
    """Written in the order of the ids, without the keys that presence looks at."""
    rows = (
        sa.select(Event.id)
        .where(Event.id.in_(event_ids), Event.districts_version < known.version)
        .order_by(Event.id)
        .with_for_update(key_share=True)
    )
    session.execute(
        sa.update(Event)
        .where(Event.id.in_(rows.scalar_subquery()))
        .values(districts_version=known.version)
        .execution_options(synchronize_session=False)
    )


def find_one(session: Session, event_id: UUID, known: Districts, now: datetime) -> None:
    """Let one event count in the district of its place, unless that was done, or set by hand, meanwhile."""
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is not None and event.districts_version < known.version:
        _move(session, event, _right(known, event), known, now)
