"""Guardians of minors: the link that a child hands on, and what was agreed to by it (R22)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class GuardianRelation(StrEnum):
    """What somebody is to a child, by their own word."""

    MOTHER = "mother"
    FATHER = "father"
    REPRESENTATIVE = "representative"
    """Another one by law: who has adopted the child, or is its appointed guardian."""


class EndedBy(StrEnum):
    """Whose doing the end of a guardian's consent was."""

    GUARDIAN = "guardian"
    CHILD = "child"
    CHANGE = "change"
    """The child has named another number, or the same guardian has agreed anew."""


class GuardianLink(Base):
    """The one link that a child can hand on at a time; it is used up by being accepted."""

    __tablename__ = "guardian_link"

    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    # Whom the child has named when it was made: it is for them alone.
    phone: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Guardianship(Base):
    """A guardian's consent: who has agreed for which child, to which text, from when until when.

    The guardian is an account (`subject`) with the number that it had then: a record is not asked for.
    """

    __tablename__ = "guardianship"
    __table_args__ = (
        sa.CheckConstraint("relation IN ('mother', 'father', 'representative')", name="relation"),
        sa.CheckConstraint("ended_by IN ('guardian', 'child', 'change')", name="ended_by"),
        sa.Index(
            "uq_guardianship_in_force", "child_id", unique=True, postgresql_where=sa.text("ended_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    child_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    # Emptied when the guardian's own record is erased: that a consent was given stays.
    subject: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None]
    name: Mapped[str | None]
    relation: Mapped[str]
    # Of the text that was read.
    version: Mapped[str]
    # Of the link that was used: sent again by the same person it changes nothing.
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary)
    accepted_at: Mapped[datetime]
    # The last time that the guardian has looked, to the day: a number is sold again after half a year.
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
