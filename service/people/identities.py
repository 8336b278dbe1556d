"""Who a token is here: the person that its subject is, with all that they may do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.models import Coordinator, EventHelper, Membership, Volunteer
from service.people import bans, dormancy, numbers
from service.people.bans import BanTerms
from service.platform.written import Written

SEEN_EVERY = timedelta(days=1)
"""How exactly it is kept when somebody was last here: a write a day and person is enough."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token that holds says: who signed in (`subject`), with which verified number, in E.164.

    `issued_at` is the token's own moment; `signed_in_at` stays the same while an app renews its tokens.
    """

    subject: str
    phone: str
    issued_at: datetime
    signed_in_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What a record has last learned from its person's tokens."""

    phone: str | None
    phone_seen_at: datetime
    last_seen_at: datetime
    is_disabled: bool = False

    def is_open_to(self, identity: Identity) -> bool:
        """Whether the token's person need not prove first that the record is theirs.

        Raises:
            AccountDisabled: the identity provider lets them in no more, whatever the token says.
        """
        if self.is_disabled:
            raise errors.AccountDisabled()
        return not dormancy.is_dormant(self.last_seen_at, identity.signed_in_at)

    def learns_from(self, identity: Identity, now: datetime) -> bool:
        """Whether the record is to be brought up to date: another number, or the first call in a day."""
        moved = identity.phone != self.phone and identity.issued_at > self.phone_seen_at
        return moved or now - self.last_seen_at >= SEEN_EVERY


@dataclass(frozen=True, slots=True)
class Known:
    """A registered person, and what their record knows of their tokens."""

    actor: Actor
    display_name: str
    standing: Standing
    ban: BanTerms | None


def find(session: Session, subject: str) -> Known | None:
    """Who the identity's subject is, with all roles in force, in one query; None before registration."""
    row = next(iter(_finding().rows(session, {"subject": subject})), None)
    if row is None:
        return None
    roles = {UUID(key): role for key, role in (row.memberships or {}).items()}
    regions, helps = frozenset(row.coordinated or ()), frozenset(row.helped or ())
    actor = Actor(row.id, row.phone, row.locale, roles, regions, helps=helps)
    disabled = row.disabled_at is not None
    standing = Standing(row.phone, row.phone_seen_at, row.last_seen_at, disabled)
    return Known(actor, row.display_name, standing, bans.read_terms(row.ban))


@cache
def _finding() -> Written:
    """(id, phone, locale, roles, …) of a `subject`; built once, for every request asks."""
    memberships = (
        sa.select(sa.func.jsonb_object_agg(Membership.organization_id, Membership.role))
        .where(Membership.volunteer_id == Volunteer.id, ~Membership.resting)
        .scalar_subquery()
    )
    coordinated = (
        sa.select(sa.func.array_agg(Coordinator.region_code))
        .where(Coordinator.volunteer_id == Volunteer.id, ~Coordinator.resting)
        .scalar_subquery()
    )
    helped = (
        sa.select(sa.func.array_agg(EventHelper.event_id))
        .where(EventHelper.volunteer_id == Volunteer.id)
        .scalar_subquery()
    )
    query: sa.Select[*tuple[Any, ...]] = sa.select(
        Volunteer.id,
        Volunteer.phone,
        Volunteer.locale,
        Volunteer.display_name,
        memberships.label("memberships"),
        coordinated.label("coordinated"),
        helped.label("helped"),
        Volunteer.phone_seen_at,
        Volunteer.last_seen_at,
        bans.terms_of(Volunteer.id).correlate(Volunteer).scalar_subquery().label("ban"),
        Volunteer.disabled_at,
    ).where(Volunteer.subject == sa.bindparam("subject"))
    return Written(query)


def find_actor(session: Session, subject: str | None) -> Actor | None:
    """Who the subject is, whatever their token says besides; nobody signs in to a record without one."""
    known = None if subject is None else find(session, subject)
    return None if known is None else known.actor


def note(connection: sa.Connection, identity: Identity, now: datetime) -> None:
    """Bring the record of somebody who just called up to date, in the connection's own transaction."""
    with Session(connection, expire_on_commit=False) as session:
        claim = numbers.lock(session, identity.subject, identity.phone)
        if claim.own is not None:
            numbers.follow(session, claim.own, claim.holder, identity.phone, identity.issued_at, now)
            claim.own.last_seen_at = max(claim.own.last_seen_at, now)
        session.commit()
