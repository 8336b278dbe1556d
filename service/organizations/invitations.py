"""Asking a phone to join an organization, and the answers."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.happenings import PhoneMoved
from service.models import Invitation, InvitationStatus, Organization, Volunteer
from service.organizations import members, organizations
from service.platform import outbox


def invite(
    session: Session, actor: Actor, organization_id: UUID, phone: str, role: str, now: datetime
) -> None:
    """Ask a phone to join, whether or not somebody has registered with it; a repeat changes the role only.

    Raises:
        NotFound, Forbidden: not an owner. NotVerified.
    """
    organization = organizations.get_for(session, actor, organization_id, Permission.MANAGE_MEMBERS)
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
        NotFound: none of this id for this phone. AlreadyDecided: answered otherwise before.
    """
    wanted = InvitationStatus.ACCEPTED if accept else InvitationStatus.DECLINED
    invitation = session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None or invitation.phone != actor.phone:
        raise errors.NotFound(errors.Thing.INVITATION)
    if invitation.status == wanted:
        return invitation
    if invitation.status != "open":
        raise errors.AlreadyDecided(invitation_status=invitation.status)
    invitation.status = wanted
    if accept:
        members.add(session, invitation.organization_id, actor.volunteer_id, invitation.role, now)
    return invitation
