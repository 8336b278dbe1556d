"""Where organizations have met before: what an organizer chooses a place from, without a map."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Event
from service.models.base import LocalizedText

LOOKED_AT, SHOWN = 50, 5
"""The last events that are looked at, and the places of theirs that are shown."""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A meeting point in degrees, as its last event named it."""

    latitude: float
    longitude: float
    address: LocalizedText

    @property
    def point(self) -> str:
        """«50.283900, 57.167000»: as a form sends it."""
        return f"{self.latitude:.6f}, {self.longitude:.6f}"


def of_organizations(session: Session, organization_ids: Collection[UUID]) -> list[KnownPlace]:
    """The last different meeting points that have an address, newest first."""
    last = session.scalars(
        sa.select(Event)
        .where(Event.organization_id.in_(organization_ids), Event.address != "")
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(LOOKED_AT)
    )
    found: dict[str, KnownPlace] = {}
    for event in last:
        names = event.current_address_names or {"kk": event.address}
        place = KnownPlace(event.latitude, event.longitude, names)
        found.setdefault(place.point, place)
    return list(found.values())[:SHOWN]
