"""What organizers have told the people of their events."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class AnnouncementTo(StrEnum):
    """To whom of an event's people something is said."""

    GOING = "going"
    NOT_HERE = "not_here"
    """Who goes, and nobody has seen there yet."""

    WAITLISTED = "waitlisted"
    """The line, with those who have been offered a place."""


class Announcement(Base):
    """An organizer's words, for who was meant and for who joins later; its push is an entry of the outbox."""

    __tablename__ = "announcement"
    __table_args__ = (
        sa.CheckConstraint("sent_to IN ('going', 'not_here', 'waitlisted')", name="sent_to"),
        sa.Index("ix_announcement_event_id_created_at", "event_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    text: Mapped[str]
    sent_to: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]

    def is_same(self, event_id: UUID, text: str, sent_to: str, by: UUID) -> bool:
        """Whether somebody has said just this."""
        said = (self.event_id, self.text, self.sent_to, self.created_by)
        return said == (event_id, text, sent_to, by)
