"""Figures for everybody: a month as it was published, for ever."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class PublicTable(StrEnum):
    """What the cells of a month are told by."""

    TOTAL = "total"
    REGION = "region"
    KIND = "kind"


class PublicMonth(Base):
    """A month that was published, by its first day; one without any event as well."""

    __tablename__ = "public_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]


class PublicCell(Base):
    """What was published of a month: `figures` by name, without those withheld.

    `withheld` names the groups of figures that are left out, because they are about fewer than five people,
    or would tell what another cell leaves out.
    """

    __tablename__ = "public_cell"
    __table_args__ = (sa.CheckConstraint("published_by IN ('total', 'region', 'kind')", name="published_by"),)

    month: Mapped[date] = mapped_column(sa.ForeignKey("public_month.month"), primary_key=True)
    published_by: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
    withheld: Mapped[list[str]]
