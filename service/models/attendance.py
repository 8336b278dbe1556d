"""Presence as phones reported it, and the attendance derived from it."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class PresenceRecord(Base):
    """One check-in or check-out as it was sent. Append-only; idempotent by (sender, id).

    Only the verdict (`status`, `reasons`) can move, to review, when another record casts a doubt.
    """

    __tablename__ = "presence_record"
    __table_args__ = (
        sa.CheckConstraint("type IN ('check_in', 'check_out')", name="type"),
        sa.CheckConstraint("companions BETWEEN 0 AND 10", name="companions"),
        sa.Index("ix_presence_record_event_id", "event_id"),
        # What rules between records look up: one's own travel, the same fix, the same phone.
        sa.Index("ix_presence_record_sender_id_captured_at", "sender_id", "captured_at"),
        sa.Index("ix_presence_record_fix_key_captured_at", "fix_key", "captured_at"),
        sa.Index("ix_presence_record_installation_id_day", "installation_id", "day"),
        # Whose coordinates are still kept: the job that empties them takes the oldest.
        sa.Index(
            "ix_presence_record_located", "captured_at", postgresql_where=sa.text("latitude IS NOT NULL")
        ),
    )

    sender_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(BYTEA)
    type: Mapped[str]
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    installation_id: Mapped[str]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    fixed_at: Mapped[datetime | None]
    mocked: Mapped[bool]
    code_is_right: Mapped[bool]
    # What App Check said of the app that sent it; None: nothing.
    attested: Mapped[bool | None]
    # The fix to six decimals as one number (cross_checks.py), and the local day of the presence.
    fix_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    day: Mapped[date]
    # What is left of the position once the coordinates are gone (retention.py): an H3 cell.
    cell: Mapped[int | None] = mapped_column(sa.BigInteger)
    distance_m: Mapped[int | None]
    # People without phones who came along, as the sender says; of check-ins only.
    companions: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0", default=0)
    status: Mapped[str]
    evidence: Mapped[str]
    reasons: Mapped[list[str]]


class Attendance(Base):
    """That a volunteer was at an event: one row for each pair, derived from presence records."""

    __tablename__ = "attendance"
    __table_args__ = (
        # With the status: who counted at many events is read from it alone, ten million rows are not.
        sa.UniqueConstraint("event_id", "volunteer_id", postgresql_include=["status"]),
        sa.CheckConstraint("status IN ('counted', 'review', 'rejected')", name="status"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
        sa.CheckConstraint("assumed_minutes >= 0", name="assumed_minutes"),
        sa.CheckConstraint("companions BETWEEN 0 AND 10", name="companions"),
        sa.CheckConstraint("decision IN ('counted', 'review', 'rejected')", name="decision"),
        # Those who have not left yet: the job that closes forgotten check-outs looks here.
        sa.Index("ix_attendance_open", "event_id", postgresql_where=sa.text("checked_out_at IS NULL")),
        # With all that the queue is counted and ordered by: those in review lie each on a page of its own.
        sa.Index(
            "ix_attendance_review",
            "event_id",
            postgresql_include=["id", "volunteer_id", "checked_in_at"],
            postgresql_where=sa.text("status = 'review'"),
        ),
        # In the order of the queue: a page of it reads its twenty, not all that wait.
        sa.Index("ix_attendance_queue", "checked_in_at", "id", postgresql_where=sa.text("status = 'review'")),
        sa.Index("ix_attendance_volunteer_id_checked_in_at", "volunteer_id", "checked_in_at"),
    )

    # The id of the first check-in.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    status: Mapped[str]
    evidence: Mapped[str]
    checked_in_at: Mapped[datetime]
    checked_out_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    # Of the minutes: those of which nothing proves when the person left; and whether there are some.
    assumed_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    minutes_assumed: Mapped[bool] = mapped_column(default=False)
    distance_m: Mapped[int | None]
    # People without phones who came along: the largest number of its counted check-ins. Declared, not
    # verified; they count while the attendance does.
    companions: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0", default=0)
    reasons: Mapped[list[str]]
    # Guards a change that was derived from what has been read.
    version: Mapped[int] = mapped_column(default=1)
    # The version of the event that it was derived by; 0: one of before that was noted.
    event_version: Mapped[int] = mapped_column(server_default="0")
    # What holds of all that staff said, above what the records say. Review: an organizer's word about their
    # own people.
    decision: Mapped[str | None]
    decision_minutes: Mapped[int | None]
    decision_is_correction: Mapped[bool] = mapped_column(default=False)
    decision_companions: Mapped[int | None] = mapped_column(sa.SmallInteger)
