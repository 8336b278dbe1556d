"""What a geocoder answered, and when it may be asked again."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class Geocoded(Base):
    """The places that were found for a text. `key` is a keyed hash of it: nobody reads what was asked."""

    __tablename__ = "geocoded"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    places: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class GeocoderTurn(Base):
    """One row for all processes: nobody asks the geocoder before `free_at`, of the database's own clock."""

    __tablename__ = "geocoder_turn"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    free_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
