"""What waits for people's answers in the demo: invitations, numbers to be shown, an inbox, a report."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from cli import demo_ids
from cli.demo_ids import numbered
from cli.demo_week import Scene
from notifications.models import InboxItem
from service.models import (
    Contact,
    ContactOf,
    ContactState,
    EventReport,
    Invitation,
    InvitationStatus,
    MemberRole,
    Outbox,
)
from service.organizations import members
from service.organizations.invitations import OPEN_FOR

INVITED = (
    (demo_ids.ACCEPTED, "+77000000113"),
    (demo_ids.DECLINED, "+77000000115"),
    (demo_ids.WITHDRAWN, "+77000000117"),
)
ASKED = ((demo_ids.CONTACT_ACCEPTED, 1003), (demo_ids.CONTACT_DECLINED, 1005))
"""(contact, event) that a colleague was asked to answer questions about."""


def wait(scene: Scene, now: datetime) -> None:
    """Two organizers join the organization, three people are asked to; ids are those that examples name."""
    session, organization = scene.session, scene.organization
    first, second = (scene.people[place][0] for place in (3, 4))
    for member in (first, second):
        members.add(session, organization.id, member.id, MemberRole.ORGANIZER, now)
    session.add_all(
        Invitation(
            id=numbered(number),
            organization_id=organization.id,
            phone=phone,
            role=MemberRole.ORGANIZER,
            status=InvitationStatus.OPEN,
            invited_by=scene.owner.volunteer_id,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
        for number, phone in INVITED
    )
    session.add_all(
        Contact(
            id=numbered(number),
            about=ContactOf.EVENT,
            about_id=str(numbered(event)),
            state=ContactState.WAITING,
            name=first.display_name,
            public=False,
            volunteer_id=first.id,
            asked_by=scene.owner.volunteer_id,
            created_at=now,
        )
        for number, event in ASKED
    )
    _tell(scene, first.id, now)
    session.execute(sa.update(EventReport).values(id=numbered(demo_ids.REPORT)))
    session.flush()


def _tell(scene: Scene, volunteer_id: UUID, now: datetime) -> None:
    """Of the role, as the worker would have: the inbox item is there before any worker runs."""
    told = Outbox(
        kind="role_given",
        facts={"role": MemberRole.ORGANIZER, "organization": scene.organization.name},
        organization_id=scene.organization.id,
        volunteer_id=volunteer_id,
        created_at=now,
        expanded_at=now,
    )
    scene.session.add(told)
    scene.session.flush()
    item = InboxItem(
        id=numbered(demo_ids.INBOX_ITEM), outbox_id=told.id, volunteer_id=volunteer_id, created_at=now
    )
    scene.session.add(item)
