"""Who has been erased: kept so that a database put back from a copy can be rid of them again."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base

ERASURES_KEPT = timedelta(days=730)
"""Longer than any copy of the database is kept; and as long as the mark of a ban outlives its person."""


NUMBERS_KEPT = timedelta(days=30)
"""The longest that anything is known of the number of somebody who was erased and not banned."""


class Erasure(Base):
    """One person whom a copy of before `at` still holds. The id leads to nobody, nor to their tombstone."""

    __tablename__ = "erasure"

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    keep_certificates: Mapped[bool] = mapped_column(server_default=sa.false())


class GuardianErasure(Base):
    """A consent whose guardian was erased and had no record: by it a copy is rid of them."""

    __tablename__ = "guardian_erasure"

    guardianship_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ErasedNumber(Base):
    """What is known of a number whose record was erased, until neither holds any more.

    `mark`: a keyed hash. `younger_than`, until `younger_until`: the age that its record had not reached.
    `counted_until`: until when an attendance may come to count where it had counted.
    """

    __tablename__ = "erased_number"

    mark: Mapped[str] = mapped_column(primary_key=True)
    younger_than: Mapped[int | None] = mapped_column(sa.SmallInteger)
    younger_until: Mapped[datetime | None]
    counted_until: Mapped[datetime | None]
