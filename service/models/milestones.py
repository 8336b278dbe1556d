"""What somebody has reached: so many events where they count, so many proven hours."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class MilestoneOf(StrEnum):
    """What is counted."""

    EVENTS = "events"
    HOURS = "hours"
    """Proven ones: what is assumed makes nobody famous."""


class Milestone(Base):
    """One that was reached; it stays when a correction takes some of it away, so that it is told once.

    `entry_id`: of the outbox, by which its person was told; None: a greater one was told at the same time.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        sa.CheckConstraint("what IN ('events', 'hours')", name="what"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.Index("ix_milestone_entry_id", "entry_id", postgresql_where=sa.text("entry_id IS NOT NULL")),
    )

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reached_at: Mapped[datetime]
    entry_id: Mapped[UUID | None]
