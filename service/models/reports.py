"""What volunteers report about events."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class EventReport(Base):
    """Something wrong with an event, in a volunteer's words, for its region's coordinators; one a person."""

    __tablename__ = "event_report"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "volunteer_id"),
        sa.Index("ix_event_report_open", "id", postgresql_where=sa.text("closed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    reason: Mapped[str]
    # Not of a volunteer: figures of the event's result that are unusually large.
    outliers: Mapped[list[str] | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    resolution: Mapped[str | None]
