"""Who has proven a number to the pages and has no record here: somebody about to register, or a guardian."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class PageGuest(Base):
    """One browser in which such a number was proven. Its cookie's token is kept as a hash alone."""

    __tablename__ = "page_guest"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(index=True)
    # Of the token that has proven it, as registering asks for.
    issued_at: Mapped[datetime]
    signed_in_at: Mapped[datetime] = mapped_column(index=True)
