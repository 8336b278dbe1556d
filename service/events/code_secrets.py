"""The secrets of the codes of the place change when somebody who knows them should know them no more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.happenings import EventChanged, MemberLeft, OrganizationStatusChanged, tell
from service.models import Event, EventStatus, OrganizationStatus
from service.models.events import RANDOM_BASE32


def follow_member(session: Session, left: MemberLeft) -> None:
    """A member took the secrets along in the phone."""
    _renew_all(session, left.organization_id, left.at)


def follow_organization(session: Session, changed: OrganizationStatusChanged) -> None:
    """An organization that is verified no more shows no codes: what its phones hold is not right any more."""
    if changed.before == OrganizationStatus.VERIFIED != changed.status:
        _renew_all(session, changed.organization_id, changed.at)


def _renew_all(session: Session, organization_id: UUID, now: datetime) -> None:
    of_it = sa.select(Event.id).where(Event.organization_id == organization_id, Event.starts_at > now)
    renew(session, session.scalars(of_it).all(), now)


def renew(session: Session, event_ids: Sequence[UUID], now: datetime) -> None:
    """New secrets for those of the events that are to come; one that has begun goes on with what its staff
    shows.

    Presence is judged by the secret, so each row is held against it, and has another version after.
    """
    coming = session.scalars(
        sa.select(Event.id)
        .where(
            Event.id.in_(event_ids),
            Event.status != EventStatus.CANCELLED,
            Event.starts_at > now,
        )
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
