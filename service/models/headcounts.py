"""Classes and companies without accounts: how many were there, as an organizer says."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base

MAX_PEOPLE = 5_000


class HeadcountCategory(StrEnum):
    """What kind of collective a group is, as the regions' report divides them."""

    STATE = "state"
    BUSINESS = "business"
    SCHOOL = "school"
    UNIVERSITY = "university"
    NGO = "ngo"
    RESIDENTS = "residents"
    OTHER = "other"


class Headcount(Base):
    """One group at one event: announced (`expected`), or confirmed on the spot (`people`).

    An announced one counts nothing. What was taken back stays, with who did it and when, and counts nothing.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        sa.CheckConstraint(f"people BETWEEN 1 AND {MAX_PEOPLE}", name="people"),
        sa.CheckConstraint(f"expected BETWEEN 1 AND {MAX_PEOPLE}", name="expected"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
        sa.CheckConstraint(
            "category IN ('state', 'business', 'school', 'university', 'ngo', 'residents', 'other')",
            name="category",
        ),
    )

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    # The client's own: another event's head count may have the same.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_name: Mapped[str]
    # None where nobody said so: an older app does not ask.
    category: Mapped[str | None]
    # How many were announced; and how many came, None until somebody has seen them there.
    expected: Mapped[int | None]
    people: Mapped[int | None]
    minutes: Mapped[int | None]
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    # The last change, the taking back included.
    changed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    changed_at: Mapped[datetime]
    # Why, where a coordinator changed it.
    change_reason: Mapped[str | None]
    taken_back: Mapped[bool] = mapped_column(server_default=sa.false())

    @property
    def is_confirmed(self) -> bool:
        """Whether the group was there, and counts."""
        return self.people is not None and not self.taken_back

    @property
    def counted(self) -> int:
        """How many people of it count."""
        return 0 if self.taken_back else self.people or 0
