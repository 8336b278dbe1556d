"""What is owed to people: recorded in the transaction it follows from, sent after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class Outbox(Base):
    """One notification owed to an audience. `facts` are all that its words need, as they were then."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("dedupe_key"),
        sa.Index("ix_outbox_unexpanded", "created_at", postgresql_where=sa.text("expanded_at IS NULL")),
        sa.Index("ix_outbox_next_due_at", "next_due_at", postgresql_where=sa.text("next_due_at IS NOT NULL")),
        sa.Index("ix_outbox_set_aside", "set_aside_at", postgresql_where=sa.text("set_aside_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    event_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("event.id"))
    organization_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id"))
    # Set where one person is meant, or somebody who is not registered yet.
    volunteer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    facts: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    expanded_at: Mapped[datetime | None]
    # How far a large audience has been told: the last volunteer's id of the last chunk.
    expanded_to: Mapped[UUID | None]
    content_hash: Mapped[str | None]
    # What is owed by the clock (reminders, thanks, the digest) is owed once by this key.
    dedupe_key: Mapped[str | None]
    # When more of the audience will have to be told; NULL where all are told at once, or all have been.
    next_due_at: Mapped[datetime | None]
    # How often it has failed in a row, when its expansion is tried again, and since when nobody tries.
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    next_attempt_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class ClockOffset(Base):
    """How far the shared clock of development is ahead of the system's, in microseconds: at most one row."""

    __tablename__ = "clock_offset"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_us: Mapped[int] = mapped_column(sa.BigInteger)


class WorkerSeen(Base):
    """When any worker has last done a job, by the database's clock: at most one row."""

    __tablename__ = "worker_seen"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime]
