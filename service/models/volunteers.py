"""Volunteers, the roles they hold for the movement, and their phones."""

import calendar
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id

NATIONAL = "*"
"""The region of a national coordinator."""

ADULT_AGE = 18


class Volunteer(Base):
    """A person. `subject` is who the identity provider says it is; the number is theirs while it lasts."""

    __tablename__ = "volunteer"
    __table_args__ = (
        sa.Index("ix_volunteer_home_cell", "home_cell"),
        # A guardian is asked whether a child has named their number.
        sa.Index(
            "ix_volunteer_guardian_phone",
            "guardian_phone",
            postgresql_where=sa.text("guardian_phone IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # None once somebody else signs in with what was theirs: nobody comes back to the record.
    subject: Mapped[str | None] = mapped_column(unique=True)
    # None once the number belongs to somebody else.
    phone: Mapped[str | None] = mapped_column(unique=True)
    # When the newest token was issued that was believed about the number.
    phone_seen_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    # The last call with a token of this record, to the day.
    last_seen_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    # Since when the identity provider lets this account in no more, as it was last heard.
    disabled_at: Mapped[datetime | None]
    # How often whoever wanted to open it again, after half a year, did not know the birth date.
    wrong_birth_dates: Mapped[int] = mapped_column(server_default=sa.text("0"), default=0)
    display_name: Mapped[str]
    birth_date: Mapped[date]
    locale: Mapped[str]
    region_code: Mapped[str]
    # An H3 cell of resolution 6 (about 36 km²): where the home is, never exactly.
    home_cell: Mapped[int | None] = mapped_column(sa.BigInteger)
    guardian_name: Mapped[str | None]
    guardian_phone: Mapped[str | None]
    # Of who was here before a guardian's consent was asked for: until when it may still be missing.
    guardian_grace_until: Mapped[datetime | None]
    # Of the release before: `consent` is the history.
    former_consents: Mapped[dict[str, str]] = mapped_column(
        "consents", JSONB, server_default=sa.text("'{}'::jsonb")
    )
    created_at: Mapped[datetime]
    # Of a number whose record was erased or left just before, and counted at an event: when it began anew.
    anew_at: Mapped[datetime | None]
    # Nobody: what stays of somebody who was erased names this record in their place.
    is_tombstone: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)

    def age_on(self, day: date) -> int:
        """Age in whole years."""
        return age_on(self.birth_date, day)


def age_on(birth_date: date, day: date) -> int:
    """Age in whole years on a day; a birthday on 29 February is kept on 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def years_before(day: date, years: int) -> date:
    """Who was born until this day is so many years old on `day`; the other way round of `age_on`."""
    if (day.month, day.day) == (2, 29):
        # Born on 1 March they are a day too young.
        return date(day.year - years, 2, 29 if calendar.isleap(day.year - years) else 28)
    return day.replace(year=day.year - years)


class Coordinator(Base):
    """The region a volunteer coordinates; NATIONAL for the whole country."""

    __tablename__ = "coordinator"

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    # Gives no powers until a national coordinator appoints again.
    resting: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)


class Device(Base):
    """One installation of the app. Where pushes go: `value` is a Firebase installation id or a token."""

    __tablename__ = "device"
    __table_args__ = (
        sa.UniqueConstraint("kind", "value"),
        sa.CheckConstraint("kind IN ('fid', 'token')", name="kind"),
        sa.CheckConstraint("platform IN ('android', 'ios', 'web')", name="platform"),
    )

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    # Named by the phone itself: another person may name the same one, and then has a row of their own.
    installation_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    platform: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str]
    app_version: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    seen_at: Mapped[datetime]
    # Set when Google says that the installation is gone, or has doubted its value often enough.
    off_since: Mapped[datetime | None]
    # How often it has, since the phone registered.
    doubts: Mapped[int] = mapped_column(server_default="0", default=0)


class LocalIdentity(Base):
    """Whose account a number signs in to with local codes: an account can change its number."""

    __tablename__ = "local_identity"

    phone: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(unique=True)


class SignInCode(Base):
    """A local sign-in code: kept as a hash, for five minutes, once, five tries."""

    __tablename__ = "sign_in_code"

    phone: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[str]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


class SecretUse(Base):
    """Counts uses of what is limited, in the hour or day that began at `hour`: codes, invitations."""

    __tablename__ = "secret_use"

    subject: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    uses: Mapped[int]


class AccountCheck(Base):
    """When the identity provider last answered about accounts, and what kept it from answering since."""

    __tablename__ = "account_check"

    whose: Mapped[str] = mapped_column(primary_key=True)
    answered_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
