"""What is owed by the clock: reminders, the opening of check-in, thanks, the coordinators' digest.

All of it comes from queries over what is due ("older than", never "between"), so that a worker that was down
for an hour, or a clock that was moved by days, catches up with what is still of use and repeats nothing.
"""

import logging
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from notifications import broken
from notifications.audience import EVENT_IS_ON, recipients
from notifications.fan_out import Recipient, fill
from notifications.models import InboxItem
from service.events import plans
from service.events.plans import MAX_DURATION
from service.models import Event, NotificationSettings, Outbox, Signup, SignupStatus
from service.models.base import COUNTRY_ZONE
from service.models.notification_settings import default_settings
from service.platform import outbox
from service.platform.database import is_lost_connection
from service.platform.thresholds import Thresholds

logger = logging.getLogger(__name__)

LEADS: Mapping[str, timedelta] = {"reminder_24h": timedelta(hours=24), "reminder_2h": timedelta(hours=2)}
"""How long before the start each reminder comes."""

SPREAD_S = 600
"""Reminders of one event go out over twice as many seconds."""

BEFORE_QUIET = timedelta(minutes=15)
"""A reminder that would fall into the quiet hours comes so long before them, plus or minus the spread."""

LONGEST_QUIET = timedelta(hours=24)
AHEAD = timedelta(minutes=5)
REVISIT = timedelta(hours=1)
CHECK_IN_OPENS = timedelta(minutes=Thresholds().open_before_min)
THANKS_AFTER = timedelta(minutes=75)
"""By then forgotten check-outs are closed."""

THANKS_UNTIL = timedelta(days=3, hours=1)
"""What phones kept without signal counts when it arrives within 72 hours: its people are thanked, too."""

DIGEST_HOUR = 9
EVENTS_AT_ONCE = 500
AT_ONCE = 5_000
"""People of one entry told in one transaction: each visit reads all of the event's, so not too few."""


Step = Callable[[Session, datetime], bool]
"""A transaction's work at a moment; True: call it again."""


def run(sessions: sessionmaker[Session], now: datetime) -> None:
    """Owe what has come due since the last time, then tell everybody whose moment has come."""
    for step in (owe_reminders, owe_check_in_open, owe_thanks, owe_digest, visit_next):
        more = True
        while more:
            more = _take(step, sessions, now)


def _take(step: Step, sessions: sessionmaker[Session], now: datetime) -> bool:
    """One transaction of a step; one that fails holds up no other, and is tried again the next minute."""
    try:
        with sessions.begin() as session:
            return step(session, now)
    except Exception as error:
        if is_lost_connection(error):
            raise
        logger.exception("%s has failed", getattr(step, "__name__", step))
        return False


def owe_reminders(session: Session, now: datetime) -> bool:
    """An entry for each reminder of each coming event; a moved event gets new ones. True: call again."""
    most = 0
    for kind, lead in LEADS.items():
        horizon = now + lead + LONGEST_QUIET + timedelta(seconds=SPREAD_S) + BEFORE_QUIET
        coming = _days(now, horizon), Event.starts_at > now, Event.starts_at <= horizon
        found = _events_without(session, kind, *coming)
        for event in found:
            _owe_gradually(session, kind, event, now)
        most = max(most, len(found))
    return most == EVENTS_AT_ONCE


def owe_check_in_open(session: Session, now: datetime) -> bool:
    """Once the window of check-in is open; of use until the event's end. True: call again."""
    kind = "check_in_open"
    opened = Event.starts_at <= now + CHECK_IN_OPENS, Event.ends_at > now
    days = _days(now - MAX_DURATION, now + CHECK_IN_OPENS)
    found = _events_without(session, kind, days, *opened)
    for event in found:
        outbox.enqueue_once(session, kind, _key(kind, event), now, plans.facts_of(event), event_id=event.id)
    return len(found) == EVENTS_AT_ONCE


def owe_thanks(session: Session, now: datetime) -> bool:
    """Once an event is over and its presence has settled. True: call again."""
    ended = Event.ends_at <= now - THANKS_AFTER, Event.ends_at > now - THANKS_UNTIL
    days = _days(now - THANKS_UNTIL - MAX_DURATION, now)
    found = _events_without(session, "thanks", days, *ended)
    for event in found:
        _owe_gradually(session, "thanks", event, now)
    return len(found) == EVENTS_AT_ONCE


def owe_digest(session: Session, now: datetime) -> bool:
    """Once a day, from nine in the morning; never to be called again at once."""
    local = now.astimezone(COUNTRY_ZONE)
    if local.hour >= DIGEST_HOUR:
        outbox.enqueue_once(session, "waiting_digest", f"waiting_digest:{local.date()}", now, {})
    return False


def _days(first: datetime, last: datetime) -> sa.ColumnElement[bool]:
    """Events by the index on their day; a day more on each side, for events of other zones."""
    day = timedelta(days=1)
    return Event.day.between((first - day).date(), (last + day).date())


def _events_without(session: Session, kind: str, *conditions: sa.ColumnElement[bool]) -> Sequence[Event]:
    """Published events for which nothing of this kind was owed yet, with their present start."""
    # Rounded down as `_key` does: a cast alone rounds half seconds up.
    seconds = sa.func.floor(sa.func.extract("epoch", Event.starts_at))
    start = sa.cast(sa.cast(seconds, sa.BigInteger), sa.Text)
    key = sa.literal(f"{kind}:") + sa.cast(Event.id, sa.Text) + ":" + start
    query = (
        sa.select(Event)
        .where(EVENT_IS_ON, *conditions, ~sa.exists().where(Outbox.dedupe_key == key))
        .order_by(Event.starts_at, Event.id)
        .limit(EVENTS_AT_ONCE)
    )
    return session.scalars(query).all()


