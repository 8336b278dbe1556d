"""Certificates follow what has changed: the next one is issued, or none is left; by a job."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.happenings import AttendanceChanged, PersonErased
from service.models import Certificate, CertificateStatus, Volunteer
from service.platform import outbox, queue
from service.recognition import certificates
from service.rulings import decisions

TASK = "certificates.renew"
KIND = "certificate_changed"


def follow(session: Session, happening: AttendanceChanged) -> None:
    """Let the certificates of these people follow: a job for each who has one that holds, deferred here."""
    holders = session.scalars(
        sa.select(Certificate.volunteer_id)
        .where(
            Certificate.volunteer_id.in_(happening.volunteer_ids),
            Certificate.status == CertificateStatus.VALID,
        )
        .distinct()
    )
    for volunteer_id in holders.all():
        queue.defer(session, TASK, volunteer_id=str(volunteer_id))


@queue.app.task(name=TASK, pass_context=True)
def renew_by_job(context: procrastinate.JobContext, volunteer_id: str) -> None:
    """Replace or revoke the certificates of somebody that do not hold any more."""
    runtime = queue.runtime(context)
    # Of who is erased nothing changes any more.
    with suppress(errors.NotFound), runtime.sessions.begin() as session:
        renew(session, UUID(volunteer_id), runtime.clock.now())


def renew(session: Session, volunteer_id: UUID, now: datetime) -> list[Certificate]:
    """Replace or revoke the certificates of somebody that do not hold any more, and tell them.

    Returns those that were issued anew.

    Raises:
        NotFound: no such person.
    """
    decisions.lock_person(session, volunteer_id)
    ended = [
        one
        for one in _valid(session, volunteer_id)
        if certificates.standing(session, one) is not CertificateStatus.VALID
    ]
    made = [new for one in ended if (new := _renewed(session, one, now)) is not None]
    if ended:
        status = CertificateStatus.REPLACED if made else CertificateStatus.REVOKED
        outbox.enqueue(session, KIND, now, {"status": status}, volunteer_id=volunteer_id)
    return made


def _valid(session: Session, volunteer_id: UUID) -> Sequence[Certificate]:
    """Those of somebody that were not ended yet, oldest first."""
    return session.scalars(
        sa.select(Certificate)
        .where(Certificate.volunteer_id == volunteer_id, Certificate.status == CertificateStatus.VALID)
        .order_by(Certificate.issued_at, Certificate.id)
        .execution_options(populate_existing=True)
    ).all()


def _renewed(session: Session, former: Certificate, now: datetime) -> Certificate | None:
    """The next certificate of a period; None where nothing of it is left."""
    attended = certificates.attended_in(session, former.volunteer_id, former.first_day, former.last_day)
    if attended:
        name = session.get_one(Volunteer, former.volunteer_id, populate_existing=True).display_name
        wanted = certificates.Wanted(former.first_day, former.last_day, former.language)
        return certificates.put(session, former.volunteer_id, wanted, attended, name, former, now)
    certificates.end(session, former, CertificateStatus.REVOKED, now)
    return None


def forget_person(session: Session, happening: PersonErased) -> None:
    """Revoke the certificates of who is erased; none tells a name, and those left to stand alone initials."""
    for certificate in _valid(session, happening.volunteer_id):
        if happening.keep_certificates:
            certificate.name = None
        else:
            certificates.end(session, certificate, CertificateStatus.REVOKED, happening.at)
    session.flush()
    session.execute(
        sa.update(Certificate)
        .where(
            Certificate.volunteer_id == happening.volunteer_id,
            Certificate.status != CertificateStatus.VALID,
        )
        .values(initials="")
    )
