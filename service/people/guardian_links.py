"""The link that a minor hands on to their guardian: 130 random bits, for 14 days, once (R22)."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import errors, guardian_errors
from service.models import GuardianLink, Volunteer
from service.people.guardian_terms import is_minor
from service.people.web_sign_ins import LETTERS
from service.platform import outbox, usage_limits

LINK_LIVES = timedelta(days=14)
LINKS_A_DAY = 10
SECRET_LETTERS = 26
"""Of five bits each: 130."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a child hands on: `secret` is kept nowhere here."""

    child_id: UUID
    secret: str
    expires_at: datetime


def make_link(session: Session, child_id: UUID, now: datetime) -> NewLink:
    """Make the link that a minor hands on to who they have named; the former one is none any more.

    Raises:
        OfAge. GuardianRequired: nobody is named. TooManyRequests: too many in a day.
    """
    child = lock_child(session, child_id)
    if not is_minor(child.birth_date, now):
        raise guardian_errors.OfAge()
    if child.guardian_phone is None:
        raise errors.GuardianRequired("guardian", "guardian-required")
    usage_limits.count_use(session, f"guardian-link:{child_id}", now, LINKS_A_DAY, usage_limits.DAY)
    is_news = open_link(session, child_id, now) is None
    secret = "".join(secrets.choice(LETTERS) for _ in range(SECRET_LETTERS))
    expires_at = now + LINK_LIVES
    values = {
        "secret_hash": hash_of(secret),
        "phone": child.guardian_phone,
        "made_at": now,
        "expires_at": expires_at,
    }
    session.execute(
        insert(GuardianLink)
        .values(child_id=child_id, **values)
        .on_conflict_do_update(index_elements=["child_id"], set_=values)
    )
    if is_news:
        _tell_holder(session, child.guardian_phone, "guardian_asked", now, besides=child_id)
    return NewLink(child_id, secret, expires_at)


def read_secret(typed: str) -> str | None:
    """A link's secret from what somebody has pasted or typed: the link, its end, or the letters in groups."""
    end = typed.strip().rpartition("#")[2].rpartition(".")[2]
    secret = re.sub(r"[\s-]", "", end).upper()
    return secret if len(secret) == SECRET_LETTERS and set(secret) <= set(LETTERS) else None


def lock_child(session: Session, child_id: UUID) -> Volunteer:
    """Somebody's record, held; signing up elsewhere goes on."""
    return session.get_one(Volunteer, child_id, with_for_update={"key_share": True}, populate_existing=True)


def open_link(session: Session, child_id: UUID, now: datetime) -> GuardianLink | None:
    """The link that a child can hand on at a moment."""
    link = session.get(GuardianLink, child_id, populate_existing=True)
    return link if link is not None and now < link.expires_at else None


def _tell_holder(session: Session, phone: str, kind: str, now: datetime, *, besides: UUID) -> None:
    """Tell whose record has a number, if any."""
    whose = sa.and_(Volunteer.phone == phone, Volunteer.id != besides)
    for volunteer_id in session.scalars(sa.select(Volunteer.id).where(whose)).all():
        outbox.enqueue(session, kind, now, {}, volunteer_id=volunteer_id)


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. Not keyed: nobody can try 130 random bits through."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()
