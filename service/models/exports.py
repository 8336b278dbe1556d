"""Files that staff asks for, made by a job."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base

EXPORT_KEPT = timedelta(hours=24)
"""How long a file can be fetched, and a request stands that came to nothing."""


class ExportOf(StrEnum):
    """What a file is of."""

    PARTICIPANTS = "participants"
    EVENTS = "events"
    COUNTS = "counts"
    REGION_REPORT = "region-report"
    AUDIT = "audit"


class ExportFormat(StrEnum):
    """What a file is."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportStatus(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Export(Base):
    """A file that somebody asked for. Goes a day after it was made, with its file; `done` of `total` rows."""

    __tablename__ = "export"
    __table_args__ = (
        sa.CheckConstraint("status IN ('waiting', 'running', 'ready', 'failed')", name="status"),
        sa.Index("ix_export_requested_by", "requested_by"),
        sa.Index("ix_export_expires_at", "expires_at"),
    )

    # The client's own.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    requested_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    what: Mapped[str]
    format: Mapped[str]
    dialect: Mapped[str]
    # Of the heads, as `report_columns.HEADINGS` names them.
    headings: Mapped[str]
    filters: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default=ExportStatus.WAITING)
    done: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    total: Mapped[int | None] = mapped_column(sa.BigInteger)
    # As it is called where it is saved, and as it lies among our files.
    name: Mapped[str | None]
    stored_as: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    content_hash: Mapped[str]
