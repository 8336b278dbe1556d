"""Of whom an organizer's word alone settles nothing: the organization's members, and the event's helpers."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.models import Event, EventHelper, Membership


def among(session: Session, event_id: UUID, volunteer_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who are the event's own."""
    them = sa.any_(sa.literal(list(volunteer_ids), ARRAY(sa.Uuid)))
    members = (
        sa.select(Membership.volunteer_id)
        .join(Event, Event.organization_id == Membership.organization_id)
        .where(Event.id == event_id, Membership.volunteer_id == them)
    )
    helpers = sa.select(EventHelper.volunteer_id).where(
        EventHelper.event_id == event_id, EventHelper.volunteer_id == them
    )
    return set(session.scalars(members.union(helpers)))
