"""What is broken stands alone: it holds up nothing else, is tried again ever more rarely, then set aside."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from service.models import Outbox
from service.platform import logs
from service.platform.database import is_lost_connection, is_passing

logger = logs.get(__name__)
T = TypeVar("T")
R = TypeVar("R")

TRIES = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


def each_alone(
    session: Session, things: Sequence[T], work: Callable[[Sequence[T]], R]
) -> tuple[list[R], dict[T, Exception]]:
    """Work on all of them at once; where that fails, on each half, until what is broken stands alone.

    Returns what `work` gave, part by part, and the broken things with their errors. Each part is a savepoint.

    Raises:
        DBAPIError: the connection was lost, or the database is busy or full: nothing of this is broken.
    """
    if not things:
        return [], {}
    try:
        with session.begin_nested():
            return [work(things)], {}
    except Exception as error:
        if is_lost_connection(error) or is_passing(error):
            raise
        if len(things) == 1:
            logger.exception("one of many is broken and left out")
            return [], {things[0]: error}
    half = len(things) // 2
    first, second = (each_alone(session, part, work) for part in (things[:half], things[half:]))
    return first[0] + second[0], first[1] | second[1]


def note(entry: Outbox, error: Exception, now: datetime) -> None:
    """Note that an entry, which the caller has locked, has failed once more."""
    entry.attempts += 1
    entry.last_error = type(error).__name__
    entry.set_aside_at = now if entry.attempts >= TRIES else None
    again = None if entry.set_aside_at else now + min(FIRST_WAIT * 2 ** (entry.attempts - 1), LONGEST_WAIT)
    if entry.expanded_at is None:
        entry.next_attempt_at = again
    else:
        entry.next_due_at = again
    logger.error("a notification has failed", outbox_id=entry.id, kind=entry.kind, times=entry.attempts)
