"""Who a token's subject is here: the person, with all that they may do."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access import Actor
from service.models import Coordinator, Membership, Volunteer


def find_actor(session: Session, subject: str) -> Actor | None:
    """Who the identity's subject is, with all roles, in one query; None before registration."""
    memberships = (
        sa.select(sa.func.jsonb_object_agg(Membership.organization_id, Membership.role))
        .where(Membership.volunteer_id == Volunteer.id)
        .scalar_subquery()
    )
    coordinated = (
        sa.select(sa.func.array_agg(Coordinator.region_code))
        .where(Coordinator.volunteer_id == Volunteer.id)
        .scalar_subquery()
    )
    row = session.execute(
        sa.select(Volunteer.id, Volunteer.phone, Volunteer.locale, memberships, coordinated).where(
            Volunteer.subject == subject
        )
    ).first()
    if row is None:
        return None
    organizations_by_id = {UUID(key): role for key, role in (row[3] or {}).items()}
    return Actor(row[0], row[1], row[2], organizations_by_id, frozenset(row[4] or ()))
