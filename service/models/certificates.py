"""Certificates of volunteers' hours, each as it was issued."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class CertificateStatus(StrEnum):
    """Whether what a certificate says still holds."""

    VALID = "valid"
    REPLACED = "replaced"
    """Its hours have changed: there is a newer one, of its owner's to show."""

    REVOKED = "revoked"
    """Nothing of it is left, or its owner has taken it back."""


class Certificate(Base):
    """What somebody's counted attendances of a period were when it was issued.

    `lines`: the first events of it, oldest first, {title, day, proven_minutes, assumed_minutes}; `events` and
    the minutes are of all. It holds while `presence_hash` is what the attendances give (certificates.py).
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.CheckConstraint("status IN ('valid', 'replaced', 'revoked')", name="status"),
        sa.CheckConstraint("first_day <= last_day", name="period"),
        sa.UniqueConstraint("code"),
        # One of a period and language holds at a time: the newest.
        sa.Index(
            "ix_certificate_valid",
            "volunteer_id",
            "first_day",
            "last_day",
            "language",
            unique=True,
            postgresql_where=sa.text("status = 'valid'"),
        ),
        sa.Index("ix_certificate_volunteer_id_issued_at", "volunteer_id", "issued_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    # 80 random bits in base32: whoever has it may read what everybody may of this certificate.
    code: Mapped[str]
    # None: erased with its person, who left the certificate to stand.
    name: Mapped[str | None]
    initials: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    language: Mapped[str]
    events: Mapped[int]
    proven_minutes: Mapped[int]
    assumed_minutes: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    presence_hash: Mapped[str]
    issued_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default=CertificateStatus.VALID)
    ended_at: Mapped[datetime | None]
