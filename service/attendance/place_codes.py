"""The code of the place: six digits that change each minute (RFC 6238), from a secret of each event.

The organizer's phone shows them, and can go on computing them without signal. Whoever enters or scans the
code of the moment is where the organizer is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission, require
from service.events import events
from service.platform import usage_limits
from service.platform.thresholds import Thresholds

STEP_S = 60
DIGITS = 6
ONLINE_STEPS = 1
"""Steps that a code may be early or late: the time to read it out and to send it."""

OFFLINE_STEPS = 3
"""The same for a code kept without signal, judged by the phone's corrected clock."""

CODES_FOR = timedelta(hours=14)
"""Of so many hours helpers get the codes at once."""


@dataclass(frozen=True, slots=True)
class Code:
    """The code until `valid_until` (in the event's zone); it is accepted for ONLINE_STEPS longer."""

    code: str
    valid_until: datetime
    secret: str


def of_event(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Code:
    """The code of an event, for its organizers.

    Raises:
        NotFound, Forbidden.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SHOW_CODE, events.target_of(event))
    left_s = STEP_S - now.timestamp() % STEP_S
    valid_until = event.local(now + timedelta(seconds=left_s))
    return Code(_totp(event.code_secret).at(now), valid_until, event.code_secret)


@dataclass(frozen=True, slots=True)
class TimedCode:
    """The code of one minute, in the event's zone."""

    code: str
    valid_from: datetime
    valid_until: datetime


def coming_codes(
    session: Session, actor: Actor, event_id: UUID, now: datetime, thresholds: Thresholds
) -> list[TimedCode]:
    """The codes of the event's hours from now on, for its helpers: they have no secret (R9).

    From when check-in opens until the event's end; of one that is over, none. An event of days: those of a
    day at once, so that an answer is small.

    Raises:
        NotFound, Forbidden.
    """
    event = events.get_visible(session, actor, event_id)
    require(actor, Permission.SHOW_COMING_CODES, events.target_of(event))
    first = max(now, event.starts_at - timedelta(minutes=thresholds.open_before_min))
    last = min(event.presence_ends_at, first + CODES_FOR)
    step = timedelta(seconds=STEP_S)
    begin = first - timedelta(seconds=first.timestamp() % STEP_S)
    totp = _totp(event.code_secret)
    moments = [begin + n * step for n in range(max(0, ceil((last - begin) / step)))]
    return [TimedCode(totp.at(at), event.local(at), event.local(at + step)) for at in moments]


def is_right(secret: str, code: str, at: datetime, steps: int) -> bool:
    """Whether a code was that of its moment `at`, or of one up to `steps` minutes around it.

    Compared in constant time by pyotp. Any text and moment may come in: before 1971 none is right.
    """
    if len(code) != DIGITS or not 1971 <= at.year <= 9998:
        return False
    return _totp(secret).verify(code, for_time=at, valid_window=steps)


def _totp(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)


def count_tries(
    session: Session, event_ids: Iterable[UUID], volunteer_id: UUID, now: datetime, limit: int
) -> dict[UUID, errors.TooManyRequests]:
    """Count a person's tries of codes, one for each time that an event is named, before any is judged.

    Returns the refusals by event: more than `limit` tries there in this hour. Commit right after it: a
    refusal that rolls back must not forgive the try.
    """
    tries = Counter(event_ids)
    subjects = {f"place-code:{event_id}:{volunteer_id}": event_id for event_id in tries}
    uses = {subject: tries[event_id] for subject, event_id in subjects.items()}
    refused = usage_limits.count_uses(session, uses, now, limit)
    return {subjects[subject]: refusal for subject, refusal in refused.items()}
