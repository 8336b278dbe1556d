"""Private calendars: who has one, and what stands in it.

The address of one is a secret: whoever has it reads, without signing in, what its person goes to. It ends
with their number, their ban and their erasure, and rests while consent is withdrawn or the account disabled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, contains_eager

from service.happenings import PersonBanned, PhoneMoved
from service.models import CalendarFeed, ConsentName, Event, Signup, SignupStatus, Volunteer
from service.people import consents

PAST = timedelta(days=90)
"""How long what is over stays in a calendar: one that asks seldom still hears that it was called off."""

MOST = 500
"""So many entries at most: nobody goes to more, and an answer stays small."""


class Standing(StrEnum):
    """What a calendar shows of an event, in its own words (RFC 5545, STATUS)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"
    """Called off, out of sight, or left: a calendar takes it away only when it hears so."""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event as a calendar has it; `signup`: how its reader stands to it, None for everybody's.

    `sequence` grows with each change that its reader sees; `changed_at`: the moment of the last one.
    """

    event: Event
    signup: Signup | None
    standing: Standing
    sequence: int
    changed_at: datetime


def put(session: Session, volunteer_id: UUID, now: datetime) -> CalendarFeed:
    """Begin a person's calendar, or give it another address: the former one is worth nothing from now on."""
    values = {"mark": uuid4(), "created_at": now}
    session.execute(
        insert(CalendarFeed)
        .values(volunteer_id=volunteer_id, **values)
        .on_conflict_do_update(index_elements=["volunteer_id"], set_=values)
    )
    return session.get_one(CalendarFeed, volunteer_id, populate_existing=True)


def get(session: Session, volunteer_id: UUID) -> CalendarFeed | None:
    """A person's calendar, if they have one."""
    return session.get(CalendarFeed, volunteer_id)


def remove(session: Session, volunteer_id: UUID) -> None:
    """End a person's calendar; one that is not there has ended already."""
    session.execute(sa.delete(CalendarFeed).where(CalendarFeed.volunteer_id == volunteer_id))


def end_of_moved(session: Session, moved: PhoneMoved) -> None:
    """Whose number is theirs no more proves anew who they are."""
    remove(session, moved.volunteer_id)


def end_of_banned(session: Session, banned: PersonBanned) -> None:
    """A ban ends what was begun before it."""
    remove(session, banned.volunteer_id)


def reader(session: Session, mark: UUID, now: datetime) -> Volunteer | None:
    """Whose calendar has this mark; None: nobody's, or one that nobody may read now."""
    found = session.scalar(
        sa.select(Volunteer)
        .join(CalendarFeed)
        .where(CalendarFeed.mark == mark, Volunteer.subject.is_not(None), Volunteer.disabled_at.is_(None))
    )
    if found is None:
        return None
    held = consents.of_people(session, [found.id], now)[found.id]
    return found if ConsentName.PERSONAL_DATA in held else None


def of_person(session: Session, volunteer_id: UUID, now: datetime) -> Sequence[CalendarEntry]:
    """All that somebody goes to, waits for or has left, from 90 days ago on, soonest first."""
    query = (
        sa.select(Signup, Event)
        .join(Event)
        .join(Event.organization)
        .options(contains_eager(Event.organization))
        .where(Signup.volunteer_id == volunteer_id, Event.ends_at > now - PAST)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )
    return [_of_signup(event, signup, now) for signup, event in session.execute(query)]


def of_event(event: Event) -> CalendarEntry:
    """An event as it stands for everybody."""
    is_off = event.is_cancelled or event.is_hidden
    standing = Standing.CANCELLED if is_off else Standing.TENTATIVE if event.is_draft else Standing.CONFIRMED
    return CalendarEntry(event, None, standing, event.version, event.changed_at or event.created_at)


def _of_signup(event: Event, signup: Signup, now: datetime) -> CalendarEntry:
    plain = of_event(event)
    until = signup.confirm_by if signup.status == SignupStatus.OFFERED else None
    # The clock says so before the job that passes the place on writes it: that is one change, not two.
    has_expired = until is not None and until <= now
    standing = plain.standing
    if signup.status == SignupStatus.CANCELLED or has_expired:
        standing = Standing.CANCELLED
    elif signup.status != SignupStatus.GOING and standing is not Standing.CANCELLED:
        standing = Standing.TENTATIVE
    changes = [plain.changed_at, signup.changed_at or signup.created_at]
    if has_expired and until is not None:
        changes.append(until)
    return CalendarEntry(event, signup, standing, plain.sequence + signup.version + has_expired, max(changes))
