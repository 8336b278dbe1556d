"""Those who sign up for events."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, Range
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class SignupStatus(StrEnum):
    """How a signup stands."""

    GOING = "going"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    """A place is held until `confirm_by`; then it is the next one's: see service/events/offers.py."""

    CANCELLED = "cancelled"


MAX_COMPANIONS = 10


class Signup(Base):
    """A volunteer who goes to an event or waits for a place; `queue_number` orders the waitlist."""

    __tablename__ = "signup"
    __table_args__ = (
        sa.CheckConstraint("status IN ('going', 'waitlisted', 'offered', 'cancelled')", name="status"),
        sa.CheckConstraint("status <> 'offered' OR confirm_by IS NOT NULL", name="offered"),
        sa.CheckConstraint(f"companions BETWEEN 0 AND {MAX_COMPANIONS}", name="companions"),
        sa.Index("ix_signup_volunteer_id", "volunteer_id"),
        sa.Index(
            "ix_signup_waitlist",
            "event_id",
            "queue_number",
            postgresql_where=sa.text("status = 'waitlisted'"),
        ),
        # A few at any time: of an event, and those that have expired.
        sa.Index(
            "ix_signup_offered",
            "event_id",
            "confirm_by",
            postgresql_where=sa.text("status = 'offered'"),
        ),
    )

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    status: Mapped[str]
    companions: Mapped[int]
    # Who queued first; renewed when somebody who had cancelled comes back.
    queue_number: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity())
    created_at: Mapped[datetime]
    # All times of going, and of having an offer, up to its end: presence is judged by how it was at its
    # moment, whenever a phone sends it.
    going: Mapped[Sequence[Range[datetime]]] = mapped_column(TSTZMULTIRANGE, server_default="{}", default=())
    # Until when the last offer holds, or held.
    confirm_by: Mapped[datetime | None]
    # Taken off by an organizer, who alone lets this person come back.
    removed_at: Mapped[datetime | None]
    # How often it has become another, and when last: calendars take nothing older than what they have.
    version: Mapped[int] = mapped_column(server_default=sa.text("0"), default=0)
    changed_at: Mapped[datetime | None]

    def goes(self, now: datetime) -> None:
        """From now on."""
        self._end_offer(now)
        self._becomes(SignupStatus.GOING, now)
        self.going = [*(self.going or ()), Range(now, None)]

    def goes_no_more(self, now: datetime) -> None:
        """From now on; what was, stays known.

        Of who has waited for others `now` may lie before the beginning: then there was no time of going.
        """
        self._end_offer(now)
        self._becomes(SignupStatus.CANCELLED, now)
        self.going = [
            during if during.upper is not None else Range(during.lower, now)
            for during in self.going or ()  # a new row has none until it is stored
            if during.upper is not None or during.lower is None or during.lower < now
        ]

    def is_offered(self, now: datetime, until: datetime) -> None:
        """A place is held from now until then."""
        self._becomes(SignupStatus.OFFERED, now)
        self.confirm_by = until
        self.going = [*(self.going or ()), Range(now, until)]

    def waits(self, now: datetime) -> None:
        """From now on."""
        self._becomes(SignupStatus.WAITLISTED, now)

    def _becomes(self, status: SignupStatus, now: datetime) -> None:
        self.status, self.changed_at = status, now
        self.version = (self.version or 0) + 1  # a new row has none until it is stored

    def _end_offer(self, now: datetime) -> None:
        """An offer that was taken, or given back, holds no longer; one that has expired held until then."""
        if self.status != SignupStatus.OFFERED or self.confirm_by is None or self.confirm_by <= now:
            return
        self.going = [
            Range(during.lower, now) if during.upper == self.confirm_by else during
            for during in self.going
            if during.upper != self.confirm_by or during.lower is None or during.lower < now
        ]
        self.confirm_by = now

    @hybrid_property
    def people(self) -> int:
        """How many places the party takes."""
        return 1 + self.companions
