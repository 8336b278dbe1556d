"""Bans (R3): who may not take part, who may say so, and the one answer of who was banned."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import errors, happenings
from service.access import Actor, Permission, Target, may
from service.audit import audit
from service.happenings import PersonBanned
from service.models import (
    Attendance,
    AuditAction,
    Ban,
    Coordinator,
    Erasure,
    Event,
    Membership,
    Organization,
    OrganizationStatus,
    Signup,
    Volunteer,
)
from service.models.bans import BANS_KEPT
from service.people import coordinators
from service.platform import queue

REMEMBERED = timedelta(days=365)
"""How long it is the business of a region's coordinators that somebody signed up or came there."""

_PURPOSE = b"tazalyq: marks of bans"
FORGET_TASK = "people.forget_bans"


@dataclass(frozen=True, slots=True)
class BanTerms:
    """What a ban says, as everything that asks for one reads it. `expires_at` None: it holds for good."""

    reason: str
    banned_at: datetime
    expires_at: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        return self.banned_at <= moment and (self.expires_at is None or moment < self.expires_at)

    def has_run_out(self, moment: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= moment

    def known_until(self, moment: datetime) -> datetime:
        """Until when it is known of who is erased at a moment."""
        last = moment + BANS_KEPT
        return last if self.expires_at is None else min(self.expires_at, last)

    def refusal(self) -> errors.Banned:
        return errors.Banned(reason=self.reason, expires_at=self.expires_at)


def terms_of(volunteer_id: Any) -> sa.Select[Any]:
    """(reason, banned_at, expires_at) as JSON of the ban of a column's volunteer that was not lifted."""
    return sa.select(sa.func.json_build_array(Ban.reason, Ban.banned_at, Ban.expires_at)).where(
        Ban.volunteer_id == volunteer_id, Ban.lifted_at.is_(None)
    )


def read_terms(row: Any) -> BanTerms | None:
    """The terms as `terms_of` gives them; None for nobody's."""
    if row is None:
        return None
    reason, banned_at, expires_at = row
    end = None if expires_at is None else datetime.fromisoformat(expires_at)
    return BanTerms(reason, datetime.fromisoformat(banned_at), end)


def marks(subject: str | None, phone: str | None, secret_key: str) -> list[str]:
    """What is kept of an account and a number: hashes under a key of this purpose alone."""
    key = hmac.digest(secret_key.encode(), _PURPOSE, hashlib.sha256)
    parts = [f"{name}:{part}" for name, part in (("subject", subject), ("phone", phone)) if part]
    return [hmac.new(key, part.encode(), hashlib.sha256).hexdigest() for part in parts]


def refuse_banned(session: Session, known_by: list[str], now: datetime) -> None:
    """Raise Banned where an account, or a number, of these marks is banned."""
    query = sa.select(Ban.reason, Ban.banned_at, Ban.expires_at).where(
        Ban.marks.overlap(sa.cast(known_by, ARRAY(sa.Text))), Ban.lifted_at.is_(None)
    )
    for row in session.execute(query):
        terms = BanTerms(*row)
        if terms.holds_at(now):
            raise terms.refusal()


def put(
    session: Session,
    actor: Actor,
    volunteer_id: UUID,
    reason: str,
    expires_at: datetime | None,
    now: datetime,
    secret_key: str,
) -> Ban:
    """Ban somebody, or change what their ban says.

    Raises:
        Forbidden: not a coordinator of where the person lives, signed up or came in the last year; staff, and
            not a national one; oneself. NotFound. Invalid: it would end before it begins.
    """
    volunteer = _lock_target(session, actor, volunteer_id, now)
    if expires_at is not None and expires_at <= now:
        raise errors.Invalid("expires_at", "in-the-past")
    ban = get_open(session, volunteer_id)
    if ban is not None and _terms(ban).has_run_out(now):
        ban.lifted_at = ban.expires_at
        session.flush()
        ban = None
    if ban is None:
        known_by = marks(volunteer.subject, volunteer.phone, secret_key)
        ban = Ban(volunteer_id=volunteer_id, marks=known_by, banned_at=now, lifted_at=None)
        session.add(ban)
    ban.reason, ban.expires_at, ban.banned_by = reason, expires_at, actor.volunteer_id
    session.flush()
    _record(session, actor, AuditAction.BANNED, volunteer, now)
    happenings.tell(session, PersonBanned(at=now, volunteer_id=volunteer_id))
    return ban


def lift(session: Session, actor: Actor, volunteer_id: UUID, now: datetime) -> None:
    """End a ban; who is not banned stays so. Raises as `put`."""
    volunteer = _lock_target(session, actor, volunteer_id, now)
    ban = get_open(session, volunteer_id)
    if ban is not None:
        ban.lifted_at = now
        _record(session, actor, AuditAction.BAN_LIFTED, volunteer, now)
        session.flush()


def read(session: Session, actor: Actor, volunteer_id: UUID, now: datetime) -> Ban:
    """A ban that was not lifted. Raises Forbidden and NotFound as `put`."""
    volunteer = _lock_target(session, actor, volunteer_id, now)
    ban = get_open(session, volunteer_id)
    if ban is None:
        raise errors.NotFound(errors.Thing.BAN)
    _record(session, actor, AuditAction.BAN_READ, volunteer, now)
    return ban


def _record(session: Session, actor: Actor, action: AuditAction, volunteer: Volunteer, now: datetime) -> None:
    audit.record(
        session,
        actor.volunteer_id,
        action,
        region_code=volunteer.region_code,
        subject_id=volunteer.id,
        now=now,
    )


def get_open(session: Session, volunteer_id: UUID) -> Ban | None:
    """The ban that was not lifted, though it may have expired."""
    return session.scalars(
        sa.select(Ban).where(Ban.volunteer_id == volunteer_id, Ban.lifted_at.is_(None)).with_for_update()
    ).one_or_none()


def answer(session: Session, subject: str, answer_id: UUID, text: str, now: datetime) -> None:
    """Let who is banned answer, once; the same again changes nothing.

    Raises:
        NotFound: this account is not banned. AlreadyAnswered: another answer is stored.
    """
    ban = _in_force(session, subject, now)
    if ban is None:
        raise errors.NotFound(errors.Thing.BAN)
    if ban.answer_id is None:
        ban.answer_id, ban.answer, ban.answered_at = answer_id, text, now
        session.flush()
    elif (ban.answer_id, ban.answer) != (answer_id, text):
        raise errors.AlreadyAnswered()


def outlive(session: Session, volunteer: Volunteer, now: datetime, secret_key: str) -> bool:
    """Let the ban in force of who is about to be erased stay, if there is one; returns whether there is.

    It keeps a mark of the account and the number of today, too: they may be others than on its first day. A
    ban that has ended goes with the person.
    """
    ban = get_open(session, volunteer.id)
    is_in_force = ban is not None and _terms(ban).holds_at(now)
    if ban is not None and is_in_force:
        ban.marks = sorted({*ban.marks, *marks(volunteer.subject, volunteer.phone, secret_key)})
        session.flush()
    ended = sa.or_(Ban.lifted_at.is_not(None), Ban.expires_at <= now)
    session.execute(sa.delete(Ban).where(Ban.volunteer_id == volunteer.id, ended))
    return is_in_force


def awaits_answer(session: Session, subject: str, now: datetime) -> BanTerms | None:
    """The ban of an account, if it has not answered yet."""
    ban = _in_force(session, subject, now)
    return None if ban is None or ban.answer_id is not None else _terms(ban)


def _in_force(session: Session, subject: str, now: datetime) -> Ban | None:
    """The ban of an account that has a record."""
    volunteer_id = session.scalar(sa.select(Volunteer.id).where(Volunteer.subject == subject))
    ban = None if volunteer_id is None else get_open(session, volunteer_id)
    return ban if ban is not None and _terms(ban).holds_at(now) else None


def _terms(ban: Ban) -> BanTerms:
    return BanTerms(ban.reason, ban.banned_at, ban.expires_at)


def forget_old(session: Session, now: datetime) -> int:
    """Forget bans that ended long ago; those of people who were erased once they end, or were erased long
    ago. Returns how many."""
    before = now - BANS_KEPT
    is_gone = ~sa.exists().where(Volunteer.id == Ban.volunteer_id)
    erased_since = sa.exists().where(Erasure.volunteer_id == Ban.volunteer_id, Erasure.at >= before)
    needless = sa.and_(is_gone, sa.or_(~erased_since, Ban.expires_at <= now))
    old = sa.delete(Ban).where(sa.or_(Ban.lifted_at < before, Ban.expires_at < before, needless))
    return len(session.execute(old.returning(Ban.id)).all())


def _lock_target(session: Session, actor: Actor, volunteer_id: UUID, now: datetime) -> Volunteer:
    """The person, held, whom the actor may ban."""
    volunteer = coordinators.hold_somebody(session, actor, volunteer_id)
    if is_staff(session, volunteer_id):
        may_ban = may(actor, Permission.BAN_STAFF)
    else:
        regions = _regions_of(session, volunteer, now)
        may_ban = any(may(actor, Permission.BAN, Target(region_code=code)) for code in regions)
    if not may_ban:
        raise errors.Forbidden()
    return volunteer


def is_staff(session: Session, volunteer_id: UUID) -> bool:
    """Whether somebody coordinates, or belongs to an organization that was verified.

    Anybody founds one: what nobody has verified must be no way out of a region's bans.
    """
    was_verified = Organization.status.in_([OrganizationStatus.VERIFIED, OrganizationStatus.SUSPENDED])
    members = sa.select(Membership.volunteer_id).join(Organization).where(was_verified)
    roles = sa.union_all(members, sa.select(Coordinator.volunteer_id)).subquery()
    return bool(session.scalar(sa.select(sa.exists().where(roles.c.volunteer_id == volunteer_id))))


def _regions_of(session: Session, volunteer: Volunteer, now: datetime) -> set[str]:
    """Where the person lives, and where they signed up or came in the last year."""
    events = sa.union(
        sa.select(Signup.event_id).where(Signup.volunteer_id == volunteer.id),
        sa.select(Attendance.event_id).where(Attendance.volunteer_id == volunteer.id),
    )
    query = sa.select(Event.region_code).where(Event.id.in_(events), Event.ends_at > now - REMEMBERED)
    return {volunteer.region_code, *session.scalars(query)}


@queue.app.periodic(cron="35 21 * * *")  # UTC: the night in Kazakhstan
@queue.app.task(name=FORGET_TASK, queueing_lock=FORGET_TASK, pass_context=True)
def forget_all_old(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget what has lived its time."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        forget_old(session, runtime.clock.now())
