"""The secrets of the codes of the place change when somebody who knows them should know them no more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.happenings import (
    EventChanged,
    MemberLeft,
    OnlyHelps,
    OrganizationStatusChanged,
    PersonBanned,
    tell,
)
from service.models import Event, EventHelper, Membership, OrganizationStatus
from service.models.events import RANDOM_BASE32


def follow_member(session: Session, left: MemberLeft | OnlyHelps) -> None:
    """A member took the secrets along in the phone; who helps has no more than codes of an event's hours."""
    _renew_all(session, left.organization_id, left.at)


def follow_ban(session: Session, banned: PersonBanned) -> None:
    """Who is banned knows the secrets, or codes, of what they organized or helped at."""
    theirs = sa.select(Membership.organization_id).where(Membership.volunteer_id == banned.volunteer_id)
    helped = sa.select(EventHelper.event_id).where(EventHelper.volunteer_id == banned.volunteer_id)
    known = sa.or_(Event.organization_id.in_(theirs), Event.id.in_(helped))
    coming = sa.select(Event.id).where(Event.starts_at > banned.at, known)
    renew(session, session.scalars(coming).all(), banned.at)


def follow_organization(session: Session, changed: OrganizationStatusChanged) -> None:
    """An organization that is verified no more shows no codes: what its phones hold is not right any more."""
    if changed.before == OrganizationStatus.VERIFIED != changed.status:
        _renew_all(session, changed.organization_id, changed.at)


def _renew_all(session: Session, organization_id: UUID, now: datetime) -> None:
    of_it = sa.select(Event.id).where(Event.organization_id == organization_id, Event.starts_at > now)
    renew(session, session.scalars(of_it).all(), now)


def renew(session: Session, event_ids: Sequence[UUID], now: datetime) -> None:
    """New secrets for those of the events that are to come, or may be restored; one that has begun goes on
    with what its staff shows.

    Presence is judged by the secret, so each row is held against it, and has another version after.
    """
    coming = session.scalars(
        sa.select(Event.id)
        .where(Event.id.in_(event_ids), Event.starts_at > now)
        .order_by(Event.id)
        .with_for_update()
    ).all()
    if not coming:
        return
    session.execute(
        sa.update(Event)
        .where(Event.id.in_(coming))
        .values(
            code_secret_before=Event.code_secret,
            code_secret_changed_at=now,
            code_secret=sa.text(RANDOM_BASE32),
            version=Event.version + 1,
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    for event_id in coming:
        tell(session, EventChanged(at=now, event_id=event_id, changed=frozenset({"code_secret"})))
