"""Events."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, LocalizedText, localized, new_id
from service.models.organizations import Organization
from service.models.volunteers import ADULT_AGE


class EventKind(StrEnum):
    """What is done there."""

    CLEANUP = "cleanup"
    TREE_PLANTING = "tree_planting"
    WATER_BODY = "water_body"
    RECYCLING = "recycling"
    EDUCATION = "education"
    OTHER = "other"


class EventStatus(StrEnum):
    """How far an event has come."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class HiddenBy(StrEnum):
    """Why an event is out of sight."""

    ORGANIZATION = "organization"
    """Its organization is not verified any more; verified again, it comes back."""

    COORDINATOR = "coordinator"
    """A coordinator hid this very event, and alone shows it again."""


class CancelledBy(StrEnum):
    """As what somebody called an event off."""

    ORGANIZER = "organizer"

    COORDINATOR = "coordinator"
    """Also with its organization: a coordinator alone takes it back."""


class PlacesLeft(StrEnum):
    """How many places are left, as everybody may know it."""

    MANY = "many"
    FEW = "few"
    NONE = "none"


FEWEST_PLACES, FEW_OF_ALL = 5, 10
"""Few are so many places, or that part of all (a tenth) where it is more."""


# Base32 for RFC 6238, 244 random bits, made by the server for every row, however it is inserted: two random
# UUIDs in hex, whose digits 0, 1, 8 and 9 are no letters of base32.
RANDOM_BASE32 = (
    "translate(upper(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')), '0189', 'GHIJ')"
)


