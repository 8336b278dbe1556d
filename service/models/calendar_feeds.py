"""Private calendars: what somebody goes to, as their phone's own calendar reads it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class CalendarFeed(Base):
    """A person's private calendar. Its address has a secret that is made of `mark` and kept nowhere: another
    mark, another address."""

    __tablename__ = "calendar_feed"

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    mark: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime]
