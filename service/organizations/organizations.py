"""Organizations: founding, verification by the region's coordinator, members and invitations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, Target, may, require
from service.geography import places, regions
from service.models import (
    Invitation,
    InvitationStatus,
    MemberRole,
    Membership,
    Organization,
    OrganizationStatus,
    Volunteer,
)
from service.models.base import LocalizedText, new_id
from service.platform import outbox
from service.platform.idempotency import content_hash

DECISIONS = (OrganizationStatus.VERIFIED, OrganizationStatus.REJECTED, OrganizationStatus.SUSPENDED)
"""What a coordinator can decide."""


def create(
    session: Session,
    actor: Actor,
    name: LocalizedText,
    region_code: str,
    bin_: str | None,
    now: datetime,
    organization_id: UUID | None = None,
) -> Organization:
    """Found an organization; the founder owns it and a coordinator verifies it.

    Raises:
        Invalid: no such region. IdReused: another organization has this id.
    """
    if regions.get(region_code) is None:
        raise errors.Invalid("region", "region")
    digest = content_hash({"by": actor.volunteer_id, "name": name, "region": region_code, "bin": bin_})
    organization = Organization(
        id=organization_id or new_id(),
        name=name,
        search=places.fold(" ".join(name.values())),
        region_code=region_code,
        bin=bin_,
        status=OrganizationStatus.PENDING,
        created_by=actor.volunteer_id,
        created_at=now,
        content_hash=digest,
    )
    try:
        with session.begin_nested():
            session.add(organization)
    except IntegrityError as error:
        stored = session.get(Organization, organization.id)
        if stored is None or stored.content_hash != digest:
            raise errors.IdReused() from error
        return stored
    _add_member(session, organization.id, actor.volunteer_id, MemberRole.OWNER, now)
    return organization


def get(session: Session, organization_id: UUID) -> Organization:
    """Raises NotFound."""
    organization = session.get(Organization, organization_id)
    if organization is None:
        raise errors.NotFound()
    return organization


def get_visible(session: Session, actor: Actor, organization_id: UUID) -> Organization:
    """A verified one for everybody, others for their members and coordinators. Raises NotFound."""
    organization = get(session, organization_id)
    if organization.is_verified or may(actor, Permission.SEE_ORGANIZATION, target_of(organization)):
        return organization
    raise errors.NotFound()


def target_of(organization: Organization) -> Target:
    """What permissions about this organization are judged by."""
    return Target(organization_id=organization.id, region_code=organization.region_code)


def search(
    session: Session,
    actor: Actor,
    *,
    status: str | None,
    region_code: str | None,
    text: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Organization]:
    """Organizations the actor may see, by id: verified ones, those of coordinated regions, one's own."""
    visible = sa.or_(
        Organization.status == OrganizationStatus.VERIFIED,
        Organization.id.in_(list(actor.organizations)),
        sa.true() if actor.is_national else Organization.region_code.in_(sorted(actor.regions)),
    )
    query = sa.select(Organization).where(visible).order_by(Organization.id).limit(limit)
    if status:
        query = query.where(Organization.status == status)
    if region_code:
        query = query.where(Organization.region_code == region_code)
    if text:
        query = query.where(Organization.search.contains(places.fold(text), autoescape=True))
    if after:
        query = query.where(Organization.id > after)
    return session.scalars(query).all()


def decide(
    session: Session, actor: Actor, organization_id: UUID, status: str, reason: str | None, now: datetime
) -> Organization:
    """Verify, reject or suspend an organization; its owners are told when that changes something.

    Raises:
        NotFound, Forbidden: not a coordinator of its region.
    """
    organization = get_visible(session, actor, organization_id)
    require(actor, Permission.DECIDE_ORGANIZATION, target_of(organization))
    if (organization.status, organization.status_reason) == (status, reason):
        return organization
    organization.status, organization.status_reason = status, reason
    outbox.enqueue(
        session,
        "organization_decided",
        now,
        {"organization": organization.name, "status": status, "reason": reason},
        organization_id=organization.id,
        created_by=actor.volunteer_id,
    )
    return organization


def members(session: Session, actor: Actor, organization_id: UUID) -> Sequence[sa.Row[UUID, str, str]]:
    """(volunteer_id, display_name, role) of the members, for an owner. Raises NotFound, Forbidden."""
    _require_owner(session, actor, organization_id)
    return session.execute(
        sa.select(Volunteer.id, Volunteer.display_name, Membership.role)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(Membership.organization_id == organization_id)
        .order_by(Membership.created_at, Volunteer.id)
    ).all()


