"""Second factors: what a person's authenticator app computes codes from, and who may enrol one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class SecondFactor(Base):
    """A person's authenticator: `secret` is in force, `pending` waits for its first code.

    Both are sealed with a key that is not in the database.
    """

    __tablename__ = "second_factor"

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    secret: Mapped[bytes | None]
    confirmed_at: Mapped[datetime | None]
    # Of this enrolment: what was proven with one before it is worth nothing.
    enrolment_id: Mapped[UUID | None]
    # Whether the enrolment began with the one-time secret that coordinators get.
    is_vouched: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    # The newest step of time of which a code was taken: none is taken twice.
    last_step: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"), default=0)
    pending: Mapped[bytes | None]
    pending_at: Mapped[datetime | None]
    # The session whose page began it, which alone shows it again.
    pending_here: Mapped[UUID | None]
    pending_vouched: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    # Where a right code, or the one-time secret, was given: hashes of phones' sign-ins and of browsers.
    places: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}", default=list)
    # The first of the two national coordinators whom a reset takes.
    reset_asked_by: Mapped[UUID | None]
    reset_asked_at: Mapped[datetime | None]


class EnrolmentSecret(Base):
    """Lets one coordinator enrol for the first time, once; kept as a hash."""

    __tablename__ = "enrolment_secret"

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    secret_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
