"""What a person wants to be told by push, and when not."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import COUNTRY_ZONE, Base

NOBODY = UUID(int=0)
QUIET_FROM, QUIET_TO = time(22), time(8)
DAILY_CAP = 6


class NotificationSettings(Base):
    """One person's settings; no row means the defaults. The inbox has everything all the same.

    `quiet_from` and `quiet_to` are local times of day; equal, they leave no quiet hours. `daily_cap`: pushes
    in a local day, urgent ones aside.
    """

    __tablename__ = "notification_settings"
    __table_args__ = (sa.CheckConstraint("daily_cap >= 0", name="daily_cap"),)

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    changes: Mapped[bool]
    reminders: Mapped[bool]
    announcements: Mapped[bool]
    nearby: Mapped[bool]
    recognition: Mapped[bool]
    quiet_from: Mapped[time] = mapped_column(sa.Time)
    quiet_to: Mapped[time] = mapped_column(sa.Time)
    daily_cap: Mapped[int]

    def quiet_period(self, at: datetime) -> tuple[datetime, datetime] | None:
        """Begin and end of the quiet hours that a moment lies in; None when it lies in none."""
        local = at.astimezone(COUNTRY_ZONE)
        for day in (local.date(), local.date() - timedelta(days=1)):
            last_day = day + timedelta(days=self.quiet_to <= self.quiet_from)
            begin = datetime.combine(day, self.quiet_from, COUNTRY_ZONE)
            end = datetime.combine(last_day, self.quiet_to, COUNTRY_ZONE)
            if self.quiet_from != self.quiet_to and begin <= local < end:
                return begin, end
        return None


def default_settings(volunteer_id: UUID) -> NotificationSettings:
    """What holds for somebody who has set nothing."""
    return NotificationSettings(
        volunteer_id=volunteer_id,
        changes=True,
        reminders=True,
        announcements=True,
        nearby=True,
        recognition=True,
        quiet_from=QUIET_FROM,
        quiet_to=QUIET_TO,
        daily_cap=DAILY_CAP,
    )


def local_midnight(at: datetime) -> datetime:
    """The beginning of the local day of a moment."""
    local = at.astimezone(COUNTRY_ZONE)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def waking_day(at: datetime) -> date:
    """The local day on which a push made now is seen: after the default quiet hours begin, the next one."""
    quiet = default_settings(NOBODY).quiet_period(at)
    return (quiet[1] if quiet else at.astimezone(COUNTRY_ZONE)).date()
