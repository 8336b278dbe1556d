"""My events: today's, what comes, drafts and the past ones; and how my organizations stand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response

from http_base import cursors
from http_base.contacts import shown_by
from http_base.context import actor, now, session
from http_base.fields import Paged
from service.access import Permission, Target, may
from service.figures import own_events
from service.figures.own_events import OwnList
from service.models import MemberRole, OrganizationStatus
from service.models.base import LocalizedText
from service.organizations import contacts, organizations
from service.people import volunteers
from web.addresses import to
from web.forms import read_query
from web.organizer import desk
from web.pages import Pages

pages = Pages("organizer-home")

A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Own:
    """An organization that the caller belongs to. `contact`: of its region's coordinator, where needed."""

    id: UUID
    name: LocalizedText
    role: str
    status: str
    resting: bool
    contact: dict[str, Any] | None

    @property
    def is_verified(self) -> bool:
        return self.status == OrganizationStatus.VERIFIED

    @property
    def runs_events(self) -> bool:
        """Whether the caller's role there is more than keeping a door."""
        return self.role != MemberRole.HELPER


@pages.page("/organizer/")
def show() -> Response:
    """Where an organizer's day begins; asks by itself who that is."""
    caller = actor()
    after = cursors.decode(read_query(Paged).get("cursor"), cursors.moment, UUID)
    listed = own_events.of_actor(session(), caller, after, A_PAGE + 1, now())
    past, following = cursors.page(listed[OwnList.PAST], A_PAGE, lambda line: (line.starts_at, line.id))
    own = own_organizations()
    return desk.show(
        "home.html",
        organizations=own,
        listed=listed,
        past=past,
        next_href=to("organizer-home.show", cursor=following) if following else None,
        first_href=to("organizer-home.show") if after else None,
        may_create=any(may_create_for(one) for one in own),
    )


def may_create_for(one: Own) -> bool:
    """Whether the caller makes events of this organization."""
    return may(actor(), Permission.CREATE_EVENT, Target(one.id, organization_status=one.status))


def own_organizations() -> list[Own]:
    """All that the caller belongs to, with whom to ask about those that are not verified."""
    rows = volunteers.memberships(session(), actor().volunteer_id)
    unsettled = {
        row.id: organizations.get(session(), row.id).region_code
        for row in rows
        if row.status != OrganizationStatus.VERIFIED or row.resting
    }
    coordinators = shown_by(contacts.by_region(session(), set(unsettled.values())))
    return [
        Own(row.id, row.name, row.role, row.status, row.resting, coordinators.get(unsettled.get(row.id, "")))
        for row in rows
    ]
