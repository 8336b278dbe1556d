"""Districts of the regions, as they were imported, and when that was."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, LocalizedText, new_id


class DistrictKind(StrEnum):
    """What a row of the upward report is."""

    DISTRICT = "district"
    CITY = "city"
    """A city that stands beside the districts of its region."""


class District(Base):
    """A district, a city of the same rank, or a district of one of the three large cities.

    `code` is KATO; `names` are whole («Қостанай қаласы», «Костанайский район»); `outline` is a GeoJSON
    Polygon or MultiPolygon of WGS 84.
    """

    __tablename__ = "district"
    __table_args__ = (
        sa.CheckConstraint("code ~ '^[0-9]{9}$'", name="code"),
        sa.CheckConstraint("kind IN ('district', 'city')", name="kind"),
        sa.Index("ix_district_region_code", "region_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    region_code: Mapped[str]
    kind: Mapped[str]
    names: Mapped[LocalizedText]
    outline: Mapped[dict[str, Any]]
    # Of the import that it is from, or was last changed by.
    version: Mapped[int] = mapped_column(sa.BigInteger)


class DistrictImport(Base):
    """An import of districts; the newest one's `version` says which districts events are looked up by.

    `id` is told apart even where two databases have the same version.
    """

    __tablename__ = "district_import"

    version: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    imported_at: Mapped[datetime]
    added: Mapped[int]
    changed: Mapped[int]
    refused: Mapped[int]
