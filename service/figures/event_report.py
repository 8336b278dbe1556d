"""What is printed of one event: who was there, verified and declared apart, what came of it, photographs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.attendance.evidence import Status
from service.events import photo_files, photos, results
from service.figures import event_lists
from service.models import Attendance, Event, EventPhoto, EventResult, Headcount
from service.models.base import LocalizedText
from service.platform.files import Files
from service.platform.images import Size


@dataclass(frozen=True, slots=True)
class EventReport:
    """`verified`: people who count, with `minutes` proven; `declared`: people of confirmed groups, and
    companions; `groups`: (name, people) of those; `photos`: (when, JPEG), those before first."""

    event: Event
    organization: LocalizedText
    verified: int
    minutes: int
    declared: int
    in_review: int
    groups: Sequence[tuple[str, int]]
    result: EventResult | None
    photos: Sequence[tuple[str, bytes]]
    as_of: datetime


def make(session: Session, files: Files, event: Event, now: datetime) -> EventReport:
    """The report of an event as it stands; who may see it was asked before.

    Raises:
        NotPublished: a draft. NotStarted: nothing can have happened yet.
    """
    if event.is_secret:
        raise errors.NotPublished()
    if now < event.starts_at:
        raise errors.NotStarted(starts_at=event.local(event.starts_at))
    line = event_lists.line_of(session, event.id, now)
    proven = sa.func.coalesce(Attendance.minutes, 0) - sa.func.coalesce(Attendance.assumed_minutes, 0)
    minutes = sa.select(sa.func.coalesce(sa.func.sum(proven), 0)).where(
        Attendance.event_id == event.id, Attendance.status == Status.COUNTED
    )
    groups = (
        sa.select(Headcount.group_name, Headcount.people)
        .where(Headcount.event_id == event.id, ~Headcount.taken_back, Headcount.people.is_not(None))
        .order_by(Headcount.people.desc(), Headcount.id)
    )
    return EventReport(
        event=event,
        organization=line.organization,
        verified=line.came,
        minutes=int(session.scalar(minutes) or 0),
        declared=line.declared,
        in_review=line.in_review,
        groups=[(name, int(people or 0)) for name, people in session.execute(groups)],
        result=results.by_event(session, [event.id]).get(event.id),
        photos=list(_photos(session, files, event)),
        as_of=now,
    )


def _photos(session: Session, files: Files, event: Event) -> Iterator[tuple[str, bytes]]:
    """Those that nobody has refused or reported: on paper its own people hand them on."""
    for photo in photos.all_of(session, event):
        if not photo.is_reported and (photo.shown or photo.decided_at is None):
            yield photo.taken, _bytes(files, photo)


def _bytes(files: Files, photo: EventPhoto) -> bytes:
    file, _ = photo_files.open_one(files, photo.stored_as, Size.LARGE)
    with file:
        return file.read()
