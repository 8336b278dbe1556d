"""Where organizations have met before: what an organizer chooses a place from, without a map."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.models import Event, Organization
from service.models.base import LocalizedText
from service.models.events import current_names
from service.platform.written import Written

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
    found: dict[str, KnownPlace] = {}
    for last in _LAST.rows(session, {"organization_ids": list(organization_ids)}):
        names = current_names(last.address, last.address_names) or {"kk": last.address}
        place = KnownPlace(last.latitude, last.longitude, names)
        found.setdefault(place.point, place)
    return list(found.values())[:SHOWN]


def _last_events() -> Written:
    """Where the last events of these organizations were.

    Of each the last days come first, as an index has them: a large one has thousands of events.
    """
    asked = sa.bindparam("organization_ids", type_=ARRAY(sa.Uuid))
    of_one = (
        sa.select(
            Event.id, Event.starts_at, Event.latitude, Event.longitude, Event.address, Event.address_names
        )
        .where(Event.organization_id == Organization.id, Event.address != "")
        .order_by(Event.day.desc(), Event.starts_at.desc(), Event.id)
        .limit(LOOKED_AT)
        .lateral()
    )
    return Written(
        sa.select(of_one.c.latitude, of_one.c.longitude, of_one.c.address, of_one.c.address_names)
        .select_from(Organization)
        .join(of_one, sa.true())
        .where(Organization.id == sa.func.any(asked))
        .order_by(of_one.c.starts_at.desc(), of_one.c.id)
        .limit(LOOKED_AT)
    )


_LAST = _last_events()