def set_role(
    session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID, role: str, now: datetime
) -> None:
    """Give a member another role, and tell them. Raises NotFound, Forbidden, SoleOwner."""
    membership = _membership_to_change(session, actor, organization_id, volunteer_id)
    if membership.role == role:
        return
    if membership.role == "owner":
        _keep_an_owner(session, organization_id)
    membership.role = role
    if volunteer_id != actor.volunteer_id:
        facts = {"role": role, "organization": get(session, organization_id).name}
        outbox.enqueue(
            session, "role_given", now, facts, organization_id=organization_id, volunteer_id=volunteer_id
        )


def remove_member(session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID) -> None:
    """Take a member out. Raises NotFound, Forbidden, SoleOwner."""
    membership = _membership_to_change(session, actor, organization_id, volunteer_id)
    if membership.role == "owner":
        _keep_an_owner(session, organization_id)
    session.delete(membership)


def _require_owner(session: Session, actor: Actor, organization_id: UUID) -> Organization:
    organization = get_visible(session, actor, organization_id)
    require(actor, Permission.MANAGE_MEMBERS, target_of(organization))
    return organization


def _membership_to_change(
    session: Session, actor: Actor, organization_id: UUID, volunteer_id: UUID
) -> Membership:
    _require_owner(session, actor, organization_id)
    # Locked in one order, so that two owners who remove each other do not leave the organization without any.
    session.scalars(
        sa.select(Membership)
        .where(Membership.organization_id == organization_id, Membership.role == MemberRole.OWNER)
        .order_by(Membership.volunteer_id)
        .with_for_update()
    ).all()
    membership = session.get(Membership, (organization_id, volunteer_id), populate_existing=True)
    if membership is None:
        raise errors.NotFound()
    return membership


def _keep_an_owner(session: Session, organization_id: UUID) -> None:
    owners = session.scalar(
        sa.select(sa.func.count()).where(
            Membership.organization_id == organization_id, Membership.role == MemberRole.OWNER
        )
    )
    if owners == 1:
        raise errors.SoleOwner()


def _add_member(
    session: Session, organization_id: UUID, volunteer_id: UUID, role: str, now: datetime
) -> None:
    statement = insert(Membership).values(
        organization_id=organization_id, volunteer_id=volunteer_id, role=role, created_at=now
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_id", "volunteer_id"], set_={"role": role}
        )
    )


def invite(
    session: Session, actor: Actor, organization_id: UUID, phone: str, role: str, now: datetime
) -> None:
    """Ask a phone to join, whether or not somebody has registered with it; a repeat changes the role only.

    Raises:
        NotFound, Forbidden: not an owner.
    """
    organization = _require_owner(session, actor, organization_id)
    invitation = session.scalars(
        sa.select(Invitation)
        .where(
            Invitation.organization_id == organization_id,
            Invitation.phone == phone,
            Invitation.status == InvitationStatus.OPEN,
        )
        .with_for_update()
    ).first()
    if invitation is not None:
        invitation.role = role
        return
    invitation = Invitation(
        organization_id=organization_id,
        phone=phone,
        role=role,
        status=InvitationStatus.OPEN,
        invited_by=actor.volunteer_id,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(invitation)
    except IntegrityError:
        return  # the same invitation was made a moment ago
    invited = session.scalars(sa.select(Volunteer).where(Volunteer.phone == phone)).first()
    if invited is not None:
        _tell_invited(session, invited, invitation, organization.name, now)


def tell_invited(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """Tell somebody who has just registered of the invitations that were waiting for their phone."""
    waiting = session.execute(
        sa.select(Invitation, Organization.name)
        .join(Organization, Organization.id == Invitation.organization_id)
        .where(Invitation.phone == volunteer.phone, Invitation.status == InvitationStatus.OPEN)
        .order_by(Invitation.created_at)
    )
    for invitation, name in waiting:
        _tell_invited(session, volunteer, invitation, name, now)


def _tell_invited(
    session: Session, volunteer: Volunteer, invitation: Invitation, name: Mapping[str, str], now: datetime
) -> None:
    outbox.enqueue(
        session,
        "invitation",
        now,
        {"organization": dict(name), "role": invitation.role, "invitation_id": str(invitation.id)},
        organization_id=invitation.organization_id,
        volunteer_id=volunteer.id,
    )


def answer_invitation(
    session: Session, actor: Actor, invitation_id: UUID, now: datetime, *, accept: bool
) -> Invitation:
    """Accept or decline an invitation to one's own phone; the same answer again changes nothing.

    Raises:
        NotFound: none of this id for this phone. AlreadyDecided: answered otherwise before.
    """
    answer = InvitationStatus.ACCEPTED if accept else InvitationStatus.DECLINED
    invitation = session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None or invitation.phone != actor.phone:
        raise errors.NotFound()
    if invitation.status == answer:
        return invitation
    if invitation.status != "open":
        raise errors.AlreadyDecided(invitation_status=invitation.status)
    invitation.status = answer
    if accept:
        _add_member(session, invitation.organization_id, actor.volunteer_id, invitation.role, now)
    return invitation
