"""Whose role rests (R2) is told nothing by it until somebody has confirmed it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import fan_out
from notifications.models import InboxItem
from service.models import Membership, Outbox
from service.models.base import new_id
from tests.conftest import NOW
from tests.makers import make_member, make_organization, make_volunteer


def told(session: Session, organization_id: UUID) -> Sequence[UUID]:
    facts = {"status": "suspended", "reason": "Шағым"}
    entry = Outbox(
        id=new_id(),
        kind="organization_decided",
        organization_id=organization_id,
        facts=facts,
        created_at=NOW,
    )
    session.add(entry)
    session.flush()
    fan_out.expand(session, entry.id, NOW)
    return session.scalars(sa.select(InboxItem.volunteer_id)).all()


def test_what_was_decided_about_an_organization(session: Session) -> None:
    """Whoever has got a number with a birth date reads no reason that was meant for its owner."""
    owner, back_after_long = make_volunteer(session), make_volunteer(session)
    organization = make_organization(session, owner)
    make_member(session, organization, back_after_long, "owner")
    session.execute(
        sa.update(Membership).where(Membership.volunteer_id == back_after_long.id).values(resting=True)
    )
    assert told(session, organization.id) == [owner.id]
