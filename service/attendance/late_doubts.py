"""Doubts that only a whole event shows: looked for at night, once its phones have had the time to send.

What arrives later is in review by that alone, and changes nothing here: whatever the night, the same records
are looked at, so that a worker that stood still has missed nothing, and looking twice changes nothing.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance import code_shares, presence_store, rederivation
from service.attendance.code_shares import SHARED_CODE, Seen
from service.attendance.cross_checks import CODE_KEYS
from service.attendance.evidence import Evidence, RecordKind, Status
from service.attendance.presence_facts import lock_keys
from service.attendance.presence_store import RaceLostError
from service.attendance.rederivation import CHUNK
from service.models import Event, PresenceRecord, Volunteer
from service.platform import queue
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds

TASK = "attendance.doubt_codes"
LOOKED_AT_FOR = timedelta(days=14)
"""How long a worker may stand still."""

TRIES = 5
"""Of a chunk that others change meanwhile; then the next night's."""


@queue.app.periodic(cron="25 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def doubt_codes(context: procrastinate.JobContext, timestamp: int) -> None:
    """Doubt codes that were passed on at the events of late, a chunk of people a transaction."""
    runtime = queue.runtime(context)
    now, thresholds = runtime.clock.now(), runtime.thresholds
    with runtime.sessions.begin() as session:
        waiting = session.scalars(_with_codes_alone(now, thresholds)).all()

    def doubt(event_id: UUID) -> None:
        tries, is_more = 0, True
        while is_more and tries < TRIES:
            tries += 1
            with suppress(RaceLostError), runtime.sessions.begin() as session:
                is_more = doubt_chunk(session, event_id, now, thresholds)
                tries = 0

    queue.each_by_itself(waiting, doubt)


def doubt_chunk(session: Session, event_id: UUID, now: datetime, thresholds: Thresholds) -> bool:
    """Doubt up to CHUNK check-ins of an event; False when none was left.

    Records of these people wait to the end of the transaction; those of others go on.

    Raises:
        RaceLostError: something has changed meanwhile; to be tried again.
    """
    heard = session.execute(
        sa.select(PresenceRecord, Volunteer.subject)
        .join(Volunteer, Volunteer.id == PresenceRecord.sender_id)
        .join(Event, Event.id == PresenceRecord.event_id)
        .where(PresenceRecord.event_id == event_id, _in_time(thresholds))
    ).all()
    rows = {_seen(record).key: (record, subject) for record, subject in heard}
    found = code_shares.doubted((_seen(record) for record, _ in heard), thresholds)
    left = [rows[one.key] for one in found if SHARED_CODE not in one.reasons][:CHUNK]
    if not left:
        return False
    keys = {key for record, subject in left for key in _lock_keys(record, subject)}
    with driver_cursor(session.connection()) as cursor:
        presence_store.lock(cursor, [str(event_id)], sorted(keys))
    session.execute(
        sa.update(PresenceRecord)
        .where(
            sa.tuple_(PresenceRecord.sender_id, PresenceRecord.id).in_(
                [(record.sender_id, record.id) for record, _ in left]
            ),
            ~PresenceRecord.reasons.contains([SHARED_CODE]),
        )
        .values(status=Status.REVIEW, reasons=sa.func.array_append(PresenceRecord.reasons, SHARED_CODE))
        .execution_options(synchronize_session=False)
    )
    pairs = {(str(event_id), str(record.sender_id)) for record, _ in left}
    rederivation.derive_all_or_none(session, sorted(pairs), now, thresholds)
    return True


def _in_time(thresholds: Thresholds) -> sa.ColumnElement[bool]:
    """Of a record whose arrival alone is no doubt."""
    return PresenceRecord.received_at - Event.ends_at <= timedelta(hours=thresholds.sync_hours)


def _with_codes_alone(now: datetime, thresholds: Thresholds) -> sa.Select[Any]:
    """The events of the last two weeks whose phones have been heard, if somebody had nothing but a code."""
    heard = now - timedelta(hours=thresholds.sync_hours)
    by_code = sa.exists().where(PresenceRecord.event_id == Event.id, PresenceRecord.fix_key >= CODE_KEYS)
    return sa.select(Event.id).where(Event.ends_at > heard - LOOKED_AT_FOR, Event.ends_at < heard, by_code)


def _seen(row: PresenceRecord) -> Seen:
    return Seen(
        key=(str(row.sender_id), str(row.id)),
        kind=RecordKind(row.type),
        captured_at=row.captured_at,
        fix_key=row.fix_key,
        evidence=Evidence(row.evidence),
        reasons=row.reasons,
    )


def _lock_keys(row: PresenceRecord, subject: str | None) -> set[int]:
    """All that anybody holds who says something of this record."""
    return lock_keys(subject or str(row.sender_id), row.installation_id, row.day, row.fix_key)
