"""Codes that a browser shows so that a phone, or another browser, signs it in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class WebSignIn(Base):
    """One code, for two minutes and one use, of the browser's page whose secret has this hash.

    The code alone signs nobody in: who knows it can only let that browser in as themself.
    """

    __tablename__ = "web_sign_in"

    code: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(unique=True)
    browser: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # Whose the browser is from now on, until it has collected that.
    volunteer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
