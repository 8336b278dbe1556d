"""What of an event stays as it is: first where and on which day it is, in the end all but its texts."""

from collections.abc import Mapping, Set
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.events import plans
from service.models import Attendance, Event, Headcount

WHERE_AND_WHEN = frozenset({"day", "latitude", "longitude", "area", "region_code", "starts_at"})
"""Frozen by the first who was there: people have been counted by it."""

TEXTS = frozenset(
    {"title", "description", "address", "address_names", "bring", "accessible", "kind", "district_code"}
)
"""Never frozen: nobody's presence or place hangs on them."""

OPEN_AFTER_END = timedelta(minutes=60)

COORDINATORS_OPEN_AFTER_END = timedelta(days=90)
"""So long a coordinator corrects what is known of who was there, with a reason each time."""


def check(
    session: Session, event: Event, before: Mapping[str, Any], changed: Set[str], now: datetime
) -> None:
    """Check a change that a published event, locked, has just been given; `before`: its former values.

    Raises:
        ChangesClosed: its end lies an hour back, or would. AlreadyStarted: somebody was there, and place,
        area or day would change, or the end leave its day.
    """
    if not event.is_published:
        return
    closes = min(before["ends_at"], event.ends_at) + OPEN_AFTER_END
    if changed - TEXTS and now > closes:
        raise errors.ChangesClosed(closed_at=closes).in_zone(event.zone)
    leaves_its_day = _last_day(event, before["ends_at"]) != _last_day(event, event.ends_at)
    if not (changed & WHERE_AND_WHEN or leaves_its_day):
        return
    if has_presence(session, event.id) or was_a_group_there(session, event.id):
        raise errors.AlreadyStarted()


def fields_of(session: Session, event: Event, now: datetime) -> frozenset[str]:
    """Which parts of its plan an event keeps whatever is asked for, so that nobody is asked for them.

    Of its end more is judged by `check`: while it may move, it stays within its day.
    """
    if not event.is_published:
        return frozenset()
    if now > event.ends_at + OPEN_AFTER_END:
        return frozenset(plans.COLUMNS) - TEXTS
    if has_presence(session, event.id) or was_a_group_there(session, event.id):
        return WHERE_AND_WHEN
    return frozenset()


def _last_day(event: Event, ends_at: datetime) -> date:
    """The local day of an end; midnight is the end of the day before."""
    return event.local(ends_at - timedelta(microseconds=1)).date()


def has_presence(session: Session, event_id: UUID) -> bool:
    """Whether somebody has checked in."""
    return bool(session.scalar(sa.select(sa.exists().where(Attendance.event_id == event_id))))


def was_a_group_there(session: Session, event_id: UUID) -> bool:
    """Whether a group was confirmed; one that is only expected freezes nothing."""
    stands = sa.exists().where(
        Headcount.event_id == event_id, Headcount.taken_back.is_(False), Headcount.people.is_not(None)
    )
    return bool(session.scalar(sa.select(stands)))
