"""What a guardian sees of a child for whom they have agreed (R22): sign-ups and attendance of 90 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.events import offers
from service.models import Attendance, Event, Guardianship, Signup, SignupStatus, Volunteer
from service.people import guardians
from service.people.identities import Identity

SEEN_FOR = timedelta(days=90)
MOST = 200
"""Of each child and list: a season has fewer weekends."""


@dataclass(frozen=True, slots=True)
class GuardedChild:
    """A child, by its first name alone. `signups`: coming ones, soonest first; `attendances`: of late, the
    latest first."""

    id: UUID
    first_name: str
    consent: Guardianship
    signups: Sequence[tuple[Signup, Event]]
    attendances: Sequence[tuple[Attendance, Event]]


@dataclass(frozen=True, slots=True)
class GuardedChildren:
    """What a guardian sees: `asked` and `has_unseen` as of `guardians.Guarded`."""

    asked: bool
    has_unseen: bool
    children: Sequence[GuardedChild]


def children_of(session: Session, guardian: Identity, now: datetime) -> GuardedChildren:
    """Whether some child waits for this guardian's answer, and those whom they have agreed for."""
    found = guardians.of_guardian(session, guardian, now)
    children = [_seen(session, child, consent, now) for child, consent in found.children]
    return GuardedChildren(found.asked, found.has_unseen, children)


def _seen(session: Session, child: Volunteer, consent: Guardianship, now: datetime) -> GuardedChild:
    first_name = (child.display_name.split() or [""])[0]
    signups, attendances = _signups(session, child.id, now), _attendances(session, child.id, now)
    return GuardedChild(child.id, first_name, consent, signups, attendances)


def _signups(session: Session, child_id: UUID, now: datetime) -> list[tuple[Signup, Event]]:
    rows = session.execute(
        sa.select(Signup, Event)
        .join(Event)
        .where(
            Signup.volunteer_id == child_id,
            Signup.status != SignupStatus.CANCELLED,
            ~offers.has_expired(now),
            Event.ends_at > now,
            Event.starts_at < now + SEEN_FOR,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )
    return [(signup, event) for signup, event in rows]


def _attendances(session: Session, child_id: UUID, now: datetime) -> list[tuple[Attendance, Event]]:
    rows = session.execute(
        sa.select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.volunteer_id == child_id, Attendance.checked_in_at > now - SEEN_FOR)
        .order_by(Attendance.checked_in_at.desc(), Event.id)
        .limit(MOST)
    )
    return [(attendance, event) for attendance, event in rows]
