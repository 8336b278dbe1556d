"""Classes and companies without accounts: how many were there, as an organizer says."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base

MAX_PEOPLE = 5_000


class Headcount(Base):
    """One group at one event. What was taken back stays, with who did it and when, and counts nothing."""

    __tablename__ = "headcount"
    __table_args__ = (
        sa.CheckConstraint(f"people BETWEEN 1 AND {MAX_PEOPLE}", name="people"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
    )

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    # The client's own: another event's head count may have the same.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_name: Mapped[str]
    people: Mapped[int]
    minutes: Mapped[int]
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    # The last change, the taking back included.
    changed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    changed_at: Mapped[datetime]
    taken_back: Mapped[bool] = mapped_column(server_default=sa.false())

    @property
    def counted(self) -> int:
        """How many people of it count."""
        return 0 if self.taken_back else self.people
