"""Rows with people live as long as their table says (`personal_data.py`), and are deleted every night.

Those of tables with a `job` of their own are that one's.
"""

from datetime import datetime

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models.base import Base
from service.platform import personal_data, queue
from service.platform.personal_data import PersonalTable

TASK = "retention.forget_old"
CHUNK = 5_000


def forget(session: Session, said: PersonalTable, now: datetime) -> int:
    """Delete up to CHUNK rows of a table that have lived their time; returns how many."""
    if said.kept is None or said.aged is None:
        return 0
    table = Base.metadata.tables[said.name]
    key = sa.tuple_(*table.primary_key.columns)
    old = (
        sa.select(*table.primary_key.columns)
        .where(table.c[said.aged] < now - said.kept)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    )
    return len(session.execute(sa.delete(table).where(key.in_(old)).returning(sa.literal(1))).all())


@queue.app.periodic(cron="50 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def forget_all(context: procrastinate.JobContext, timestamp: int) -> None:
    """All that is old, a chunk a transaction."""
    runtime = queue.runtime(context)

    def forget_of(said: PersonalTable) -> None:
        deleted = CHUNK
        while deleted == CHUNK:
            with runtime.sessions.begin() as session:
                deleted = forget(session, said, runtime.clock.now())

    queue.each_by_itself(personal_data.registered(), forget_of)
