"""Who belongs to an organization, as what. The last owner stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from service import errors
from service.access import Actor, Permission, require_coordinator
from service.audit import audit
from service.happenings import MemberLeft, OnlyHelps, tell
from service.models import (
    AuditAction,
    Ban,
    Invitation,
    InvitationStatus,
    MemberRole,
    Membership,
    Organization,
    OrganizationStatus,
    Volunteer,
)
from service.models.base import LocalizedText
from service.organizations import organizations
from service.platform import outbox
from service.platform.written import Written

RANKS = (MemberRole.HELPER, MemberRole.ORGANIZER, MemberRole.OWNER)
"""From the least to the most."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to an organization. `resting`: the role is in force once it is confirmed."""

    id: UUID
    display_name: str
    role: str
    resting: bool


def list_all(session: Session, actor: Actor, organization_id: UUID, now: datetime) -> Sequence[Member]:
    """The members in the order in which they came, for an owner. Raises NotFound, Forbidden."""
    organizations.get_for(session, actor, organization_id, Permission.SEE_MEMBERS)
    audit.record_read(
        session, actor.volunteer_id, AuditAction.MEMBERS_READ, organization_id=organization_id, now=now
    )
    return [Member(*row) for row in _ALL.rows(session, {"organization_id": organization_id})]


def get(session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID, now: datetime) -> Member:
    """One member, for an owner. Raises NotFound, Forbidden, NotVerified."""
    organizations.get_for(session, actor, organization_id, Permission.MANAGE_MEMBERS)
    asked = _MEMBERS.where(Volunteer.id == volunteer_id)
    row = session.execute(asked, {"organization_id": organization_id}).one_or_none()
    if row is None:
        raise errors.NotFound(errors.Thing.MEMBER)
    audit.record_read(
        session,
        actor.volunteer_id,
        AuditAction.MEMBERS_READ,
        organization_id=organization_id,
        subject_id=volunteer_id,
        now=now,
    )
    return Member(*row)


_MEMBERS = (
    sa.select(Volunteer.id, Volunteer.display_name, Membership.role, Membership.resting)
    .join(Membership, Membership.volunteer_id == Volunteer.id)
    .where(Membership.organization_id == sa.bindparam("organization_id", type_=sa.Uuid))
)

_ALL = Written(_MEMBERS.order_by(Membership.created_at, Volunteer.id))


def set_role(
    session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID, role: str, now: datetime
) -> None:
    """Give a member another role, and tell them. Raises NotFound, Forbidden, NotVerified, SoleOwner."""
    organizations.get_for(session, actor, organization_id, Permission.MANAGE_MEMBERS)
    membership = _lock(session, organization_id, volunteer_id)
    if membership.role == role:
        return
    if membership.role == MemberRole.OWNER:
        _keep_an_owner(session, organization_id, volunteer_id)
    has_run_events = membership.role != MemberRole.HELPER
    membership.role = role
    _record(session, actor.volunteer_id, AuditAction.MEMBER_CHANGED, membership, now)
    if has_run_events and role == MemberRole.HELPER:
        session.flush()
        tell(session, OnlyHelps(at=now, organization_id=organization_id, volunteer_id=volunteer_id))
    if volunteer_id != actor.volunteer_id:
        facts = {"role": role, "organization": organizations.get(session, organization_id).name}
        outbox.enqueue(
            session, "role_given", now, facts, organization_id=organization_id, volunteer_id=volunteer_id
        )


def remove(session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID, now: datetime) -> None:
    """Take a member out, or leave oneself; what else they were invited to there is withdrawn.

    Raises:
        NotFound, Forbidden, NotVerified, SoleOwner.
    """
    if volunteer_id != actor.volunteer_id:
        organizations.get_for(session, actor, organization_id, Permission.MANAGE_MEMBERS)
    _take_out(session, actor.volunteer_id, organization_id, volunteer_id, now)


def leave_all(session: Session, volunteer_id: UUID, now: datetime, *, may_be_sole: bool = False) -> None:
    """Take somebody out of every organization, by their own will.

    `may_be_sole`: it does not matter that an organization will have no owner.

    Raises:
        SoleOwner: one of them would have none; an owner's role that rests keeps nobody.
    """
    theirs = sa.select(Membership.organization_id).where(Membership.volunteer_id == volunteer_id)
    for organization_id in session.scalars(theirs.order_by(Membership.organization_id)).all():
        _take_out(
            session, volunteer_id, organization_id, volunteer_id, now, may_rest=True, may_be_sole=may_be_sole
        )


def _take_out(
    session: Session,
    by: UUID,
    organization_id: UUID,
    volunteer_id: UUID,
    now: datetime,
    *,
    may_rest: bool = False,
    may_be_sole: bool = False,
) -> None:
    """Raises NotFound, SoleOwner."""
    # Before the membership, in the order in which accepting takes the two.
    _withdraw_invitations(session, organization_id, volunteer_id)
    membership = _lock(session, organization_id, volunteer_id)
    may_go = may_be_sole or (may_rest and membership.resting)
    if membership.role == MemberRole.OWNER and not may_go:
        _keep_an_owner(session, organization_id, volunteer_id)
    _record(session, by, AuditAction.MEMBER_REMOVED, membership, now)
    session.delete(membership)
    session.flush()
    tell(session, MemberLeft(at=now, organization_id=organization_id, volunteer_id=volunteer_id))


