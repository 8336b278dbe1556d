"""Photographs of events: sent by organizers, shown by coordinators, reported by anybody."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class PhotoWhen(StrEnum):
    """What a photograph shows: the place as it was, or as it is now."""

    BEFORE = "before"
    AFTER = "after"


class EventPhoto(Base):
    """A photograph of an event. Its files lie under `stored_as`, whose time is that of their making.

    Everybody sees it once a coordinator has shown it, and while nobody has reported it since.
    """

    __tablename__ = "event_photo"
    __table_args__ = (
        sa.CheckConstraint("taken IN ('before', 'after')", name="taken"),
        sa.CheckConstraint("NOT shown OR decided_at IS NOT NULL", name="shown"),
        sa.UniqueConstraint("event_id", "taken", "digest"),
        sa.UniqueConstraint("stored_as"),
        sa.Index(
            "ix_event_photo_waiting",
            "id",
            postgresql_where=sa.text("decided_at IS NULL OR reported_at IS NOT NULL"),
        ),
    )

    # The client's own, or ours.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    taken: Mapped[str]
    # SHA-256 in hex of the file as it was sent: the same one sent again is the one that stands.
    digest: Mapped[str]
    stored_as: Mapped[UUID]
    width: Mapped[int]
    height: Mapped[int]
    uploaded_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    uploaded_at: Mapped[datetime]
    shown: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # A coordinator's last word, and why it is not shown.
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    # Since when a report waits for a coordinator.
    reported_at: Mapped[datetime | None]

    @property
    def is_public(self) -> bool:
        return self.shown and self.reported_at is None

    @property
    def is_reported(self) -> bool:
        return self.reported_at is not None

    @property
    def waits(self) -> bool:
        """Whether a coordinator has to look at it."""
        return self.decided_at is None or self.is_reported


class PhotoReport(Base):
    """Somebody's word against a photograph; gone when a coordinator rules, or with the photograph."""

    __tablename__ = "photo_report"
    __table_args__ = (sa.Index("ix_photo_report_photo_id", "photo_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    photo_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event_photo.id", ondelete="CASCADE"))
    # None of who has no account, or is not signed in.
    volunteer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    reason: Mapped[str]
    created_at: Mapped[datetime]


PHOTO_WAITS = sa.or_(EventPhoto.decided_at.is_(None), EventPhoto.reported_at.is_not(None))
"""What a coordinator has to look at: a partial index."""
