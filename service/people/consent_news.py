"""Whoever agreed to an older version of a text is told once that there is a newer one (R21)."""

from collections.abc import Sequence
from datetime import datetime

import procrastinate
from sqlalchemy.orm import Session

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
    """Owe the news of each text whose older version still holds, once; to whom is asked as it is spread."""
    holding = consents.offered(now, texts)
    newest = {text.name: text for text in holding}
    for name in {text.name for text in holding if text is not newest[text.name]}:
        version, required_from = newest[name].version, newest[name].required_from.isoformat()
        facts = {"consent": name, "version": version, "required_from": required_from}
        outbox.enqueue_once(session, KIND, f"{KIND}:{name}:{version}", now, facts)
