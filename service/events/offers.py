"""Offers of a place: whoever moves up shortly before the start says yes first, and nobody else has the place
until then.

An offer is over when its time is: whoever reads sign-ups or counts places goes by the clock, and the job that
passes places on (passing_on.py) only makes up for it.
"""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Device, Event, PlacesLeft, Signup, SignupStatus

OPEN = timedelta(hours=2)
"""So long before the start a move up is an offer: who waits may have made other plans by now."""

CLOSED = timedelta(minutes=15)
"""So long before the start nobody can be expected to answer: who moves up goes."""

LASTS = timedelta(minutes=30)

Version = tuple[int, ...]

_asked_from: list[Version] = []


def install(app_version: str | None) -> None:
    """From which version on the apps can answer an offer; None: all that are in use can."""
    _asked_from[:] = [] if app_version is None else [version(app_version)]


def version(text: str) -> Version:
    """The numbers at the beginning: 2.10.0-beta is (2, 10, 0), and what begins with none comes before all.

    Zeros at the end say nothing: 2 and 2.0.0 are one version.
    """
    found = re.match(r"v?(\d{1,9}(?:\.\d{1,9})*)", text.strip(), re.ASCII | re.IGNORECASE)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def confirm_by(event: Event, now: datetime) -> datetime | None:
    """Until when an offer made now has to be confirmed; None where a move up needs none (R15)."""
    if not CLOSED <= event.starts_at - now <= OPEN:
        return None
    return min(now + LASTS, event.starts_at)


def who_can_answer(session: Session, people: Collection[UUID]) -> Collection[UUID]:
    """Of these people those who have an app that knows offers; all of them while nothing is said of apps."""
    if not _asked_from or not people:
        return people
    told = session.execute(
        sa.select(Device.volunteer_id, Device.app_version).where(
            Device.volunteer_id.in_(people), Device.off_since.is_(None)
        )
    )
    return {person for person, app_version in told if version(app_version or "") >= _asked_from[0]}


Moment = datetime | sa.BindParameter[datetime]
"""One that is known, or of a statement that is built once for all moments."""


def holds(now: Moment) -> sa.ColumnElement[bool]:
    """Whether a sign-up is an offer that has not expired, as a column."""
    return sa.and_(Signup.status == SignupStatus.OFFERED, Signup.confirm_by > now)


def has_expired(now: Moment) -> sa.ColumnElement[bool]:
    """Whether a sign-up is an offer whose time is over, as a column: such a person has no place any more."""
    return sa.and_(Signup.status == SignupStatus.OFFERED, Signup.confirm_by <= now)


def held(session: Session, event: Event, now: datetime) -> int:
    """How many places are held for somebody at this moment."""
    if not event.offered:
        return 0
    people = sa.select(sa.func.coalesce(sa.func.sum(Signup.people), 0))
    return session.scalar(people.where(Signup.event_id == event.id, holds(now))) or 0


def places_left(session: Session, event: Event, now: datetime) -> PlacesLeft | None:
    """How many places are left at this moment; None where everybody finds one."""
    return event.places_left(held(session, event, now))
