"""What is counted: changes that wait, the sums of those that do not, and who was seen where."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class _Figures:
    """What is counted. Deltas in a pending row, sums in a total."""

    events: Mapped[int] = mapped_column(server_default="0")
    signups: Mapped[int] = mapped_column(server_default="0")
    participations: Mapped[int] = mapped_column(server_default="0")
    minutes: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    minutes_assumed: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    # Declared, apart from verified people everywhere: those of groups without accounts, how many groups that
    # were, and people without phones who came along.
    headcount: Mapped[int] = mapped_column(server_default="0")
    collectives: Mapped[int] = mapped_column(server_default="0")
    companions: Mapped[int] = mapped_column(server_default="0")
    in_review: Mapped[int] = mapped_column(server_default="0")


class CountPending(_Figures, Base):
    """One change that no total has taken in yet. Inserted plainly: counting never waits for a lock."""

    __tablename__ = "count_pending"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[UUID]
    day: Mapped[date]
    region_code: Mapped[str]
    # Of an event without one: None.
    district_code: Mapped[str | None]
    # Whose attendance it was; `participations` says whether the person became counted there (1), or ceased
    # to be (-1). None: the row is about nobody's attendance.
    volunteer_id: Mapped[UUID | None]


class CountTotal(_Figures, Base):
    """Sums by day, region and event, folded from pending rows by one job.

    An event's district, organization and kind are read from the event.
    """

    __tablename__ = "count_total"

    day: Mapped[date] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class Sighting(Base):
    """At how many events of a scope and a period a person counted, where at any. Written by the fold alone.

    Events where anybody was are seen likewise, in scopes that begin with "held:": then `volunteer_id` is the
    event's, and `n` says how many people.

    `scope`: "KZ", a region, a region's district ("KZ-15/151000000", "KZ-15/" for those without one), or an
    organization's id. `period`: a year (2026) or a month (202605).
    """

    __tablename__ = "sighting"

    scope: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int]


class SightingTotal(Base):
    """How many different people were seen in a scope and a period: those with a sighting there."""

    __tablename__ = "sighting_total"

    # By period first: a read asks for many scopes of one.
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]


class ScopeTotal(_Figures, Base):
    """Sums by scope and period, as sightings have them; folded with the totals, of which they are sums."""

    __tablename__ = "scope_total"

    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(primary_key=True)


class CountCheck(Base):
    """When the counts were last held against the rows, and how much was wrong: one row.

    `sightings_since`: since when the sightings are whole. None: a release that knew nothing of them may still
    have been counting; different people are then found among the attendances, which takes longer.
    """

    __tablename__ = "count_check"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    checked_at: Mapped[datetime | None]
    wrong: Mapped[int] = mapped_column(server_default="0")
    sightings_since: Mapped[datetime | None]
