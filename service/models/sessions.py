"""Who is signed in to the pages, in which browser."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, new_id


class PageSession(Base):
    """One browser in which somebody has signed in. Its cookie's token is kept as a hash alone."""

    __tablename__ = "page_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    # Of the token before, which parallel requests may still bring for some seconds.
    former_hash: Mapped[bytes | None] = mapped_column(unique=True)
    rotated_at: Mapped[datetime]
    signed_in_at: Mapped[datetime] = mapped_column(index=True)
    # The last act of a person, to the minute: what a page does by itself is none.
    seen_at: Mapped[datetime]
    # Since when the second factor is passed.
    elevated_at: Mapped[datetime | None]
    # A digest of the roles at the last request: with others the session gets another token.
    roles: Mapped[str]
    # For the list of one's sessions: "Firefox, Windows" and an address.
    browser: Mapped[str]
    address: Mapped[str]
