"""Who belongs to an organization, as what. The last owner stays."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.models import MemberRole, Membership, Volunteer
from service.organizations import organizations
from service.platform import outbox


def list_all(session: Session, actor: Actor, organization_id: UUID) -> Sequence[sa.Row[UUID, str, str]]:
    """(volunteer_id, display_name, role) of the members, for an owner. Raises NotFound, Forbidden."""
    organizations.get_for(session, actor, organization_id, Permission.SEE_MEMBERS)
    return session.execute(
        sa.select(Volunteer.id, Volunteer.display_name, Membership.role)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(Membership.organization_id == organization_id)
        .order_by(Membership.created_at, Volunteer.id)
    ).all()


def set_role(
    session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID, role: str, now: datetime
) -> None:
    """Give a member another role, and tell them. Raises NotFound, Forbidden, NotVerified, SoleOwner."""
    membership = _membership_to_change(session, actor, organization_id, volunteer_id)
    if membership.role == role:
        return
    if membership.role == "owner":
        _keep_an_owner(session, organization_id)
    membership.role = role
    if volunteer_id != actor.volunteer_id:
        facts = {"role": role, "organization": organizations.get(session, organization_id).name}
        outbox.enqueue(
            session, "role_given", now, facts, organization_id=organization_id, volunteer_id=volunteer_id
        )


def remove(session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID) -> None:
    """Take a member out. Raises NotFound, Forbidden, NotVerified, SoleOwner."""
    membership = _membership_to_change(session, actor, organization_id, volunteer_id)
    if membership.role == "owner":
        _keep_an_owner(session, organization_id)
    session.delete(membership)


def _membership_to_change(
    session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID
) -> Membership:
    organizations.get_for(session, actor, organization_id, Permission.MANAGE_MEMBERS)
    # Locked in one order, so that two owners who remove each other do not leave the organization without any.
    session.scalars(
        sa.select(Membership)
        .where(Membership.organization_id == organization_id, Membership.role == MemberRole.OWNER)
        .order_by(Membership.volunteer_id)
        .with_for_update()
    ).all()
    membership = session.get(Membership, (organization_id, volunteer_id), populate_existing=True)
    if membership is None:
        raise errors.NotFound(errors.Thing.MEMBER)
    return membership


def _keep_an_owner(session: Session, organization_id: UUID) -> None:
    owners = session.scalar(
        sa.select(sa.func.count()).where(
            Membership.organization_id == organization_id, Membership.role == MemberRole.OWNER
        )
    )
    if owners == 1:
        raise errors.SoleOwner()


def add(session: Session, organization_id: UUID, volunteer_id: UUID, role: str, now: datetime) -> None:
    """Make somebody a member, or give a member this role."""
    statement = insert(Membership).values(
        organization_id=organization_id, volunteer_id=volunteer_id, role=role, created_at=now
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_id", "volunteer_id"], set_={"role": role}
        )
    )
