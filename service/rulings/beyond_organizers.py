"""Of whom an organizer's word alone makes nobody count: a coordinator decides, where no phone says it."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.models import Ban, Event, EventHelper, Membership


def among(session: Session, event_id: UUID, volunteer_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who are the organization's members or the event's helpers, or were banned while
    it was: organizers are told of no ban."""
    them = sa.any_(sa.literal(list(volunteer_ids), ARRAY(sa.Uuid)))
    members = (
        sa.select(Membership.volunteer_id)
        .join(Event, Event.organization_id == Membership.organization_id)
        .where(Event.id == event_id, Membership.volunteer_id == them)
    )
    helpers = sa.select(EventHelper.volunteer_id).where(
        EventHelper.event_id == event_id, EventHelper.volunteer_id == them
    )
    ended_at = sa.func.least(Ban.expires_at, Ban.lifted_at)
    banned = (
        sa.select(Ban.volunteer_id)
        .join(Event, Ban.banned_at < Event.ends_at)
        .where(
            Event.id == event_id,
            Ban.volunteer_id == them,
            sa.or_(ended_at.is_(None), ended_at > Event.starts_at),
        )
    )
    return set(session.scalars(members.union(helpers, banned)))
