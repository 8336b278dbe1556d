"""Series: events that were made together by a rule of repetition."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class EventSeries(Base):
    """What ties events together; each of them is an event of its own, with its sign-ups, code and counts.

    `rrule` is the rule (RFC 5545) that they were made by, with its end: what was said, whatever became of
    the events since.
    """

    __tablename__ = "event_series"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    rrule: Mapped[str]
    created_at: Mapped[datetime]
