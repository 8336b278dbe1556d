"""Who may be named among the most active."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class HonoursAgreement(Base):
    """Somebody who agreed to be named in lists of the most active; no row: they did not."""

    __tablename__ = "honours_agreement"

    volunteer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    agreed_at: Mapped[datetime]
