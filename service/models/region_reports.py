"""Reports of regions as they were sent upward."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class RegionReport(Base):
    """A report as sent: never changed, but that an erased sender's place is taken by a tombstone.

    `version`: the first, second, … that was sent for this region and period. `content`: every cell, as
    `service/figures/report_document.py` writes it.
    """

    __tablename__ = "region_report"
    __table_args__ = (sa.UniqueConstraint("region_code", "period", "version"),)

    # The client's own.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    region_code: Mapped[str]
    period: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    version: Mapped[int]
    action: Mapped[str]
    # The coordinator's words by district code; "none" of the events without a district.
    notes: Mapped[dict[str, Any]]
    content: Mapped[dict[str, Any]]
    sent_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    sent_at: Mapped[datetime]
    content_hash: Mapped[str]
