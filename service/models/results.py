"""What came of an event: the waste, the trees, the places cleaned, as its organizer says."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class WasteUnit(StrEnum):
    """In what waste was measured; what is no tonnes is converted by settings, and shown as such."""

    TONNES = "t"
    BAGS = "bag"
    CUBIC_METRES = "m3"


WHOLE_FIGURES = (
    "places",
    "machines",
    "trees",
    "shrubs",
    "yards",
    "parks",
    "water_bodies",
    "social",
    "monuments",
    "containers",
    "dumps",
)
"""Counted one by one."""

MEASURED_FIGURES = ("recycled_t", "area_ha", "banks_km")
"""Measured, with up to three places after the point; as `waste_t`, which is derived."""

FIGURES = (*MEASURED_FIGURES, *WHOLE_FIGURES)
"""All that a result says in numbers, the waste aside: None where nobody said anything, which is not 0."""

_MEASURED = sa.Numeric(12, 3)


class EventResult(Base):
    """What came of one event. Its latest state; who changed it and when before stands in the audit."""

    __tablename__ = "event_result"
    __table_args__ = (
        *(sa.CheckConstraint(f"{name} >= 0", name=name) for name in ("waste_t", "waste_amount", *FIGURES)),
        sa.CheckConstraint("waste_unit IN ('t', 'bag', 'm3')", name="waste_unit"),
        sa.CheckConstraint(
            "(waste_amount IS NULL) = (waste_unit IS NULL) AND (waste_amount IS NULL) = (waste_t IS NULL)",
            name="waste",
        ),
    )

    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    # The event's own, kept here by the triggers of results.sql: a season is summed without its wide rows.
    day: Mapped[date] = mapped_column(server_default=sa.FetchedValue())
    region_code: Mapped[str] = mapped_column(server_default=sa.FetchedValue())
    district_code: Mapped[str | None] = mapped_column(server_default=sa.FetchedValue())
    # In tonnes, whatever was said; converted where the unit is another.
    waste_t: Mapped[Decimal | None] = mapped_column(_MEASURED)
    waste_amount: Mapped[Decimal | None] = mapped_column(_MEASURED)
    waste_unit: Mapped[str | None]
    recycled_t: Mapped[Decimal | None] = mapped_column(_MEASURED)
    places: Mapped[int | None]
    machines: Mapped[int | None]
    area_ha: Mapped[Decimal | None] = mapped_column(_MEASURED)
    banks_km: Mapped[Decimal | None] = mapped_column(_MEASURED)
    trees: Mapped[int | None]
    shrubs: Mapped[int | None]
    yards: Mapped[int | None]
    parks: Mapped[int | None]
    water_bodies: Mapped[int | None]
    social: Mapped[int | None]
    monuments: Mapped[int | None]
    containers: Mapped[int | None]
    dumps: Mapped[int | None]
    note: Mapped[str | None]
    version: Mapped[int]
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    created_at: Mapped[datetime]
    updated_by: Mapped[UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    updated_at: Mapped[datetime]

    @property
    def waste_is_converted(self) -> bool:
        """Whether the tonnes were made from bags or cubic metres."""
        return self.waste_unit is not None and self.waste_unit != WasteUnit.TONNES

    def figures(self) -> Mapping[str, Any]:
        """All its numbers by name, the waste in tonnes."""
        return {name: getattr(self, name) for name in ("waste_t", *FIGURES)}