def _record(session: Session, by: UUID, action: AuditAction, membership: Membership, now: datetime) -> None:
    audit.record(
        session,
        by,
        action,
        organization_id=membership.organization_id,
        subject_id=membership.volunteer_id,
        detail={"role": membership.role},
        now=now,
    )


def _withdraw_invitations(session: Session, organization_id: UUID, volunteer_id: UUID) -> None:
    session.execute(
        sa.update(Invitation)
        .where(
            Invitation.organization_id == organization_id,
            Invitation.status == InvitationStatus.OPEN,
            Invitation.phone == Volunteer.phone,
            Volunteer.id == volunteer_id,
        )
        .values(status=InvitationStatus.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )


def _lock(session: Session, organization_id: UUID, volunteer_id: UUID) -> Membership:
    """Lock all owners and the member in one order: two who remove each other leave one owner behind."""
    session.scalars(
        sa.select(Membership)
        .where(
            Membership.organization_id == organization_id,
            sa.or_(Membership.role == MemberRole.OWNER, Membership.volunteer_id == volunteer_id),
        )
        .order_by(Membership.volunteer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    membership = session.get(Membership, (organization_id, volunteer_id), populate_existing=True)
    if membership is None:
        raise errors.NotFound(errors.Thing.MEMBER)
    return membership


def _keep_an_owner(session: Session, organization_id: UUID, besides: UUID) -> None:
    """Raise SoleOwner unless somebody else owns it; an owner whose role rests can do nothing for it."""
    another = sa.exists().where(
        Membership.organization_id == organization_id,
        Membership.role == MemberRole.OWNER,
        ~Membership.resting,
        Membership.volunteer_id != besides,
    )
    if not session.scalar(sa.select(another)):
        raise errors.SoleOwner()


def is_administered(session: Session, organization_id: UUID, now: datetime) -> bool:
    """Whether somebody can act as its owner: no role that rests, nobody who is banned."""
    return bool(session.scalar(sa.select(_has_owner(organization_id, now))))


def _has_owner(organization_id: UUID | sa.SQLColumnExpression[UUID], now: datetime) -> sa.Exists:
    banned = sa.exists().where(
        Ban.volunteer_id == Membership.volunteer_id,
        Ban.lifted_at.is_(None),
        sa.or_(Ban.expires_at.is_(None), Ban.expires_at > now),
    )
    return sa.exists().where(
        Membership.organization_id == organization_id,
        Membership.role == MemberRole.OWNER,
        ~Membership.resting,
        ~banned,
    )


def left_alone(
    session: Session, actor: Actor, region_code: str | None, now: datetime, limit: int
) -> Sequence[Organization]:
    """Verified organizations that a coordinator has to find an administrator for: nobody can act as one, and
    nobody is asked to become one. Of a region of the actor's or of all of them, without their own; by id.

    Raises:
        Forbidden: not a coordinator (there).
    """
    require_coordinator(actor)
    if region_code is not None and not actor.coordinates(region_code):
        raise errors.Forbidden()
    regions = actor.coordinated_regions if region_code is None else [region_code]
    is_asked = sa.exists().where(
        Invitation.organization_id == Organization.id,
        Invitation.role == MemberRole.OWNER,
        Invitation.status == InvitationStatus.OPEN,
        Invitation.expires_at >= now,
    )
    query = sa.select(Organization).where(
        Organization.status == OrganizationStatus.VERIFIED,
        sa.true() if regions is None else Organization.region_code.in_(regions),
        Organization.id.not_in(list(actor.organizations)),
        ~_has_owner(Organization.id, now),
        ~is_asked,
    )
    return session.scalars(query.order_by(Organization.id).limit(limit)).all()


def owned_alone(session: Session, volunteer_id: UUID) -> Sequence[LocalizedText]:
    """The names of organizations that nobody else could administer."""
    another = aliased(Membership)
    others = sa.exists().where(
        another.organization_id == Membership.organization_id,
        another.role == MemberRole.OWNER,
        ~another.resting,
        another.volunteer_id != volunteer_id,
    )
    return session.scalars(
        sa.select(Organization.name)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.volunteer_id == volunteer_id,
            Membership.role == MemberRole.OWNER,
            ~Membership.resting,
            ~others,
        )
        .order_by(Organization.created_at)
    ).all()


def confirm(
    session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID, now: datetime
) -> Membership:
    """Let the role of somebody who came back after half a year be in force again; never one's own.

    Raises:
        NotFound: no such organization or member. Forbidden, NotVerified: not another owner or a coordinator.
    """
    organizations.get_for(session, actor, organization_id, Permission.CONFIRM_MEMBER)
    if volunteer_id == actor.volunteer_id:
        raise errors.Forbidden()
    membership = _lock(session, organization_id, volunteer_id)
    membership.resting = False
    _record(session, actor.volunteer_id, AuditAction.MEMBER_CONFIRMED, membership, now)
    session.flush()
    return membership


def add(session: Session, organization_id: UUID, volunteer_id: UUID, role: str, now: datetime) -> None:
    """Make somebody a member; who is one already may rise by it, and never falls.

    Whoever asked them has vouched for them: a role that rests, and is no greater, is in force again.
    """
    no_greater = RANKS[: RANKS.index(MemberRole(role)) + 1]
    statement = insert(Membership).values(
        organization_id=organization_id, volunteer_id=volunteer_id, role=role, created_at=now
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_id", "volunteer_id"],
            set_={"role": role, "resting": False},
            where=Membership.role.in_(no_greater),
        )
    )
