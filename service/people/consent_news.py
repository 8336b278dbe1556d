"""Whoever agreed to an older version of a text is told once that there is a newer one (R21).

Also who does so after that was told, with an app that still shows the older one.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Consent, Outbox
from service.people import consents
from service.people.consent_texts import TEXTS, ConsentText
from service.platform import outbox, queue

TASK = "people.tell_new_consents"
KIND = "consent_changed"


@queue.app.periodic(cron="35 5 * * *")  # UTC: before noon in Kazakhstan
@queue.app.task(name=TASK, queueing_lock=TASK, pass_context=True)
def tell(context: procrastinate.JobContext, timestamp: int) -> None:
    """Tell of the texts that are new."""
    runtime = queue.runtime(context)
    with runtime.sessions.begin() as session:
        tell_new(session, runtime.clock.now())


def tell_new(session: Session, now: datetime, texts: Sequence[ConsentText] = TEXTS) -> None:
    """Owe the news of texts whose older version still holds, once a person; who that is, is asked later."""
    holding = consents.offered(now, texts)
    newest = {text.name: text for text in holding}
    for name in {text.name for text in holding if text is not newest[text.name]}:
        version, required_from = newest[name].version, newest[name].required_from.isoformat()
        facts = {"consent": name, "version": version, "required_from": required_from}
        key = f"{KIND}:{name}:{version}"
        outbox.enqueue_once(session, KIND, key, now, facts)
        for late in _later(session, name, version, key):
            outbox.enqueue_once(session, KIND, f"{key}:{late}", now, facts, volunteer_id=late)


def _later(session: Session, name: str, version: str, key: str) -> Sequence[UUID]:
    """Who has agreed to an older version after all were told, under this key; versions sort as text."""
    told_at = sa.select(Outbox.created_at).where(Outbox.dedupe_key == key).scalar_subquery()
    older = sa.select(Consent.volunteer_id).where(
        Consent.name == name,
        Consent.version < version,
        Consent.withdrawn_at.is_(None),
        Consent.given_at > told_at,
    )
    return session.scalars(older.order_by(Consent.volunteer_id)).all()
