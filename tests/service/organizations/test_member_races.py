"""Members and invitations when two things happen at once, in sessions that really commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import sqlalchemy as sa

from service import errors
from service.access import Actor
from service.models import Invitation, Membership, Organization
from service.organizations import invitations, members, organizations
from service.people import identities
from tests.conftest import NOW, Sessions
from tests.makers import make_member, make_organization, make_volunteer

ROUNDS = 5


def actor(sessions: Sessions, subject: str) -> Actor:
    with sessions() as session:
        found = identities.find_actor(session, subject)
    assert found is not None
    return found


def test_taken_out_while_accepting(sessions: Sessions) -> None:
    """In either order nobody stays who was taken out, unless the invitation was accepted afterwards."""
    for _ in range(ROUNDS):
        with sessions.begin() as session:
            owner, person = make_volunteer(session), make_volunteer(session)
            organization = make_organization(session, owner)
            make_member(session, organization, person)
        owner_acts, person_acts = actor(sessions, owner.subject), actor(sessions, person.subject)
        with sessions.begin() as session:
            invitations.invite(session, owner_acts, organization.id, person.phone, "owner", NOW)
        with sessions() as session:
            invitation_id = session.scalars(
                sa.select(Invitation.id).where(Invitation.organization_id == organization.id)
            ).one()
        at_once = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            done = (
                pool.submit(_remove, sessions, at_once, owner_acts, organization.id, person.id),
                pool.submit(_accept, sessions, at_once, person_acts, invitation_id),
            )
            for one in done:
                one.result()
        with sessions() as session:
            roles = session.scalars(
                sa.select(Membership.role).where(Membership.organization_id == organization.id)
            ).all()
        assert roles == ["owner"]


def _remove(sessions: Sessions, at_once: Barrier, acts: Actor, organization: UUID, person: UUID) -> None:
    with sessions.begin() as session:
        at_once.wait()
        members.remove(session, acts, organization, person, NOW)


def _accept(sessions: Sessions, at_once: Barrier, acts: Actor, invitation_id: UUID) -> None:
    with sessions.begin() as session:
        at_once.wait()
        try:
            invitations.answer(session, acts, invitation_id, NOW, accept=True)
        except errors.AlreadyDecided:
            session.rollback()


def test_parallel_invitations_keep_to_the_limit(sessions: Sessions) -> None:
    with sessions.begin() as session:
        owner = make_volunteer(session)
        ids = [make_organization(session, owner).id for _ in range(8)]
    acts = actor(sessions, owner.subject)
    at_once = Barrier(len(ids))

    def invite(organization_id: UUID) -> bool:
        with sessions.begin() as session:
            at_once.wait()
            try:
                invitations.invite(session, acts, organization_id, "+77015550166", "organizer", NOW)
            except errors.TooManyRequests:
                session.rollback()
                return False
            return True

    with ThreadPoolExecutor(len(ids)) as pool:
        assert sum(pool.map(invite, ids)) == 3


def test_parallel_foundings_keep_to_the_limit(sessions: Sessions) -> None:
    with sessions.begin() as session:
        founder = make_volunteer(session)
    acts = actor(sessions, founder.subject)
    at_once = Barrier(8)

    def create(_n: int) -> bool:
        with sessions.begin() as session:
            at_once.wait()
            try:
                organizations.create(session, acts, {"kk": "Таза"}, "KZ-15", None, NOW)
            except errors.TooManyRequests:
                session.rollback()
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 3
    with sessions() as session:
        made = session.scalar(sa.select(sa.func.count()).where(Organization.created_by == founder.id))
    assert made == 3
