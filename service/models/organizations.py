"""Organizations, who belongs to them, and who was asked to."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, LocalizedText, new_id


class OrganizationStatus(StrEnum):
    """What a coordinator has decided about an organization."""

    PENDING = "pending"
    ASKED = "asked"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class OrganizationKind(StrEnum):
    """What sort of organization it says it is."""

    NGO = "ngo"
    SCHOOL = "school"
    UNIVERSITY = "university"
    BUSINESS = "business"
    STATE = "state"
    GROUP = "group"


class MemberRole(StrEnum):
    """What somebody is in an organization; the owner is its administrator."""

    OWNER = "owner"
    ORGANIZER = "organizer"
    HELPER = "helper"
    """At the door of its events: the list and the codes of their hours, nothing else."""


class InvitationStatus(StrEnum):
    """What became of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    # The number that was asked belongs to somebody else since.
    VOID = "void"
    WITHDRAWN = "withdrawn"


class Organization(Base):
    """An NGO that creates events once a coordinator of its region has verified it."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.CheckConstraint(
            "status IN ('pending', 'asked', 'verified', 'rejected', 'suspended')", name="status"
        ),
        sa.CheckConstraint(
            "kind IN ('ngo', 'school', 'university', 'business', 'state', 'group')", name="kind"
        ),
        sa.Index("ix_organization_region_code_status", "region_code", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[LocalizedText]
    # The name folded for search: Kazakh, Russian and Latin spellings meet in it.
    search: Mapped[str]
    region_code: Mapped[str]
    bin: Mapped[str | None]
    kind: Mapped[str | None]
    # A new name of one that has been verified, until a coordinator has looked at it.
    pending_name: Mapped[LocalizedText | None] = mapped_column(JSONB(none_as_null=True))
    # `bin` and `kind`, where the owner has asked for others; null in it takes one away.
    pending_data: Mapped[dict[str, str | None] | None] = mapped_column(JSONB(none_as_null=True))
    status: Mapped[str] = mapped_column(default=OrganizationStatus.PENDING)
    status_reason: Mapped[str | None]
    # What its coordinator asked, and what its owner said to it.
    question: Mapped[str | None]
    answer: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    content_hash: Mapped[str]

    @property
    def is_verified(self) -> bool:
        return self.status == OrganizationStatus.VERIFIED

    @property
    def has_news(self) -> bool:
        """Whether something that it was vouched for is to be another: that waits for a coordinator."""
        return self.pending_name is not None or self.pending_data is not None


WAITS_FOR_COORDINATOR = sa.or_(
    Organization.status == OrganizationStatus.PENDING,
    Organization.pending_name.is_not(None),
    Organization.pending_data.is_not(None),
)
"""What a coordinator has to look at: an organization to decide about, or a new name, number or kind."""


class Membership(Base):
    """A volunteer's role in an organization."""

    __tablename__ = "membership"
    __table_args__ = (sa.CheckConstraint("role IN ('owner', 'organizer', 'helper')", name="role"),)

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id"), primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True, index=True)
    role: Mapped[str]
    created_at: Mapped[datetime]
    # Gives no powers until another owner or a coordinator confirms it.
    resting: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)


class Invitation(Base):
    """A phone that was asked to join an organization, whether or not its owner is registered yet."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.CheckConstraint("role IN ('owner', 'organizer', 'helper')", name="role"),
        sa.CheckConstraint("status IN ('open', 'accepted', 'declined', 'void', 'withdrawn')", name="status"),
        # One open invitation of an organization to a phone.
        sa.Index(
            "uq_invitation_open",
            "organization_id",
            "phone",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_invitation_phone", "phone"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id"))
    phone: Mapped[str]
    role: Mapped[str]
    status: Mapped[str] = mapped_column(default=InvitationStatus.OPEN)
    invited_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    # Until when it can be accepted. The default serves a release that does not know the column.
    expires_at: Mapped[datetime] = mapped_column(server_default=sa.text("now() + interval '14 days'"))
