"""Two certificates of the demo's first volunteer, under ids and a code that examples name."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cli import demo_ids
from service.access import Actor
from service.models.base import COUNTRY_ZONE
from service.recognition import certificates
from service.recognition.certificates import Wanted

LATELY = timedelta(days=60)
NAMED = (
    (demo_ids.CERTIFICATE, demo_ids.CERTIFICATE_CODE, "kk"),
    (demo_ids.CERTIFICATE_TAKEN_BACK, "TAZALYQDEMO65432", "ru"),
)


def issue(session: Session, actor: Actor, now: datetime) -> None:
    """Of what they did in the last weeks."""
    today = now.astimezone(COUNTRY_ZONE).date()
    for number, code, language in NAMED:
        made, _ = certificates.issue(session, actor, Wanted(today - LATELY, today, language), now)
        made.id, made.code = demo_ids.numbered(number), code
        session.flush()
