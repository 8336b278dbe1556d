"""One word of an organizer's list about a volunteer: how it stands beside phones' records and other words."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.attendance.evidence import Status
from service.models import Event, ListTick
from service.platform import outbox
from service.platform.thresholds import Thresholds
from service.rulings import beyond_organizers, decisions
from service.rulings.decisions import AttendanceFile, Ruling
from service.rulings.standing import RuledBy

LISTED = "listed"
"""The notification: you were marked present by the list; you may say that this was not you."""


def ruling_of(session: Session, tick: ListTick) -> Ruling:
    """A stored tick as a word: about oneself, and of whom `beyond_organizers` tells, it is doubted."""
    status = Status.REJECTED
    if tick.present:
        about = tick.volunteer_id
        is_doubted = about == tick.ticked_by or (
            about is not None and about in beyond_organizers.among(session, tick.event_id, [about])
        )
        status = Status.REVIEW if is_doubted else Status.COUNTED
    return Ruling(
        RuledBy.ORGANIZER,
        tick.ticked_by,
        status,
        tick.minutes,
        tick.reason,
        companions=tick.companions,
        said_at=tick.captured_at,
        # Ids of two organizers' phones may be the same, which tells nothing.
        id=uuid5(tick.ticked_by, str(tick.id)),
    )


def say(session: Session, tick: ListTick, now: datetime, thresholds: Thresholds) -> dict[str, Any]:
    """Let a tick that has just been stored have its effect on the attendance; the attendance as shown.

    Raises:
        NotFound: no such person. RaceLostError: to be retried from fresh facts.
    """
    assert tick.volunteer_id is not None  # noqa: S101 - for the types: who calls has looked
    file = decisions.lock_and_read(session, tick.event_id, tick.volunteer_id)
    return say_of(session, file, tick, now, thresholds)


def say_of(
    session: Session, file: AttendanceFile, tick: ListTick, now: datetime, thresholds: Thresholds
) -> dict[str, Any]:
    """The same of a file that is held. Raises RaceLostError: to be retried from fresh facts."""
    ruling = ruling_of(session, tick)
    was_there = file.held is not None and file.held.state.status is not Status.REJECTED
    shown = decisions.put(session, file, ruling, now, thresholds)
    if not was_there and shown["status"] != Status.REJECTED:
        _tell_listed(session, tick, now)
    return shown


def _tell_listed(session: Session, tick: ListTick, now: datetime) -> None:
    event = session.get_one(Event, tick.event_id)
    outbox.enqueue(
        session,
        LISTED,
        now,
        {"title": event.title},
        event_id=tick.event_id,
        volunteer_id=tick.volunteer_id,
        created_by=tick.ticked_by,
    )


class Meeting(StrEnum):
    """How a tick stands beside what another organizer has ticked of the same person."""

    OVERTAKEN = "overtaken"
    """Another one said otherwise later: that holds."""

    OVERTOOK = "overtook"
    """Another one had said otherwise before: this holds."""


def meeting(session: Session, tick: ListTick) -> Meeting | None:
    """Whether somebody else has said otherwise on the list, just before this or at last; None: nobody."""
    about = (
        ListTick.typed_person_id == tick.typed_person_id
        if tick.typed_person_id is not None
        else sa.and_(ListTick.event_id == tick.event_id, ListTick.volunteer_id == tick.volunteer_id)
    )
    said = session.execute(
        sa.select(ListTick.ticked_by, ListTick.id, ListTick.present)
        .where(about)
        .order_by(ListTick.captured_at, ListTick.ticked_by, ListTick.id)
    ).all()
    at = next(n for n, one in enumerate(said) if (one.ticked_by, one.id) == (tick.ticked_by, tick.id))

    def differs(others: Sequence[Any]) -> bool:
        return any(one.ticked_by != tick.ticked_by and one.present != tick.present for one in others)

    if differs(said[at + 1 :][-1:]):
        return Meeting.OVERTAKEN
    return Meeting.OVERTOOK if differs(said[:at][-1:]) else None
