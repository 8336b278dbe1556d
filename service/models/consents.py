"""What people have agreed to, and when: a history, of which nothing is overwritten."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class ConsentName(StrEnum):
    """What is agreed to."""

    PERSONAL_DATA = "personal_data"
    CROSS_BORDER = "cross_border"


class Consent(Base):
    """One version of one text that a person agreed to, from `given_at` until `withdrawn_at`."""

    __tablename__ = "consent"
    __table_args__ = (
        # Giving what is given changes nothing.
        sa.Index(
            "uq_consent_given",
            "volunteer_id",
            "name",
            "version",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime] = mapped_column(primary_key=True)
    withdrawn_at: Mapped[datetime | None]
