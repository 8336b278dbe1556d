"""Doubts about the presence of minors, looked at again when what they follow from is another: a guardian has
agreed, a birth date was corrected, an event is dangerous or is not.

The same facts give the same doubts whatever came first: a check-in or the consent for it. What staff has
decided stands above them.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import procrastinate
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import presence_store, rederivation
from service.attendance.evidence import GUARDIAN_CONSENT, HAZARD, OF_THE_PERSON, RecordKind, Status
from service.attendance.guardian_doubts import is_too_young
from service.attendance.presence_facts import lock_keys
from service.attendance.presence_store import RaceLostError
from service.happenings import BirthDateSet, EventChanged, GuardianConsented
from service.models import Event, PresenceRecord, Volunteer
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import ADULT_AGE, years_before
from service.people import guardians
from service.people.guardian_terms import Terms, is_doubtful
from service.platform import queue
from service.platform.database import driver_cursor
from service.platform.thresholds import Thresholds

TASK = "attendance.look_at_minor"
TRIES = 5
"""While phones send for the same person."""


def follow_person(session: Session, happening: GuardianConsented | BirthDateSet) -> None:
    """Look at all that somebody has sent, once this is committed."""
    queue.defer(session, TASK, volunteer_id=str(happening.volunteer_id))


def follow_event(session: Session, happening: EventChanged) -> None:
    """Look at the minors who were at an event that is dangerous from now on, or is not any more."""
    if "hazard" not in happening.changed:
        return
    born_after = years_before(happening.at.astimezone(COUNTRY_ZONE).date(), ADULT_AGE + 1)
    came = (
        sa.select(PresenceRecord.sender_id)
        .join(Volunteer, Volunteer.id == PresenceRecord.sender_id)
        .where(PresenceRecord.event_id == happening.event_id, Volunteer.birth_date > born_after)
        .distinct()
    )
    for volunteer_id in session.scalars(came).all():
        queue.defer(session, TASK, volunteer_id=str(volunteer_id))


@queue.app.task(name=TASK, pass_context=True)
def look(context: procrastinate.JobContext, volunteer_id: str) -> None:
    """Look at one person's records, and again while others change them."""
    runtime = queue.runtime(context)
    for _ in range(TRIES):
        with suppress(RaceLostError), runtime.sessions.begin() as session:
            settle(session, UUID(volunteer_id), runtime.clock.now(), runtime.thresholds)
            return
    raise errors.Busy(retry_after_s=1)


def settle(session: Session, volunteer_id: UUID, now: datetime, thresholds: Thresholds) -> None:
    """Give each check-in of a person the doubts that there are about it by now, and derive what follows.

    Raises:
        RaceLostError: something has changed meanwhile, and nothing was stored.
    """
    check_ins = _check_ins(session, volunteer_id)
    subject = session.scalar(sa.select(Volunteer.subject).where(Volunteer.id == volunteer_id))
    held = {record.id for record, _ in check_ins}
    keys = set().union(*(_keys(record, subject or str(volunteer_id)) for record, _ in check_ins))
    with driver_cursor(session.connection()) as cursor:
        presence_store.lock(cursor, sorted({str(event.id) for _, event in check_ins}), sorted(keys))
    # Whoever looks at them as well waits from here on; what they follow from may be another by now.
    wrong = [one for one in _wrong(session, volunteer_id, thresholds) if one[0].id in held]
    for record, doubts in wrong:
        _write(session, record, doubts)
    pairs = sorted({(str(record.event_id), str(volunteer_id)) for record, _ in wrong})
    if pairs:
        rederivation.derive_all_or_none(session, pairs, now, thresholds)


def _keys(record: PresenceRecord, subject: str) -> set[int]:
    return lock_keys(subject, record.installation_id, record.day, record.fix_key)


def _wrong(
    session: Session, volunteer_id: UUID, thresholds: Thresholds
) -> list[tuple[PresenceRecord, frozenset[str]]]:
    """The check-ins that have other doubts than there are about them, each with those that there are."""
    person = session.get(Volunteer, volunteer_id, populate_existing=True)
    if person is None:
        return []
    consents = guardians.terms_of(session, volunteer_id)
    return [
        (record, doubts)
        for record, event in _check_ins(session, volunteer_id)
        if (doubts := _doubts(person, consents, record, event, thresholds))
        != OF_THE_PERSON.intersection(record.reasons)
    ]


def _check_ins(session: Session, volunteer_id: UUID) -> list[tuple[PresenceRecord, Event]]:
    query = (
        sa.select(PresenceRecord, Event)
        .join(Event, Event.id == PresenceRecord.event_id)
        .where(PresenceRecord.sender_id == volunteer_id, PresenceRecord.type == RecordKind.CHECK_IN)
        .execution_options(populate_existing=True)
    )
    return [(record, event) for record, event in session.execute(query)]


def _doubts(
    person: Volunteer, consents: list[Terms], record: PresenceRecord, event: Event, thresholds: Thresholds
) -> frozenset[str]:
    doubts = set()
    age = thresholds.guardian_consent_age
    if is_doubtful(guardians.child_of(person), consents, record.captured_at, age):
        doubts.add(GUARDIAN_CONSENT)
    if event.hazard and is_too_young(person.birth_date, event.day):
        doubts.add(HAZARD)
    return frozenset(doubts)


def _write(session: Session, record: PresenceRecord, doubts: frozenset[str]) -> None:
    """What others cast on the record stays: it was read under its locks."""
    kept = [reason for reason in record.reasons if reason not in OF_THE_PERSON]
    record.reasons = [*kept, *sorted(doubts)]
    record.status = Status.REVIEW if record.reasons else Status.COUNTED
    session.flush()