def _key(kind: str, event: Event) -> str:
    return f"{kind}:{event.id}:{int(event.starts_at.timestamp())}"


def _owe_gradually(session: Session, kind: str, event: Event, now: datetime) -> None:
    facts = plans.facts_of(event)
    outbox.enqueue_once(session, kind, _key(kind, event), now, facts, event_id=event.id, next_due_at=now)


def visit_next(session: Session, now: datetime) -> bool:
    """Tell those who have come due of one entry; False when no entry has any."""
    entry = session.scalars(
        sa.select(Outbox)
        .where(Outbox.next_due_at <= now, Outbox.kind.in_(list(STEPS)))
        .order_by(Outbox.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if entry is None:
        return False
    try:
        with session.begin_nested():
            event = session.get_one(Event, entry.event_id, populate_existing=True)
            entry.next_due_at = STEPS[entry.kind](session, entry, event, now)
            entry.attempts = 0
    except Exception as error:
        if is_lost_connection(error):
            raise
        logger.exception("notification %s cannot be told", entry.id)
        broken.note(entry, error, now)
    return True


def _thank(session: Session, entry: Outbox, event: Event, now: datetime) -> datetime | None:
    """Thank whose attendance counts and who was not thanked; returns when to look again."""
    audience = recipients(session, entry).subquery()
    rows = session.execute(
        sa.select(audience.c.volunteer_id, audience.c.facts)
        .where(~_has_item(entry, audience.c.volunteer_id))
        .order_by(audience.c.volunteer_id)
        .limit(AT_ONCE)
    ).all()
    failed = fill(session, entry, [Recipient(person, facts, now) for person, facts in rows], now, now)
    if failed < len(rows) == AT_ONCE:
        return now
    return now + REVISIT if now < event.ends_at + THANKS_UNTIL else None


def _remind(session: Session, entry: Outbox, event: Event, now: datetime) -> datetime | None:
    """Remind whose moment has come; returns when to look again, None once it is of no more use."""
    told_start = datetime.fromisoformat(entry.facts["starts_at"])
    if now >= told_start:
        return None
    if event.starts_at != told_start or event.status != "published":
        return now + REVISIT  # it may be moved back
    due, has_begun, later = _sort_by_moment(session, entry, event, now)
    if not has_begun:
        entry.facts = plans.facts_of(event)
    failed = fill(session, entry, due[:AT_ONCE], now, now)
    if len(due) > AT_ONCE > failed:
        return now
    return min(later, now + REVISIT)


STEPS: Mapping[str, Callable[[Session, Outbox, Event, datetime], datetime | None]] = {
    **dict.fromkeys(LEADS, _remind),
    "thanks": _thank,
}
"""What a visit to an entry of each kind does; it returns when to look again."""


def _sort_by_moment(
    session: Session, entry: Outbox, event: Event, now: datetime
) -> tuple[list[Recipient], bool, datetime]:
    """Who is to be reminded now; whether anybody has been; when the next one comes due."""
    due: list[Recipient] = []
    has_begun, later = False, now + REVISIT
    for person, signed_up_at, settings, item_id in session.execute(_going(entry)):
        moment = due_at(event.starts_at, LEADS[entry.kind], settings or default_settings(person))
        if item_id is not None:
            has_begun = True
        elif moment > now + AHEAD:
            later = min(later, moment - AHEAD)
        elif signed_up_at <= moment and not _next_is_due(entry.kind, event, settings, person, now):
            due.append(Recipient(person, None, max(moment, now)))
    return due, has_begun, later


def _going(entry: Outbox) -> sa.Select[Any, Any, Any, Any]:
    return (
        sa.select(Signup.volunteer_id, Signup.created_at, NotificationSettings, InboxItem.id)
        .outerjoin(NotificationSettings, NotificationSettings.volunteer_id == Signup.volunteer_id)
        .outerjoin(
            InboxItem,
            sa.and_(InboxItem.outbox_id == entry.id, InboxItem.volunteer_id == Signup.volunteer_id),
        )
        .where(Signup.event_id == entry.event_id, Signup.status == SignupStatus.GOING)
        .order_by(Signup.volunteer_id)
        .execution_options(populate_existing=True)
    )


def _next_is_due(
    kind: str, event: Event, settings: NotificationSettings | None, person: UUID, now: datetime
) -> bool:
    """After a long pause only the last reminder is of use."""
    if kind != "reminder_24h":
        return False
    return due_at(event.starts_at, LEADS["reminder_2h"], settings or default_settings(person)) <= now + AHEAD


def _has_item(entry: Outbox, person: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    return sa.exists().where(InboxItem.outbox_id == entry.id, InboxItem.volunteer_id == person)


def due_at(starts_at: datetime, lead: timedelta, settings: NotificationSettings) -> datetime:
    """When a person is to be reminded: spread by a hash of the person, and before their quiet hours."""
    offset = spread(settings.volunteer_id)
    moment = starts_at - lead + offset
    quiet = settings.quiet_period(moment)
    return moment if quiet is None else quiet[0] - BEFORE_QUIET + offset


def spread(volunteer_id: UUID) -> timedelta:
    """The same for a person each time: -10 to +10 minutes."""
    return timedelta(seconds=zlib.crc32(volunteer_id.bytes) % (2 * SPREAD_S) - SPREAD_S)
