"""To whom a notification goes, at the moment of asking: whoever has cancelled since is left out."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from service.models import Membership, Outbox, Signup

Audience = Callable[[Outbox], sa.Select[Any]]


def _signed_up(*statuses: str) -> Audience:
    return lambda entry: sa.select(Signup.volunteer_id).where(
        Signup.event_id == entry.event_id, Signup.status.in_(statuses)
    )


def _the_person(entry: Outbox) -> sa.Select[Any]:
    return sa.select(sa.literal(entry.volunteer_id, sa.Uuid).label("volunteer_id"))


def _owners(entry: Outbox) -> sa.Select[Any]:
    return sa.select(Membership.volunteer_id).where(
        Membership.organization_id == entry.organization_id, Membership.role == "owner"
    )


AUDIENCES: Mapping[str, Audience] = {
    "announcement": _signed_up("going"),
    "event_changed": _signed_up("going", "waitlisted"),
    "event_cancelled": _signed_up("going", "waitlisted"),
    "waitlist_moved_up": _the_person,
    "invitation": _the_person,
    "organization_decided": _owners,
    "review_decided": _the_person,
}
