"""Bans of people who were erased: nothing says whose they are but the number, which its holder tells."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.audit import audit
from service.models import AuditAction, Ban, Volunteer
from service.people import bans


def read(session: Session, actor: Actor, phone: str, now: datetime, secret_key: str) -> str:
    """Why whoever had this number may not take part. Raises as `lift`."""
    found = _of(session, actor, phone, now, secret_key)
    _record(session, actor, AuditAction.BAN_READ, found, now)
    return found[-1].reason


def lift(session: Session, actor: Actor, phone: str, now: datetime, secret_key: str) -> None:
    """End every ban in force of this number whose person was erased; its marks were kept for it, and go.

    `phone`: in E.164.

    Raises:
        Forbidden, SecondFactorRequired: not a national coordinator. NotFound: there is none.
    """
    found = _of(session, actor, phone, now, secret_key)
    _record(session, actor, AuditAction.BAN_LIFTED, found, now)
    for ban in found:
        session.delete(ban)
    session.flush()


def _of(session: Session, actor: Actor, phone: str, now: datetime, secret_key: str) -> Sequence[Ban]:
    """Held, the newest last."""
    require(actor, Permission.BAN_STAFF)
    known_by = sa.cast(bans.marks(None, phone, secret_key), ARRAY(sa.Text))
    found = session.scalars(
        sa.select(Ban)
        .where(
            Ban.marks.overlap(known_by),
            Ban.lifted_at.is_(None),
            sa.or_(Ban.expires_at.is_(None), Ban.expires_at > now),
            ~sa.exists().where(Volunteer.id == Ban.volunteer_id),
        )
        .order_by(Ban.banned_at, Ban.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not found:
        raise errors.NotFound(errors.Thing.BAN)
    return found


def _record(session: Session, actor: Actor, action: AuditAction, found: Sequence[Ban], now: datetime) -> None:
    for ban in found:
        audit.record(session, actor.volunteer_id, action, subject_id=ban.volunteer_id, now=now)
