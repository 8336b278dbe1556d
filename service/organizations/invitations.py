"""Asking a phone to join an organization, and the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.audit import audit
from service.happenings import PhoneMoved
from service.models import (
    AuditAction,
    Invitation,
    InvitationStatus,
    MemberRole,
    Organization,
    OrganizationStatus,
    Volunteer,
)
from service.organizations import members, organizations
from service.platform import installed, outbox, usage_limits

A_DAY, A_DAY_TO_A_PHONE = 20, 3
"""So many new invitations an organization sends a day, and so many of all organizations reach one phone."""

OPEN_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ReceivedInvitation:
    """An open invitation, and the name of the organization that asks."""

    invitation: Invitation
    organization: Organization


def invite(
    session: Session, actor: Actor, organization_id: UUID, phone: str, role: str, now: datetime
) -> None:
    """Ask a phone to join, whether or not somebody has registered with it; a repeat changes the role only.

    Where nobody can act as its owner, a coordinator of its region asks somebody to, one at a time.

    Raises:
        NotFound, Forbidden: not an owner. NotVerified. TooManyRequests: by it, or to this phone, this day.
    """
    is_left = role == MemberRole.OWNER and not members.is_administered(session, organization_id, now)
    needed = Permission.NAME_OWNER if is_left else Permission.MANAGE_MEMBERS
    organization = organizations.get_for(session, actor, organization_id, needed)
    if is_left:
        if not organization.is_verified:
            raise errors.NotVerified()
        _ask_nobody_else(session, actor, organization_id, phone, now)
    invitation = _open_one(session, organization_id, phone)
    if invitation is not None and now <= invitation.expires_at:
        invitation.role = role
        _record(session, actor, AuditAction.MEMBER_INVITED, invitation, now)
        return
    usage_limits.count_use(session, f"invite-by:{organization_id}", now, A_DAY, usage_limits.DAY)
    usage_limits.count_use(
        session, f"invite-to:{installed.mark_of(phone)}", now, A_DAY_TO_A_PHONE, usage_limits.DAY
    )
    if invitation is None:
        invitation = Invitation(organization_id=organization_id, phone=phone, status=InvitationStatus.OPEN)
    invitation.role, invitation.invited_by = role, actor.volunteer_id
    invitation.created_at, invitation.expires_at = now, now + OPEN_FOR
    try:
        with session.begin_nested():
            session.add(invitation)
    except IntegrityError:
        return  # the same invitation was made a moment ago
    _record(session, actor, AuditAction.MEMBER_INVITED, invitation, now)
    invited = session.scalars(sa.select(Volunteer).where(Volunteer.phone == phone)).first()
    if invited is not None:
        _tell_invited(session, invited, invitation, organization.name, now)


def _ask_nobody_else(
    session: Session, actor: Actor, organization_id: UUID, phone: str, now: datetime
) -> None:
    """Withdraw what asks others to administer it: a number may have been mistyped."""
    others = (
        sa.select(Invitation)
        .where(
            Invitation.organization_id == organization_id,
            Invitation.status == InvitationStatus.OPEN,
            Invitation.role == MemberRole.OWNER,
            Invitation.phone != phone,
        )
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for invitation in session.scalars(others).all():
        invitation.status = InvitationStatus.WITHDRAWN
        _record(session, actor, AuditAction.INVITATION_REVOKED, invitation, now)


def _record(
    session: Session, actor: Actor, action: AuditAction, invitation: Invitation, now: datetime
) -> None:
    """By the invitation's id: whose the number is must not be learnt from it."""
    audit.record(
        session,
        actor.volunteer_id,
        action,
        organization_id=invitation.organization_id,
        detail={"invitation": str(invitation.id), "role": invitation.role},
        now=now,
    )


