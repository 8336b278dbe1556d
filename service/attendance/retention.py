"""Exact coordinates of check-ins live 90 days; then a coarse cell, the distance and the verdict stay.

Refused records are deleted by then.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import h3
import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import PresenceRecord, RefusedRecord
from service.platform import queue

COORDINATES_KEPT = timedelta(days=90)
LASTING_RESOLUTION = 8
"""Of H3: cells of about 0.7 km², a neighbourhood."""

CHUNK = 2_000
TASK = "retention.forget_coordinates"


def forget_coordinates(session: Session, now: datetime) -> int:
    """Empty the coordinates of up to CHUNK records that are older; returns how many.

    The fix goes, too, and the hash of the content: with all else of the content at hand, both can be
    turned back into coordinates. A repeat of such a record is told that its id is taken.
    """
    found = session.execute(
        sa.select(
            PresenceRecord.sender_id, PresenceRecord.id, PresenceRecord.latitude, PresenceRecord.longitude
        )
        .where(PresenceRecord.latitude.is_not(None), PresenceRecord.captured_at < now - COORDINATES_KEPT)
        .order_by(PresenceRecord.captured_at)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    ).all()
    if found:
        session.connection().execute(_FORGET, [_values(*row) for row in found])
    return len(found)


def forget_refusals(session: Session, now: datetime) -> int:
    """Delete refused records that are older; returns how many. What was appealed has a copy of its own."""
    old = sa.delete(RefusedRecord).where(RefusedRecord.received_at < now - COORDINATES_KEPT)
    return len(session.execute(old.returning(RefusedRecord.id)).all())


_FORGET = (
    sa.update(PresenceRecord.__table__)  # type: ignore[arg-type] # a Table
    .where(
        PresenceRecord.sender_id == sa.bindparam("of_sender"), PresenceRecord.id == sa.bindparam("of_record")
    )
    .values(latitude=None, longitude=None, fix_key=None, content_hash=b"", cell=sa.bindparam("of_cell"))
)


def _values(sender_id: UUID, record_id: UUID, latitude: Any, longitude: Any) -> dict[str, Any]:
    cell = h3.str_to_int(h3.latlng_to_cell(latitude, longitude, LASTING_RESOLUTION))
    return {"of_sender": sender_id, "of_record": record_id, "of_cell": cell}


@queue.app.periodic(cron="40 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def forget_all_coordinates(context: procrastinate.JobContext, timestamp: int) -> None:
    """Empty all that is old, a chunk a transaction."""
    runtime = queue.runtime(context)
    while True:
        with runtime.sessions.begin() as session:
            if forget_coordinates(session, runtime.clock.now()) < CHUNK:
                forget_refusals(session, runtime.clock.now())
                return
