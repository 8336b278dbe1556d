"""What staff said of attendances, and what volunteers answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class AttendanceDecision(Base):
    """One word of staff on an attendance, with who, when, why, before and after. Append-only.

    `before` and `after` are the attendance's derived and decided columns; `before` None: there was none.
    """

    __tablename__ = "attendance_decision"
    __table_args__ = (
        sa.CheckConstraint("role IN ('organizer', 'coordinator', 'volunteer')", name="role"),
        sa.CheckConstraint("status IN ('counted', 'review', 'rejected')", name="status"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
        sa.Index("ix_attendance_decision_attendance_id", "attendance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attendance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("attendance.id"))
    # As what the person decided: an organizer corrects, a coordinator reviews, the person says "not me".
    role: Mapped[str]
    status: Mapped[str]
    # As they were named; None: as the records say.
    minutes: Mapped[int | None]
    companions: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # Whether it says itself who was there, or decides on what is known; None: one of before that was noted.
    is_correction: Mapped[bool | None]
    # Empty: by the list, whose words are the catalogue's.
    reason: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    decided_at: Mapped[datetime]
    # When it was said, of a list that was kept without signal; None: when it was decided.
    said_at: Mapped[datetime | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any]]

    @hybrid_property
    def moment(self) -> datetime:
        """When it was said: the order in which words are weighed."""
        return self.said_at or self.decided_at

    @moment.inplace.expression
    @classmethod
    def _moment_in_sql(cls) -> sa.ColumnElement[datetime]:
        return sa.func.coalesce(cls.said_at, cls.decided_at)


class Appeal(Base):
    """A volunteer's one answer to a rejection or a review; open until a coordinator decides."""

    __tablename__ = "appeal"
    __table_args__ = (
        sa.Index("ix_appeal_open", "attendance_id", postgresql_where=sa.text("decided_at IS NULL")),
    )

    # The key holds that there is one at most.
    attendance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("attendance.id"), primary_key=True)
    # The phone's own id where it gave one: a repeat is known by it.
    id: Mapped[UUID]
    text: Mapped[str]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
