"""Bans: who may not take part, kept beyond the erasure of the person by what nobody can read."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id

BANS_KEPT = timedelta(days=730)
"""How long a ban is known after it has ended, or after its person was erased."""


class Ban(Base):
    """A coordinator's ban, from `banned_at` until it expires or is lifted.

    `marks`: keyed hashes of the account and the number, by which a new account is known again.
    """

    __tablename__ = "ban"
    __table_args__ = (
        sa.Index(
            "uq_ban_in_force",
            "volunteer_id",
            unique=True,
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
        sa.Index("ix_ban_marks", "marks", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # No foreign key: a ban outlives the record.
    volunteer_id: Mapped[UUID]
    marks: Mapped[list[str]]
    reason: Mapped[str]
    banned_by: Mapped[UUID]
    banned_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    answer_id: Mapped[UUID | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
