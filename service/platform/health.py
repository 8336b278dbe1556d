"""Whether the database is there and has the schema of this release, and whether a worker works."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.models import WorkerSeen


def schema_version(session: Session) -> str | None:
    """The migration that the database is at; None before the first."""
    if session.scalar(sa.text("SELECT to_regclass('alembic_version')::text")) is None:
        return None
    return str(session.scalar(sa.text("SELECT version_num FROM alembic_version")))


def note_worker(session: Session) -> None:
    """A worker has done a job just now."""
    clock = sa.func.clock_timestamp()
    session.execute(
        insert(WorkerSeen)
        .values(id=1, seen_at=clock)
        .on_conflict_do_update(index_elements=["id"], set_={"seen_at": clock})
    )


def worker_seen_s_ago(session: Session) -> int | None:
    """How many seconds ago a worker was last seen; None: never."""
    ago = sa.func.extract("epoch", sa.func.clock_timestamp() - WorkerSeen.seen_at)
    found = session.scalar(sa.select(ago))
    return None if found is None else max(0, int(found))
