"""What somebody who looks at an event's page is to this event: it decides what the page offers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from http_base.context import maybe_actor, now, page_caller, session
from service import errors
from service.access import Actor
from service.attendance import check_in
from service.attendance.evidence import Status
from service.events import announcements, events, signups
from service.models import Announcement, Attendance, Event


class Being(StrEnum):
    """One of these at a moment; who has been there is that above all."""

    NOTHING = "nothing"
    GOING = "going"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    """A place is held until `confirm_by`."""

    BEEN = "been"
    """Was there, or is: their attendance counts, or is in review."""


@dataclass(frozen=True, slots=True)
class EventState:
    """`position`: of who waits, from 1; `confirm_by`: of an offer, in the event's zone; `attendance`: a
    rejected one, too."""

    being: Being
    companions: int = 0
    position: int | None = None
    confirm_by: datetime | None = None
    attendance: Attendance | None = None

    @property
    def is_on_list(self) -> bool:
        """Whether there is something to withdraw from."""
        return self.being in (Being.GOING, Being.WAITLISTED, Being.OFFERED)


def caller() -> Actor | None:
    """Who is signed in here; on pages for everybody nobody is, unless the page knows its callers.

    Raises:
        Banned, AccountDisabled.
    """
    return None if page_caller() is None else maybe_actor()


def of_caller(event: Event, *, is_one: bool | None = None) -> EventState | None:
    """The state of who is signed in; None: nobody is. Mostly they are nothing to it, which one query tells.

    `is_one`: whether they are one of its people, where that is known.

    Raises:
        Banned, AccountDisabled.
    """
    who = caller()
    if who is None:
        return None
    if is_one is None:
        is_one = events.is_one_of_its_people(session(), event.id, who.volunteer_id)
    if not is_one:
        return EventState(Being.NOTHING)
    attendance = check_in.of_person(session(), event.id, who.volunteer_id)
    if attendance is not None and attendance.status != Status.REJECTED:
        return EventState(Being.BEEN, attendance.companions, attendance=attendance)
    signup = signups.of_person(session(), event, who.volunteer_id, now())
    if signup is None:
        return EventState(Being.NOTHING, attendance=attendance)
    return EventState(Being(signup.status), signup.companions, signup.position, signup.confirm_by, attendance)


MOST_ANNOUNCED = 10


def announced(event: Event, me: EventState | None) -> Sequence[Announcement]:
    """What its organizer has said to who goes, is there or waits, newest first."""
    who = caller()
    if who is None or me is None or me.being is Being.NOTHING:
        return ()
    try:
        return announcements.of_event(session(), who, event.id, None, MOST_ANNOUNCED)
    except errors.Forbidden:
        # They came without having signed up.
        return ()