def _open_one(session: Session, organization_id: UUID, phone: str) -> Invitation | None:
    return session.scalars(
        sa.select(Invitation)
        .where(
            Invitation.organization_id == organization_id,
            Invitation.phone == phone,
            Invitation.status == InvitationStatus.OPEN,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def tell_invited(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """Tell somebody who has just registered of the invitations that were waiting for their phone."""
    for one in _received(session, volunteer.phone, now):
        _tell_invited(session, volunteer, one.invitation, one.organization.name, now)


def _received(session: Session, phone: str | None, now: datetime) -> list[ReceivedInvitation]:
    """The open invitations to a phone, of organizations that are still verified, oldest first."""
    rows = session.execute(_RECEIVED, {"phone": phone, "now": now})
    return [ReceivedInvitation(invitation, organization) for invitation, organization in rows]


_RECEIVED = (
    sa.select(Invitation, Organization)
    .join(Organization, Organization.id == Invitation.organization_id)
    .where(
        Invitation.phone == sa.bindparam("phone"),
        Invitation.status == InvitationStatus.OPEN,
        Invitation.expires_at >= sa.bindparam("now"),
        Organization.status == OrganizationStatus.VERIFIED,
    )
    .order_by(Invitation.created_at, Invitation.id)
)


def mine(session: Session, actor: Actor, now: datetime) -> list[ReceivedInvitation]:
    """What the actor can accept or decline, oldest first."""
    return _received(session, actor.phone, now)


def open_ones(
    session: Session,
    actor: Actor,
    organization_id: UUID,
    now: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[Invitation]:
    """Whom an organization has asked and who has not answered yet, by id, for its owner.

    Raises:
        NotFound, Forbidden: not an owner.
    """
    organizations.get_for(session, actor, organization_id, Permission.SEE_MEMBERS)
    audit.record_read(
        session, actor.volunteer_id, AuditAction.INVITATIONS_READ, organization_id=organization_id, now=now
    )
    query = (
        sa.select(Invitation)
        .where(
            Invitation.organization_id == organization_id,
            Invitation.status == InvitationStatus.OPEN,
            Invitation.expires_at >= now,
        )
        .order_by(Invitation.id)
        .limit(limit)
    )
    if after:
        query = query.where(Invitation.id > after)
    return session.scalars(query).all()


def withdraw(
    session: Session, actor: Actor, organization_id: UUID, invitation_id: UUID, now: datetime
) -> None:
    """Ask no more; one that was answered stays answered. Repeated, it changes nothing.

    Raises:
        NotFound, Forbidden: not an owner. NotVerified. AlreadyDecided: it has been answered.
    """
    organizations.get_for(session, actor, organization_id, Permission.MANAGE_MEMBERS)
    invitation = session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
    if invitation is None or invitation.organization_id != organization_id:
        raise errors.NotFound(errors.Thing.INVITATION)
    if invitation.status in (InvitationStatus.ACCEPTED, InvitationStatus.DECLINED):
        raise errors.AlreadyDecided(invitation_status=invitation.status)
    if invitation.status == InvitationStatus.OPEN:
        invitation.status = InvitationStatus.WITHDRAWN
        _record(session, actor, AuditAction.INVITATION_REVOKED, invitation, now)
        session.flush()


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


def void(session: Session, moved: PhoneMoved) -> None:
    """A number has left its holder: what it was asked for was not meant for whoever has it next."""
    session.execute(
        sa.update(Invitation)
        .where(Invitation.phone == moved.phone, Invitation.status == InvitationStatus.OPEN)
        .values(status=InvitationStatus.VOID)
    )


def answer(session: Session, actor: Actor, invitation_id: UUID, now: datetime, *, accept: bool) -> Invitation:
    """Accept or decline an invitation to one's own phone; the same answer again changes nothing.

    Raises:
        NotFound: none of this id for this phone. AlreadyDecided: answered otherwise before, or withdrawn.
        InvitationExpired. NotVerified: accepted, and the organization is not verified any more.
    """
    wanted = InvitationStatus.ACCEPTED if accept else InvitationStatus.DECLINED
    invitation = session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
    if invitation is None or invitation.phone != actor.phone:
        raise errors.NotFound(errors.Thing.INVITATION)
    if invitation.status == wanted:
        return invitation
    if invitation.status != InvitationStatus.OPEN:
        raise errors.AlreadyDecided(invitation_status=invitation.status)
    if now > invitation.expires_at:
        raise errors.InvitationExpired(expires_at=invitation.expires_at)
    if accept:
        if not organizations.get(session, invitation.organization_id).is_verified:
            raise errors.NotVerified()
        members.add(session, invitation.organization_id, actor.volunteer_id, invitation.role, now)
    invitation.status = wanted
    session.flush()
    return invitation
