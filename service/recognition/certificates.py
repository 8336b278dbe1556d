"""Certificates of hours: issued as attendances stand, and in force only while those say the same.

The attendances decide: whoever asks about a certificate is told what they say at that moment, so that none is
ever said to hold with hours of before. A job follows what has changed and issues the next one (renewal.py).
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors, recognition_errors
from service.access import Actor
from service.attendance.evidence import Status
from service.models import Attendance, Certificate, CertificateStatus, Event, Volunteer
from service.models.base import COUNTRY_ZONE, LOCALES
from service.people import consents
from service.platform import keyset, usage_limits
from service.platform.idempotency import content_hash
from service.rulings import decisions

YEARS_AT_MOST = 10
LONGEST = timedelta(days=366 * YEARS_AT_MOST)
LINES = 60
"""So many events are named; of the others the sum stands."""

A_DAY = 20
"""So many new ones one person is issued."""

CODE_BYTES = 10


@dataclass(frozen=True, slots=True)
class Attended:
    """Where somebody counted: one event, with its minutes proven and assumed apart."""

    event_id: UUID
    title: dict[str, str]
    day: date
    proven_minutes: int
    assumed_minutes: int

    def line(self) -> dict[str, Any]:
        """As a certificate keeps it."""
        return {
            "title": self.title,
            "day": self.day.isoformat(),
            "proven_minutes": self.proven_minutes,
            "assumed_minutes": self.assumed_minutes,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a certificate is asked for: a period, both days of it included, and the language of its paper."""

    first_day: date
    last_day: date
    language: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, and whether it holds at this moment."""

    certificate: Certificate
    status: CertificateStatus

    @property
    def is_valid(self) -> bool:
        return self.status is CertificateStatus.VALID


def issue(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> tuple[Certificate, bool]:
    """A certificate of one's own hours; True when one that says the same had been issued before.

    One of the same period and language that says something else is replaced by it.

    Raises:
        Invalid: no such period or language. NothingToCertify. TooManyRequests.
    """
    _check(wanted, now)
    # Nothing of this person's presence changes between what is read here and the certificate of it.
    decisions.lock_person(session, actor.volunteer_id)
    attended = attended_in(session, actor.volunteer_id, wanted.first_day, wanted.last_day)
    if not attended:
        raise recognition_errors.NothingToCertify()
    former = session.scalar(
        sa.select(Certificate)
        .where(
            Certificate.volunteer_id == actor.volunteer_id,
            Certificate.first_day == wanted.first_day,
            Certificate.last_day == wanted.last_day,
            Certificate.language == wanted.language,
            Certificate.status == CertificateStatus.VALID,
        )
        .execution_options(populate_existing=True)
    )
    name = session.get_one(Volunteer, actor.volunteer_id, populate_existing=True).display_name
    if former is not None and (former.name, former.presence_hash) == (name, hash_of(attended)):
        return former, True
    usage_limits.count_use(session, f"certificate:{actor.volunteer_id}", now, A_DAY, usage_limits.DAY)
    return put(session, actor.volunteer_id, wanted, attended, name, former, now), False


def _check(wanted: Wanted, now: datetime) -> None:
    if wanted.language not in LOCALES:
        raise errors.Invalid("lang", "choice", choices=", ".join(LOCALES))
    if wanted.last_day > now.astimezone(COUNTRY_ZONE).date():
        raise errors.Invalid("to", "certificate-future")
    if wanted.first_day > wanted.last_day:
        raise errors.Invalid("to", "certificate-order")
    if wanted.last_day - wanted.first_day > LONGEST:
        raise errors.Invalid("from", "certificate-long", max=YEARS_AT_MOST)


def attended_in(session: Session, volunteer_id: UUID, first_day: date, last_day: date) -> list[Attended]:
    """Where somebody counted in a period, presence that goes on aside; oldest first."""
    query = (
        sa.select(
            Event.id,
            Event.title,
            Event.day,
            sa.type_coerce(Attendance.minutes - Attendance.assumed_minutes, sa.Integer),
            Attendance.assumed_minutes,
        )
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.volunteer_id == volunteer_id,
            Attendance.status == Status.COUNTED,
            Attendance.minutes.is_not(None),
            Event.day.between(first_day, last_day),
        )
        .order_by(Event.day, Event.starts_at, Event.id)
    )
    return [Attended(*row) for row in session.execute(query)]


def first_day(session: Session, actor: Actor, today: date) -> date:
    """Since when somebody counts, as far back as a certificate reaches; this day where nowhere yet."""
    found = session.scalar(
        sa.select(sa.func.min(Event.day))
        .join(Attendance, Attendance.event_id == Event.id)
        .where(
            Attendance.volunteer_id == actor.volunteer_id,
            Attendance.status == Status.COUNTED,
            Event.day >= today - LONGEST,
            Event.day <= today,
        )
    )
    return found or today


def hash_of(attended: Sequence[Attended]) -> str:
    """What tells whether attendances still say what they said."""
    return content_hash({str(one.event_id): [one.proven_minutes, one.assumed_minutes] for one in attended})


def put(
    session: Session,
    volunteer_id: UUID,
    wanted: Wanted,
    attended: Sequence[Attended],
    name: str,
    former: Certificate | None,
    now: datetime,
) -> Certificate:
    """Issue a certificate of these attendances, in place of the `former` one; the person's line is held."""
    made = Certificate(
        volunteer_id=volunteer_id,
        code=base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode(),
        name=name,
        initials=consents.initials(name),
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        language=wanted.language,
        events=len(attended),
        proven_minutes=sum(one.proven_minutes for one in attended),
        assumed_minutes=sum(one.assumed_minutes for one in attended),
        lines=[one.line() for one in attended[:LINES]],
        presence_hash=hash_of(attended),
        issued_at=now,
        status=CertificateStatus.VALID,
    )
    if former is not None:
        # First: one of a period and language holds at a time.
        end(session, former, CertificateStatus.REPLACED, now)
    session.add(made)
    session.flush()
    return made


