"""What the service holds of somebody's presence at an event, in words, and what they can say next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from http_base.context import locale, now, services, session
from http_base.wording import doubt
from service.access import Actor
from service.attendance import refusals
from service.attendance.evidence import QUALITY, RecordKind, Status
from service.models import Attendance, Event
from web import formats
from web.addresses import to
from web.templating import text
from web.volunteer.event_state import EventState


@dataclass(frozen=True, slots=True)
class Hours:
    """When something can be said of an event: from `opens` on, a check-in until `comes_until`, a check-out
    until `leaves_until`; what was kept until `sends_until`."""

    opens: datetime
    comes_until: datetime
    leaves_until: datetime
    sends_until: datetime


def hours_of(event: Event) -> Hours:
    """By the thresholds, in the event's zone: also what will only be looked at can be said."""
    limits = services().settings.thresholds
    ends, off = event.local(event.presence_ends_at), timedelta(minutes=limits.review_off_min)
    return Hours(
        opens=event.local(event.starts_at) - timedelta(minutes=limits.open_before_min),
        comes_until=ends + off,
        leaves_until=ends + timedelta(minutes=limits.leave_after_min) + off,
        sends_until=ends + timedelta(days=limits.review_sync_days),
    )


@dataclass(frozen=True, slots=True)
class Next:
    """What can be said next: «Келдім» or «Кеттім», in words, and whether it is the page's one act."""

    kind: RecordKind
    words: str
    first: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """One line of the page: how it looks, and what it says.

    `name`: before, none, closed, sent, left, doubted, rejected, refused or asked. `again`: a better position
    may settle it. `leaves`: after a check-in that waits in the phone, one can say that one leaves. `look`:
    whether a second look can be asked for now.
    """

    name: str
    notice: str
    icon: str
    said: str
    following: Next | None = None
    again: bool = False
    leaves: bool = False
    look: bool = False

    @property
    def kind(self) -> RecordKind | None:
        return None if self.following is None else self.following.kind

    @property
    def act(self) -> str | None:
        return None if self.following is None else self.following.words

    def document(self, event_id: UUID) -> dict[str, Any]:
        """As the page's script reads it."""
        return {
            "name": self.name,
            "line": {"notice": self.notice, "icon": self.icon, "text": self.said},
            "kind": self.kind,
            "act": self.act,
            "first": self.following is not None and self.following.first,
            "again": self.again,
            "leaves": self.leaves,
            "look": look_href(event_id) if self.look else None,
        }


def look_href(event_id: UUID) -> str:
    """Where a second look is asked for."""
    return to("volunteer-record.show_one", event_id=event_id)


def of_person(event: Event, who: Actor, me: EventState) -> Held:
    """What the service holds of this person at this event."""
    hours = hours_of(event)
    may_come = hours.opens <= now() < hours.comes_until
    may_leave = hours.opens <= now() < hours.leaves_until
    if me.attendance is not None:
        return _of_attendance(event, me.attendance, may_come=may_come, may_leave=may_leave)
    told = refusals.told(session(), event.id, who.volunteer_id)
    if told.is_asked:
        answer = "asked" if told.decision is None else "asked-no"
        return Held("asked", "wait", "clock", text(f"page.check-in.{answer}"))
    if told.refused_as is not None:
        return _of_refused(event, told.refused_as, told.distance_m, may_come=may_come, may_leave=may_leave)
    if now() < hours.opens:
        return Held("before", "info", "clock", text("page.check-in.before", time=formats.moment(hours.opens)))
    if not may_come:
        closed = text("page.check-in.closed", time=formats.moment(hours.comes_until))
        return Held("closed", "info", "clock", closed)
    said = text("page.check-in.ready")
    return Held("none", "info", "place", said, _arrival(), leaves=may_leave)


def _of_attendance(event: Event, held: Attendance, *, may_come: bool, may_leave: bool) -> Held:
    if held.status == Status.REJECTED:
        return Held("rejected", "bad", "cross", _with_reasons("rejected", held), look=True)
    left_at = held.checked_out_at
    leaving = Next(RecordKind.CHECK_OUT, text("page.check-in.check_out"))
    following = leaving if left_at is None and may_leave else None
    if held.status == Status.REVIEW:
        again = may_come and any(reason in QUALITY for reason in held.reasons)
        return Held("doubted", "wait", "clock", _with_reasons("doubted", held), following, again, look=True)
    if left_at is None:
        said = text("page.check-in.sent", time=formats.time(held.checked_in_at, event.zone))
        return Held("sent", "good", "tick", said, following)
    said = _left(event, held, left_at)
    is_on = may_come and now() < event.presence_ends_at
    return Held("left", "good", "tick", said, _arrival("back", first=False) if is_on else None)


def _left(event: Event, held: Attendance, left_at: datetime) -> str:
    """That somebody has left, or that nobody knows when."""
    minutes = formats.duration(held.minutes or 0)
    if held.minutes_assumed:
        came = formats.time(held.checked_in_at, event.zone)
        return text("page.check-in.assumed", time=came, duration=minutes)
    said = text("page.check-in.left", time=formats.time(left_at, event.zone))
    return f"{said} · {minutes}" if held.minutes else said


def _of_refused(
    event: Event, refused_as: str, distance_m: int | None, *, may_come: bool, may_leave: bool
) -> Held:
    said = text("page.check-in.refused", reason=doubt(refused_as, locale()))
    if distance_m:
        said += f" {_how_far(distance_m)}"
    is_over = now() >= event.presence_ends_at
    if not is_over:
        said += " " + text("page.check-in.look-later")
    following = _arrival(first=not is_over) if may_come else None
    return Held("refused", "bad", "cross", said, following, leaves=may_leave, look=is_over)


def _arrival(words: str = "check_in", *, first: bool = True) -> Next:
    return Next(RecordKind.CHECK_IN, text(f"page.check-in.{words}"), first)


def _how_far(metres: int) -> str:
    return text("page.check-in.outside", distance=formats.distance(metres)) + "."


def _with_reasons(name: str, held: Attendance) -> str:
    """The reasons in sentences; where the place is doubted, how far it was."""
    reasons = " ".join(doubt(reason, locale()) for reason in held.reasons)
    if "distance" in held.reasons and held.distance_m:
        reasons += f" {_how_far(held.distance_m)}"
    if not reasons:
        return text(f"page.check-in.{name}-plain")
    return text(f"page.check-in.{name}", reason=reasons)
