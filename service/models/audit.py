"""Audit: what staff has done to others, and what of them it has read; ids and no names."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id

AUDIT_KEPT = timedelta(days=5 * 365)
"""How long an entry lives; the database's `audit_forget` deletes none that is younger."""


class AuditAction(StrEnum):
    """What was done or read, for ever: a new one is added, none is renamed."""

    # organizations
    ORGANIZATION_DECIDED = "organization-decided"
    ORGANIZATION_CHANGED = "organization-changed"
    ORGANIZATION_ANSWERED = "organization-answered"
    ORGANIZATION_CONTACT_SET = "organization-contact-set"
    MEMBER_INVITED = "member-invited"
    INVITATION_REVOKED = "invitation-revoked"
    INVITATIONS_READ = "invitations-read"
    MEMBER_CHANGED = "member-changed"
    MEMBER_REMOVED = "member-removed"
    MEMBER_CONFIRMED = "member-confirmed"
    MEMBERS_READ = "members-read"
    # people
    COORDINATOR_APPOINTED = "coordinator-appointed"
    COORDINATOR_REMOVED = "coordinator-removed"
    COORDINATORS_READ = "coordinators-read"
    BANNED = "banned"
    BAN_LIFTED = "ban-lifted"
    BAN_READ = "ban-read"
    BIRTH_DATE_SET = "birth-date-set"
    REGION_CONTACT_SET = "region-contact-set"
    PERSON_READ = "person-read"
    # sign-in of staff
    SECOND_FACTOR_ENROLLED = "second-factor-enrolled"
    SECOND_FACTOR_RESET = "second-factor-reset"
    ELEVATED = "elevated"
    SESSION_ENDED = "session-ended"
    # events
    EVENT_CREATED = "event-created"
    EVENT_CHANGED = "event-changed"
    EVENT_PUBLISHED = "event-published"
    EVENT_CONTACT_SET = "event-contact-set"
    EVENT_CANCELLED = "event-cancelled"
    EVENT_RESTORED = "event-restored"
    EVENT_HIDDEN = "event-hidden"
    EVENT_SHOWN = "event-shown"
    EVENT_PLANNED = "event-planned"
    EVENT_READ = "event-read"
    PARTICIPANTS_READ = "participants-read"
    PHONES_READ = "phones-read"
    PARTICIPANT_REMOVED = "participant-removed"
    PARTICIPANT_READMITTED = "participant-readmitted"
    ANNOUNCED = "announced"
    HELPER_NAMED = "helper-named"
    HELPER_DISMISSED = "helper-dismissed"
    RESULT_SET = "result-set"
    RESULTS_REMINDED = "results-reminded"
    PHOTO_ADDED = "photo-added"
    PHOTO_REMOVED = "photo-removed"
    PHOTO_RULED = "photo-ruled"
    PHOTOS_READ = "photos-read"
    DISTRICT_SET = "district-set"
    DISTRICTS_IMPORTED = "districts-imported"
    REPORTS_READ = "reports-read"
    REPORT_HANDLED = "report-handled"
    # attendance
    ATTENDANCE_CORRECTED = "attendance-corrected"
    ATTENDANCE_LISTED = "attendance-listed"
    HEADCOUNT_GIVEN = "headcount-given"
    HEADCOUNT_TAKEN_BACK = "headcount-taken-back"
    REVIEWED = "reviewed"
    REVIEWS_READ = "reviews-read"
    CORRECTORS_READ = "correctors-read"
    # figures
    LIVE_READ = "live-read"
    REGION_REPORT_SENT = "region-report-sent"
    HONOURS_READ = "honours-read"
    EXPORTED = "exported"
    EXPORT_READ = "export-read"
    AUDIT_READ = "audit-read"
    OWN_DATA_EXPORTED = "own-data-exported"


class AuditEntry(Base):
    """One thing that somebody did or read, never changed. `actor_id`: None for the command line.

    `region_code`, `organization_id`, `event_id`, `subject_id` (a person): what it was about. Without foreign
    keys: an entry outlives what it names.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_at", "at"),
        sa.Index("ix_audit_entry_actor_id", "actor_id", "id"),
        sa.Index("ix_audit_entry_event_id", "event_id", "id"),
        sa.Index("ix_audit_entry_subject_id", "subject_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    region_code: Mapped[str | None]
    organization_id: Mapped[UUID | None]
    event_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))


class AuditSeal(Base):
    """One link of the chain over the entries, in the order of sealing.

    `digest`: of the entry's content; `mac`: of the link before, and of all that stands here. Both under a key
    that the database does not have, so that the chain can be followed when an entry has lived its time.
    """

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    digest: Mapped[str]
    mac: Mapped[str]
