"""Who helps at one event, beside those who run it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class EventHelper(Base):
    """A volunteer whom an organizer has named a helper of one event: its list, and the codes of its hours."""

    __tablename__ = "event_helper"

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    # Whoever calls is asked at each call what they may.
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True, index=True)
    named_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    named_at: Mapped[datetime]
    # Named for the later dates of its series, too: also for those that are added after this one.
    and_later: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
