"""The organizer's list: what was ticked, person by person, and who is on it by a phone alone."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id
from service.models.signups import MAX_COMPANIONS


class TypedPerson(Base):
    """Somebody whom an organizer has put on an event's list by phone and name.

    Nobody else's screen tells whether they are registered: `volunteer_id` is who they turned out to be, at
    once or when they registered. Until then they count as declared. After 14 days, and when the number
    changes hands, what was typed is forgotten, and the number of people stays.
    """

    __tablename__ = "typed_person"
    __table_args__ = (
        sa.CheckConstraint(f"companions BETWEEN 0 AND {MAX_COMPANIONS}", name="companions"),
        sa.Index(
            "uq_typed_person_mark",
            "event_id",
            "mark",
            "name_key",
            unique=True,
            postgresql_where=sa.text("mark IS NOT NULL"),
        ),
        sa.Index("ix_typed_person_mark", "mark", postgresql_where=sa.text("mark IS NOT NULL")),
        sa.Index("ix_typed_person_created_at", "created_at", postgresql_where=sa.text("mark IS NOT NULL")),
        sa.Index("ix_typed_person_volunteer_id", "volunteer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    # A keyed hash of the number (installed.py), its last four digits, the name as typed and as compared.
    mark: Mapped[str | None]
    digits: Mapped[str | None]
    display_name: Mapped[str | None]
    name_key: Mapped[str | None]
    # What the last word of the list says, and when that was.
    present: Mapped[bool]
    companions: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0", default=0)
    said_at: Mapped[datetime]
    volunteer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]

    @property
    def declared(self) -> int:
        """How many people of it count as declared: whoever is known by now counts as verified."""
        return 1 + self.companions if self.present and self.volunteer_id is None else 0


class ListTick(Base):
    """One word of an organizer's or helper's list, as it was sent. Append-only; idempotent by (sender, id).

    About a volunteer, or about somebody typed.
    """

    __tablename__ = "list_tick"
    __table_args__ = (
        sa.CheckConstraint("minutes >= 0", name="minutes"),
        sa.CheckConstraint(f"companions BETWEEN 0 AND {MAX_COMPANIONS}", name="companions"),
        sa.CheckConstraint("volunteer_id IS NOT NULL OR typed_person_id IS NOT NULL", name="somebody"),
        sa.Index("ix_list_tick_event_id_volunteer_id", "event_id", "volunteer_id"),
        sa.Index("ix_list_tick_typed_person_id", "typed_person_id"),
    )

    ticked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"))
    volunteer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    typed_person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("typed_person.id"))
    present: Mapped[bool]
    minutes: Mapped[int | None]
    companions: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # Empty: by the list.
    reason: Mapped[str]
    # By the service's clock.
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
