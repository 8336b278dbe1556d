"""Whose a phone number is: it follows the newest token, and leaves the record that had it before."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import happenings
from service.happenings import PhoneMoved
from service.models import Coordinator, Membership, Volunteer
from service.models.volunteers import NATIONAL
from service.platform import outbox


class Claim(NamedTuple):
    """The records that a token is about: its subject's own, and another one that holds its number."""

    own: Volunteer | None
    holder: Volunteer | None


def lock(session: Session, subject: str, phone: str) -> Claim:
    """The token's records, locked until the transaction ends.

    Whoever registers or changes a number waits here for others with the same subject or number, also where
    there is no row yet: so no constraint is ever met.
    """
    for name in sorted((f"subject:{subject}", f"phone:{phone}")):
        hold(session, name)
    found = session.scalars(
        sa.select(Volunteer)
        .where(sa.or_(Volunteer.subject == subject, Volunteer.phone == phone))
        .order_by(Volunteer.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    own = next((one for one in found if one.subject == subject), None)
    return Claim(own, next((one for one in found if one is not own), None))


def hold_phone(session: Session, phone: str) -> None:
    """Wait for whoever registers with a number at this moment, and let those who will wait."""
    hold(session, f"phone:{phone}")


def hold(session: Session, name: str) -> None:
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def follow(
    session: Session,
    own: Volunteer,
    holder: Volunteer | None,
    phone: str,
    issued_at: datetime,
    now: datetime,
) -> None:
    """Let a record have its token's number, unless a newer token has said otherwise of either record.

    `own` and `holder` are locked.
    """
    is_newest = issued_at > own.phone_seen_at and (holder is None or issued_at > holder.phone_seen_at)
    own.phone_seen_at = max(own.phone_seen_at, issued_at)
    if own.phone == phone or not is_newest:
        session.flush()
        return
    if holder is not None:
        leave(session, holder, now)
        _tell_lost(session, holder, now)
    if own.phone is not None:
        leave(session, own, now)
    own.phone = phone
    session.flush()


def leave(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """Take the number from a record."""
    phone, volunteer.phone = volunteer.phone, None
    session.flush()
    if phone is not None:
        happenings.tell(session, PhoneMoved(at=now, phone=phone, volunteer_id=volunteer.id))


def _tell_lost(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """Tell who holds a role that their number is another account's now, and the national coordinators."""
    if not _is_staff(session, volunteer):
        return
    outbox.enqueue(session, "number_lost", now, {}, volunteer_id=volunteer.id)
    tell_national(session, "staff_number_lost", now, {}, besides=volunteer.id)


def _is_staff(session: Session, volunteer: Volunteer) -> bool:
    roles = sa.select(Membership.volunteer_id).union_all(sa.select(Coordinator.volunteer_id)).subquery()
    return bool(session.scalar(sa.select(sa.exists().where(roles.c.volunteer_id == volunteer.id))))


def tell_national(
    session: Session, kind: str, now: datetime, facts: dict[str, Any], *, besides: UUID | None = None
) -> None:
    """Owe one notification to each national coordinator but the person whom it is about."""
    national = session.scalars(
        sa.select(Coordinator.volunteer_id).where(
            Coordinator.region_code == NATIONAL,
            ~Coordinator.resting,
            Coordinator.volunteer_id.is_distinct_from(besides),
        )
    )
    for volunteer_id in national.all():
        outbox.enqueue(session, kind, now, facts, volunteer_id=volunteer_id)
