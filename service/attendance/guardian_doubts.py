"""Doubts about the presence of minors (R22): no guardian agrees, or the work is dangerous. Pure.

Never a refusal: a child that stands there is seen. A consent that comes later settles the doubt, as does
another birth date: `minors.py` looks again.
"""

from datetime import date

from service.attendance.evidence import GUARDIAN_CONSENT, HAZARD, RecordKind
from service.attendance.presence_facts import EventFacts, Minor
from service.attendance.sent_records import SentRecord
from service.models.volunteers import ADULT_AGE, age_on
from service.people.guardian_terms import is_doubtful
from service.platform.thresholds import Thresholds


def of(minor: Minor | None, event: EventFacts, sent: SentRecord, thresholds: Thresholds) -> list[str]:
    """Which of these doubts there are about a new record; who is there may leave."""
    if minor is None or sent.kind is RecordKind.CHECK_OUT:
        return []
    doubts = []
    if is_doubtful(minor.child, minor.consents, sent.captured_at, thresholds.guardian_consent_age):
        doubts.append(GUARDIAN_CONSENT)
    if event.hazard and is_too_young(minor.child.birth_date, event.day):
        doubts.append(HAZARD)
    return doubts


def is_too_young(birth_date: date, day: date) -> bool:
    """Whether somebody was too young for dangerous work on an event's day."""
    return age_on(birth_date, day) < ADULT_AGE
