"""Of whom an organizer's word alone makes nobody count: a coordinator decides, where no phone says it."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.models import Ban, Event, EventHelper, Membership, Volunteer
from service.platform import installed


def among(session: Session, event_id: UUID, volunteer_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who are the organization's members or the event's helpers, or were banned while
    it was: organizers are told of no ban; or whose number may have counted there before (0255)."""
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
    anew = (
        sa.select(Volunteer.id)
        .join(Event, Volunteer.anew_at >= Event.starts_at - installed.thresholds().counts_before_start)
        .where(Event.id == event_id, Volunteer.id == them)
    )
    return set(session.scalars(members.union(helpers, banned, anew)))
