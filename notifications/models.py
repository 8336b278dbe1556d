"""What becomes of what is owed: inboxes, pushes and how far each has come."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class InboxItem(Base):
    """One notification in one person's inbox: the push's `notification_id`. Its words are made when read."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        sa.UniqueConstraint("outbox_id", "volunteer_id"),
        # What has lived its time (retention.py): of blocks of rows, for inboxes are filled in order of time.
        sa.Index("ix_inbox_item_created_at", "created_at", postgresql_using="brin"),
        # With read_at in it, a phone that polls is answered from this index alone.
        sa.Index("ix_inbox_item_volunteer_id_id", "volunteer_id", "id", postgresql_include=["read_at"]),
        sa.Index(
            "uq_inbox_item_once_key",
            "volunteer_id",
            "once_key",
            unique=True,
            postgresql_where=sa.text("once_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    outbox_id: Mapped[UUID] = mapped_column(sa.ForeignKey("outbox.id"))
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    # What the words need for this person alone (their minutes), beside the entry's facts.
    facts: Mapped[dict[str, Any] | None]
    # Where a person gets at most one of a kind in some time: the kind and that time.
    once_key: Mapped[str | None]


class Delivery(Base):
    """One push to one installation, and how far it has come.

    `due → sending → sent | gone | rejected | expired`. `lease_owner` names who sends or has sent it;
    `lease_until`, by the database's clock, until when the sender of the moment is trusted to be alive.
    `attempts` counts the answers of the receiver; what was kept back by us is no attempt.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.CheckConstraint(
            "status IN ('due', 'sending', 'sent', 'gone', 'rejected', 'expired')", name="status"
        ),
        sa.UniqueConstraint("inbox_item_id", "installation_id"),
        # Two small indexes: what waits for a later hour costs nothing to those who look for dead leases.
        sa.Index("ix_delivery_due", "next_attempt_at", postgresql_where=sa.text("status = 'due'")),
        sa.Index(
            "ix_delivery_due_urgent",
            "next_attempt_at",
            postgresql_where=sa.text("status = 'due' AND urgent"),
        ),
        sa.Index("ix_delivery_leased", "lease_until", postgresql_where=sa.text("status = 'sending'")),
        # How many pushes a person has had today.
        sa.Index(
            "ix_delivery_sent",
            "volunteer_id",
            "finished_at",
            postgresql_where=sa.text("status = 'sent'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    inbox_item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("inbox_item.id"))
    volunteer_id: Mapped[UUID]
    installation_id: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="due")
    attempts: Mapped[int] = mapped_column(server_default="0")
    # It overtakes what has been due for longer.
    urgent: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    next_attempt_at: Mapped[datetime]
    # After this the push would only annoy; the inbox keeps it all the same.
    expires_at: Mapped[datetime]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    last_result: Mapped[str | None]
    finished_at: Mapped[datetime | None]


class PushPause(Base):
    """Why nothing is sent at the moment, to a platform or ("*") to anybody. Times by the database's clock."""

    __tablename__ = "push_pause"

    scope: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    since: Mapped[datetime]
    # When one push may be tried, to see whether the configuration has been mended.
    probe_at: Mapped[datetime]


class PushQuota(Base):
    """The one row from which all workers take their slices: up to `used_until` every moment is given away."""

    __tablename__ = "push_quota"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used_until: Mapped[datetime]


class LocalMessage(Base):
    """What the local gateway has taken, for developers: sign-in codes and pushes. Unused in production."""

    __tablename__ = "local_message"
    __table_args__ = (sa.Index("ix_local_message_recipient_id", "recipient", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    recipient: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str | None]
    message: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
