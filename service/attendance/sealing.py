"""The attendances of who is erased: closed, settled, and never derived again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance import derivation, presence_facts, presence_store
from service.attendance.evidence import Status
from service.attendance.presence_facts import PairFacts, person_key
from service.attendance.presence_store import Changes, Derived, RaceLostError
from service.happenings import PersonErased
from service.ledger import ledger
from service.models import Attendance, Event, PresenceRecord, RefusedRecord, Signup, Volunteer
from service.platform import installed
from service.platform.database import driver_cursor

SEALED = 2**31 - 1
"""The version of its event that a sealed attendance was derived by: no event comes to a later one."""


def seal(session: Session, erased: PersonErased) -> None:
    """Hold all that is counted of a person, settle it, and let a tombstone be seen there.

    What waits for a coordinator is rejected, for nobody is left to be heard. Who is still there has left
    now. Counts stay as they are but for that.

    Raises:
        Busy: something more of them has come at this very moment; to be tried again.
    """
    _hold(session, erased.volunteer_id)
    _leave(session, erased)
    held = session.scalars(
        sa.select(Attendance)
        .where(Attendance.volunteer_id == erased.volunteer_id)
        .order_by(Attendance.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for attended in held:
        _seal_one(session, attended)
    session.flush()
    ledger.move_person(session, erased.volunteer_id, erased.tombstone_id)


def _hold(session: Session, volunteer_id: UUID) -> None:
    """Hold their events, then the person, in the order of the house; from here on nothing new names them."""
    involved = (
        sa.select(Event.id)
        .where(sa.or_(Event.id.in_(_events_of(volunteer_id)), Event.created_by == volunteer_id))
        .order_by(Event.id)
    )
    held = set(session.scalars(involved.with_for_update(key_share=True)).all())
    subject = session.scalar(sa.select(Volunteer.subject).where(Volunteer.id == volunteer_id))
    try:
        with driver_cursor(session.connection()) as cursor:
            presence_store.lock(cursor, [], [person_key(subject, volunteer_id)])
    except RaceLostError as error:
        raise errors.Busy(retry_after_s=1) from error
    session.execute(sa.select(Volunteer.id).where(Volunteer.id == volunteer_id).with_for_update())
    if not held.issuperset(session.scalars(involved).all()):
        raise errors.Busy(retry_after_s=1)


def _events_of(volunteer_id: UUID) -> sa.CompoundSelect[UUID]:
    return sa.union(
        sa.select(Signup.event_id).where(Signup.volunteer_id == volunteer_id),
        sa.select(Attendance.event_id).where(Attendance.volunteer_id == volunteer_id),
        sa.select(PresenceRecord.event_id).where(PresenceRecord.sender_id == volunteer_id),
        sa.select(RefusedRecord.event_id).where(RefusedRecord.sender_id == volunteer_id),
    )


def _leave(session: Session, erased: PersonErased) -> None:
    """Let them leave where they still are, as if the event ended now: what their records and staff say of it
    counts. Raises Busy."""
    still_there = session.scalars(
        sa.select(Attendance.event_id).where(
            Attendance.volunteer_id == erased.volunteer_id, Attendance.checked_out_at.is_(None)
        )
    ).all()
    pairs = [(str(event_id), str(erased.volunteer_id)) for event_id in still_there]
    try:
        with driver_cursor(session.connection()) as cursor:
            found = presence_facts.read_pairs(cursor, pairs)
            left = [one for pair in found if (one := _left(pair, erased.at)) is not None]
            presence_store.store(cursor, Changes([pair.event for pair in found], left))
    except RaceLostError as error:
        raise errors.Busy(retry_after_s=1) from error


def _left(pair: PairFacts, at: datetime) -> Derived | None:
    thresholds = installed.thresholds()
    visit = replace(pair.visit(), ends_at=min(at, pair.event.presence_ends_at))
    now = derivation.closes_at(visit.ends_at, thresholds)
    return presence_store.derive_pair(pair, now, thresholds, changed=[visit])


def _seal_one(session: Session, attended: Attendance) -> None:
    if attended.status == Status.REVIEW:
        attended.status = Status.REJECTED
        event = session.get_one(Event, attended.event_id, populate_existing=True)
        ledger.add(session, event, in_review=-1)
    attended.version += 1
    attended.event_version = SEALED
