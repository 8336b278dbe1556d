"""Check-ins that were refused, kept so that a person can be heard; apart from presence and every count."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class RefusedRecord(Base):
    """One refused check-in, with what was measured. Bounded, and deleted after 90 days (retention.py).

    Its id stays free: sent again the record is judged anew.
    """

    __tablename__ = "refused_record"
    __table_args__ = (
        sa.Index("ix_refused_record_event_id_sender_id", "event_id", "sender_id"),
        sa.Index("ix_refused_record_received_at", "received_at"),
    )

    sender_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    # The code of the refusal, as the phone was told.
    refused_as: Mapped[str]
    # NULL without a position.
    distance_m: Mapped[int | None]
    accuracy_m: Mapped[float | None]


class RefusalAppeal(Base):
    """A volunteer's one appeal of a refusal at an event, with a copy of what was measured.

    No presence until it is accepted: then an attendance of this `attendance_id` begins.
    """

    __tablename__ = "refusal_appeal"
    __table_args__ = (
        sa.CheckConstraint("decision IN ('counted', 'rejected')", name="decision"),
        sa.CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),
        sa.UniqueConstraint("attendance_id"),
        sa.Index("ix_refusal_appeal_open", "event_id", postgresql_where=sa.text("decided_at IS NULL")),
        sa.Index("ix_refusal_appeal_volunteer_id", "volunteer_id", "created_at"),
    )

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    # The phone's own id where it gave one: a repeat is known by it.
    id: Mapped[UUID]
    # Of our own making: that of the refused check-in stays free.
    attendance_id: Mapped[UUID]
    text: Mapped[str]
    created_at: Mapped[datetime]
    captured_at: Mapped[datetime]
    refused_as: Mapped[str]
    distance_m: Mapped[int | None]
    accuracy_m: Mapped[float | None]
    decision: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