class Event(Base):
    """A clean-up. `day` is the local day of its start; place and day decide where it counts."""

    __tablename__ = "event"
    __table_args__ = (
        sa.CheckConstraint("status IN ('draft', 'published', 'cancelled')", name="status"),
        sa.CheckConstraint("hidden_by IN ('organization', 'coordinator')", name="hidden_by"),
        sa.CheckConstraint("cancelled_by IN ('organizer', 'coordinator')", name="cancelled_by"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        sa.CheckConstraint("going >= 0 AND waitlisted >= 0", name="places"),
        sa.CheckConstraint("offered >= 0", name="offered"),
        # Search by place and time: one range a day, then the exact distance.
        sa.Index("ix_event_day_latitude_longitude", "day", "latitude", "longitude"),
        # The next ones, as anybody may ask for them.
        sa.Index(
            "ix_event_coming",
            "starts_at",
            "id",
            postgresql_where=sa.text("status = 'published' AND hidden_by IS NULL"),
        ),
        # The same of a region.
        sa.Index(
            "ix_event_coming_region_code",
            "region_code",
            "starts_at",
            "id",
            postgresql_where=sa.text("status = 'published' AND hidden_by IS NULL"),
        ),
        # Of some weeks, by words. Written at once: a list of what is yet to be written would be read in full.
        sa.Index("ix_event_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        # Of an older release, whose words a job makes.
        sa.Index("ix_event_wordless", "id", postgresql_where=sa.text("organization_search IS NULL")),
        # All that are not over yet, hidden ones too: few beside those that are, and read from here alone.
        sa.Index(
            "ix_event_not_over",
            "ends_at",
            postgresql_where=sa.text("status = 'published'"),
            postgresql_include=["id", "day", "region_code", "district_code"],
        ),
        sa.Index("ix_event_region_code_day", "region_code", "day"),
        sa.Index("ix_event_organization_id_day", "organization_id", "day"),
        # As its own people look through them, the newest of the past first; drafts are few.
        sa.Index("ix_event_organization_id_starts_at", "organization_id", "starts_at", "id"),
        sa.Index(
            "ix_event_unpublished",
            "organization_id",
            postgresql_where=sa.text("status = 'draft' OR never_published"),
        ),
        # Whose district is yet to be found by the newest outlines.
        sa.Index("ix_event_districts_version_id", "districts_version", "id"),
        # What a job that failed has left.
        sa.Index(
            "ix_event_rederiving",
            "rederiving_since",
            postgresql_where=sa.text("rederiving_since IS NOT NULL"),
        ),
        sa.Index(
            "ix_event_series_id_starts_at",
            "series_id",
            "starts_at",
            postgresql_where=sa.text("series_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id"))
    # Its state decides what may be done with the event. Loaded when it is asked for, once a session.
    organization: Mapped[Organization] = relationship(viewonly=True)
    title: Mapped[LocalizedText]
    description: Mapped[LocalizedText]
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str]
    day: Mapped[date]
    latitude: Mapped[float]
    longitude: Mapped[float]
    # For everybody; with names by language the one that stands in for those that are missing.
    address: Mapped[str]
    address_names: Mapped[LocalizedText] = mapped_column(default=dict, server_default="{}")
    area: Mapped[dict[str, Any]]
    # An H3 cell of resolution 11, for heat maps.
    cell: Mapped[int] = mapped_column(sa.BigInteger)
    region_code: Mapped[str]
    # KATO; NULL for none. A coordinator's word (by hand) stands against the outlines of any import.
    district_code: Mapped[str | None]
    district_by_hand: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Of the import by whose outlines the district was found last.
    districts_version: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    capacity: Mapped[int | None]
    min_age: Mapped[int | None]
    hazard: Mapped[bool]
    accessible: Mapped[bool]
    walk_ins: Mapped[bool]
    bring: Mapped[list[str]]
    # Title and address, folded.
    search: Mapped[str]
    # The name of its organization, folded, and the words of both with their week: the database keeps them up
    # (events.sql). NULL of what an older release has made, until a job comes by.
    organization_search: Mapped[str | None] = mapped_column(deferred=True)
    words: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    status: Mapped[str] = mapped_column(default=EventStatus.DRAFT)
    cancel_reason: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    # NULL where an older release called it off.
    cancelled_by: Mapped[str | None]
    # Called off while it was a draft: nobody but its staff ever knew of it.
    never_published: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Whose doing it is that only its own people and staff see it; NULL for everybody.
    hidden_by: Mapped[str | None]
    hidden_reason: Mapped[str | None]
    # People on the list and in the line, companions included; changed on the locked row alone. `going` and
    # `offered` together stay within `capacity`: see service/events/waitlist.py.
    going: Mapped[int] = mapped_column(default=0)
    waitlisted: Mapped[int] = mapped_column(default=0)
    # For whom a place is held; whoever has let it expire is among them until it is passed on, so readers ask
    # `offers.held`.
    offered: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)
    # When it became this version; NULL: when it was made, or by an older release.
    changed_at: Mapped[datetime | None]
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    content_hash: Mapped[str]
    series_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("event_series.id"))
    # Which columns of its plan were changed on it alone, apart from its series.
    series_own: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    # Of the rotating code of the place; told to its organizers only.
    code_secret: Mapped[str] = mapped_column(server_default=sa.text(RANDOM_BASE32))
    # The secret until a member left, still right for what phones recorded before that moment.
    code_secret_before: Mapped[str | None]
    code_secret_changed_at: Mapped[datetime | None]

    # Since when the attendances are being derived again, after a change of the times (rederivation.py).
    rederiving_since: Mapped[datetime | None]

    def is_changed(self, now: datetime) -> None:
        """It is another version from now on: what phones and calendars have of it is old."""
        self.version += 1
        self.changed_at = now

    def places_left(self, offered: int) -> PlacesLeft | None:
        """None where everybody finds a place; `offered`: so many are held for somebody at this moment."""
        if self.capacity is None:
            return None
        free = self.capacity - self.going - offered
        if free <= 0:
            return PlacesLeft.NONE
        return PlacesLeft.FEW if free <= max(FEWEST_PLACES, self.capacity // FEW_OF_ALL) else PlacesLeft.MANY

    @property
    def rederiving(self) -> bool:
        return self.rederiving_since is not None

    @property
    def is_draft(self) -> bool:
        return self.status == EventStatus.DRAFT

    @property
    def is_secret(self) -> bool:
        """Whether only its staff may know of it: a draft, called off or not."""
        return self.is_draft or self.never_published

    @property
    def is_published(self) -> bool:
        return self.status == EventStatus.PUBLISHED

    @property
    def is_hidden(self) -> bool:
        return self.hidden_by is not None

    @property
    def is_cancelled(self) -> bool:
        return self.status == EventStatus.CANCELLED

    @property
    def lowest_age(self) -> int:
        """On the event's day: of the work, whatever it is, and of dangerous work at least 18."""
        return max(self.min_age or 0, ADULT_AGE if self.hazard else 0)

    @property
    def takes_minors(self) -> bool:
        return self.lowest_age < ADULT_AGE

    @property
    def current_address_names(self) -> LocalizedText:
        """The address by language; {} where one text is for everybody."""
        return current_names(self.address, self.address_names)

    def address_in(self, language: str) -> str:
        """As the reader's language says it."""
        return localized(self.current_address_names, language) or self.address

    @property
    def presence_ends_at(self) -> datetime:
        """Until when presence counts: an event that was called off ended then."""
        return self.ends_at if self.cancelled_at is None else min(self.ends_at, self.cancelled_at)

    @property
    def never_began(self) -> bool:
        """Called off before its start: nobody can have been there."""
        return self.is_cancelled and (self.cancelled_at is None or self.cancelled_at <= self.starts_at)

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def local(self, at: datetime) -> datetime:
        """A moment in the event's own zone."""
        return at.astimezone(ZoneInfo(self.zone))


def current_names(address: str, address_names: LocalizedText) -> LocalizedText:
    """The names of an address, by language; {} where they are not its own.

    A release that knows the text alone may have changed it since: then the names are of another place.
    """
    return address_names if address in address_names.values() else {}


def presence_end(event: Any) -> sa.ColumnElement[datetime]:
    """Until when presence counts, as a column: an event that was called off ended then.

    `event`: the model, or the columns of an alias of its table.
    """
    return sa.func.least(event.ends_at, event.cancelled_at)