def end(session: Session, certificate: Certificate, status: CertificateStatus, now: datetime) -> None:
    """Let a certificate hold no more: nothing is kept of what it said, but that there was one of a period."""
    certificate.status, certificate.ended_at = status, now
    certificate.name, certificate.initials = None, ""
    certificate.lines, certificate.presence_hash = [], ""
    certificate.events = certificate.proven_minutes = certificate.assumed_minutes = 0
    session.flush()


def of_person(
    session: Session, actor: Actor, after: tuple[datetime, UUID] | None, limit: int
) -> list[Issued]:
    """One's own certificates, newest first; `after`: (issued at, id) of the last one seen."""
    query = (
        sa.select(Certificate)
        .where(
            Certificate.volunteer_id == actor.volunteer_id,
            keyset.before(after, Certificate.issued_at, Certificate.id),
        )
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(limit)
    )
    found = session.scalars(query).all()
    held = [one for one in found if one.status == CertificateStatus.VALID]
    attended: Sequence[Attended] = ()
    if held:
        first_day, last_day = min(one.first_day for one in held), max(one.last_day for one in held)
        attended = attended_in(session, actor.volunteer_id, first_day, last_day)
    return [Issued(one, _standing(one, attended)) for one in found]


def own(session: Session, actor: Actor, certificate_id: UUID) -> Issued:
    """One of one's own certificates. Raises NotFound."""
    found = _own(session, actor, certificate_id)
    return Issued(found, standing(session, found))


def _own(session: Session, actor: Actor, certificate_id: UUID) -> Certificate:
    found = session.get(Certificate, certificate_id, populate_existing=True)
    if found is None or found.volunteer_id != actor.volunteer_id:
        raise errors.NotFound(errors.Thing.CERTIFICATE)
    return found


def standing(session: Session, certificate: Certificate) -> CertificateStatus:
    """Whether a certificate holds, as the attendances say at this moment."""
    if certificate.status != CertificateStatus.VALID:
        return CertificateStatus(certificate.status)
    attended = attended_in(session, certificate.volunteer_id, certificate.first_day, certificate.last_day)
    return _standing(certificate, attended)


def _standing(certificate: Certificate, attended: Sequence[Attended]) -> CertificateStatus:
    """The same, by what its person attended in its period, and maybe outside of it."""
    if certificate.status != CertificateStatus.VALID:
        return CertificateStatus(certificate.status)
    of_period = [one for one in attended if certificate.first_day <= one.day <= certificate.last_day]
    if hash_of(of_period) == certificate.presence_hash:
        return CertificateStatus.VALID
    return CertificateStatus.REPLACED if of_period else CertificateStatus.REVOKED


def take_back(session: Session, actor: Actor, certificate_id: UUID, now: datetime) -> None:
    """Revoke one of one's own: nothing of what it said is kept; the same again changes nothing.

    Raises:
        NotFound.
    """
    # Not while it is being replaced: the next one would be issued after it was taken back.
    decisions.lock_person(session, actor.volunteer_id)
    found = _own(session, actor, certificate_id)
    if found.status != CertificateStatus.REVOKED:
        end(session, found, CertificateStatus.REVOKED, now)


def by_code(session: Session, typed: str) -> Issued:
    """The certificate of a code as people write it, in any case, with spaces or dashes. Raises NotFound."""
    code = "".join(letter for letter in typed.upper().translate(TAKEN_FOR) if letter in LETTERS)
    found = session.scalar(
        sa.select(Certificate).where(Certificate.code == code).execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.NotFound(errors.Thing.CERTIFICATE)
    return Issued(found, standing(session, found))


LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
TAKEN_FOR = str.maketrans("018", "OIB")
"""Digits that base32 has not, and the letters that they are taken for."""
