"""Whom to ask: the contacts of organizations, events and regions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class ContactOf(StrEnum):
    """What somebody is the contact of."""

    ORGANIZATION = "organization"
    EVENT = "event"
    REGION = "region"


class ContactState(StrEnum):
    """Whether whoever's number it is has agreed."""

    STANDING = "standing"
    WAITING = "waiting"
    DECLINED = "declined"


class Contact(Base):
    """Whom people may ask about an organization, an event or a region.

    The number is that of `volunteer_id`, as it is now: a contact follows a number that moves, and keeps none
    of somebody who is gone.
    """

    __tablename__ = "contact"
    __table_args__ = (
        sa.CheckConstraint("about IN ('organization', 'event', 'region')", name="about"),
        sa.CheckConstraint("state IN ('standing', 'waiting', 'declined')", name="state"),
        # One that stands, and one that waits for its holder's yes.
        sa.UniqueConstraint("about", "about_id", "state"),
        sa.Index("ix_contact_volunteer_id", "volunteer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    about: Mapped[str]
    # The id of the organization or event, or the code of the region.
    about_id: Mapped[str]
    state: Mapped[str]
    name: Mapped[str | None]
    link: Mapped[str | None]
    # Whether the number is for everybody, also without signing in: its holder's choice.
    public: Mapped[bool]
    volunteer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    asked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
