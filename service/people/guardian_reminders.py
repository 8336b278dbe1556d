"""Who was here before a guardian's consent was asked for is told thrice that it will be (R22)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Guardianship, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import years_before
from service.platform import outbox, queue

TASK = "people.remind_minors"
KIND = "guardian_needed"
LEADS = (timedelta(days=5), timedelta(days=30), timedelta(days=60))
"""How long before the end of their time: the first one comes at once."""


@queue.app.periodic(cron="5 6 * * *")  # UTC: before noon in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def remind(context: procrastinate.JobContext, timestamp: int) -> None:
    """Tell whom it is time to tell."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        tell_due(session, runtime.clock.now(), runtime.thresholds.guardian_consent_age)


def tell_due(session: Session, now: datetime, consent_age: int) -> None:
    """Owe each minor without a consent what is due; a worker that stood still tells the newest alone."""
    for volunteer_id, until in _waiting(session, now, consent_age):
        lead = next(lead for lead in LEADS if now >= until - lead)
        outbox.enqueue_once(
            session, KIND, f"{KIND}:{volunteer_id}:{lead.days}", now, {}, volunteer_id=volunteer_id
        )


def _waiting(session: Session, now: datetime, consent_age: int) -> Iterator[tuple[UUID, datetime]]:
    """Minors whose time runs, and for whom nobody agrees; until when it does."""
    agreed = sa.exists().where(Guardianship.child_id == Volunteer.id, Guardianship.ended_at.is_(None))
    born_after = years_before(now.astimezone(COUNTRY_ZONE).date(), consent_age)
    rows = session.execute(
        sa.select(Volunteer.id, Volunteer.guardian_grace_until)
        .where(
            Volunteer.guardian_grace_until > now,
            Volunteer.guardian_grace_until <= now + max(LEADS),
            Volunteer.birth_date > born_after,
            ~agreed,
        )
        .order_by(Volunteer.id)
    )
    yield from ((volunteer_id, until) for volunteer_id, until in rows.all() if until is not None)
