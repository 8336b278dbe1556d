"""What is owed by the clock: reminders, the opening of check-in, thanks, the coordinators' digest.

All of it comes from queries over what is due ("older than", never "between"), so that a worker that was down
for an hour, or a clock that was moved by days, catches up with what is still of use and repeats nothing.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, sessionmaker

from notifications import broken
from notifications.audience import EVENT_IS_ON, recipients
from notifications.fan_out import Recipient, fill
from notifications.models import InboxItem
from service.events import plans
from service.events.plans import MAX_DURATION
from service.models import Event, EventResult, EventStatus, NotificationSettings, Outbox, Signup, SignupStatus
from service.models.base import COUNTRY_ZONE
from service.models.notification_settings import default_settings
from service.platform import logs, outbox
from service.platform.database import is_lost_connection
from service.platform.thresholds import Thresholds

logger = logs.get(__name__)

LEADS: Mapping[str, timedelta] = {"reminder_24h": timedelta(hours=24), "reminder_2h": timedelta(hours=2)}
"""How long before the start each reminder comes."""

SPREAD_S = 600
"""Reminders of one event go out over twice as many seconds."""

BEFORE_QUIET = timedelta(minutes=15)
"""A reminder that would fall into the quiet hours comes so long before them, plus or minus the spread."""

LONGEST_QUIET = timedelta(hours=24)
AHEAD = timedelta(minutes=5)
REVISIT = timedelta(hours=1)
SETTLES = timedelta(minutes=15)
"""So long after forgotten check-outs are closed everybody's minutes stand."""

DIGEST_HOUR = 9
RESULT_HOUR = 19
RESULT_AFTER = timedelta(hours=3)
"""In the evening, organizers of events that ended so long before are asked what came of them."""

RESULT_UNTIL = timedelta(days=3)
EVENTS_AT_ONCE = 500
AT_ONCE = 5_000
"""People of one entry told in one transaction: each visit reads all of the event's, so not too few."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A moment, and what the settings make of it."""

    now: datetime
    thresholds: Thresholds

    @property
    def check_in_opens(self) -> timedelta:
        """How long before an event's start."""
        return timedelta(minutes=self.thresholds.open_before_min)

    @property
    def thanks_after(self) -> timedelta:
        """How long after an event's end: by then forgotten check-outs are closed and settled."""
        return timedelta(minutes=self.thresholds.leave_after_min) + SETTLES

    @property
    def thanks_until(self) -> timedelta:
        """How long after its end: what phones kept without signal is taken until an hour before."""
        return timedelta(hours=self.thresholds.sync_hours + 1)


Step = Callable[[Session, Hour], bool]
"""A transaction's work at an hour; True: call it again."""


def run(sessions: sessionmaker[Session], hour: Hour) -> None:
    """Owe what has come due since the last time, then tell everybody whose moment has come."""
    for step in (owe_reminders, owe_check_in_open, owe_thanks, owe_results, owe_digest, visit_next):
        more = True
        while more:
            more = _take(step, sessions, hour)


def _take(step: Step, sessions: sessionmaker[Session], hour: Hour) -> bool:
    """One transaction of a step; one that fails holds up no other, and is tried again the next minute."""
    try:
        with sessions.begin() as session:
            return step(session, hour)
    except Exception as error:
        if is_lost_connection(error):
            raise
        logger.exception("a step of the reminders has failed", step=getattr(step, "__name__", None))
        return False


def owe_reminders(session: Session, hour: Hour) -> bool:
    """An entry for each reminder of each coming event; a moved event gets new ones. True: call again."""
    most = 0
    for kind, lead in LEADS.items():
        horizon = hour.now + lead + LONGEST_QUIET + timedelta(seconds=SPREAD_S) + BEFORE_QUIET
        coming = _days(hour.now, horizon), Event.starts_at > hour.now, Event.starts_at <= horizon
        found = _events_without(session, kind, *coming)
        for event in found:
            _owe_gradually(session, kind, event, hour.now)
        most = max(most, len(found))
    return most == EVENTS_AT_ONCE


def owe_check_in_open(session: Session, hour: Hour) -> bool:
    """Once the window of check-in is open; of use until the event's end. True: call again."""
    kind = "check_in_open"
    opened = Event.starts_at <= hour.now + hour.check_in_opens, Event.ends_at > hour.now
    days = _days(hour.now - MAX_DURATION, hour.now + hour.check_in_opens)
    found = _events_without(session, kind, days, *opened)
    for event in found:
        outbox.enqueue_once(
            session, kind, _key(kind, event), hour.now, plans.facts_of(event), event_id=event.id
        )
    return len(found) == EVENTS_AT_ONCE


def owe_thanks(session: Session, hour: Hour) -> bool:
    """Once an event is over and its presence has settled. True: call again."""
    ended = Event.ends_at <= hour.now - hour.thanks_after, Event.ends_at > hour.now - hour.thanks_until
    days = _days(hour.now - hour.thanks_until - MAX_DURATION, hour.now)
    found = _events_without(session, "thanks", days, *ended)
    for event in found:
        _owe_gradually(session, "thanks", event, hour.now)
    return len(found) == EVENTS_AT_ONCE


def owe_results(session: Session, hour: Hour) -> bool:
    """The evening after an event of which nobody has said what came of it. True: call again."""
    kind, evening = "result_missing", _last_evening(hour.now)
    ended = Event.ends_at <= evening - RESULT_AFTER, Event.ends_at > hour.now - RESULT_UNTIL
    said = sa.exists().where(EventResult.event_id == Event.id)
    days = _days(hour.now - RESULT_UNTIL - MAX_DURATION, hour.now)
    found = _events_without(session, kind, days, *ended, ~said)
    for event in found:
        outbox.enqueue_once(
            session, kind, _key(kind, event), hour.now, plans.facts_of(event), event_id=event.id
        )
    return len(found) == EVENTS_AT_ONCE


def _last_evening(now: datetime) -> datetime:
    """When it was last seven in the evening."""
    local = now.astimezone(COUNTRY_ZONE)
    evening = local.replace(hour=RESULT_HOUR, minute=0, second=0, microsecond=0)
    return evening if evening <= local else evening - timedelta(days=1)


def owe_digest(session: Session, hour: Hour) -> bool:
    """Once a day, from nine in the morning; never to be called again at once."""
    local = hour.now.astimezone(COUNTRY_ZONE)
    if local.hour >= DIGEST_HOUR:
        outbox.enqueue_once(session, "waiting_digest", f"waiting_digest:{local.date()}", hour.now, {})
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


def visit_next(session: Session, hour: Hour) -> bool:
    """Tell those who have come due of one entry; False when no entry has any."""
    entry = session.scalars(
        sa.select(Outbox)
        .where(Outbox.next_due_at <= hour.now, Outbox.kind.in_(list(NEXT_STEPS)))
        .order_by(Outbox.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if entry is None:
        return False
    try:
        with session.begin_nested():
            event = session.get_one(Event, entry.event_id, populate_existing=True)
            entry.next_due_at = NEXT_STEPS[entry.kind](session, entry, event, hour)
            entry.attempts = 0
    except Exception as error:
        if is_lost_connection(error):
            raise
        logger.exception("a notification cannot be told", outbox_id=entry.id)
        broken.note(entry, error, hour.now)
    return True


def _thank(session: Session, entry: Outbox, event: Event, hour: Hour) -> datetime | None:
    """Thank whose attendance counts and who was not thanked; returns when to look again."""
    now = hour.now
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
    return now + REVISIT if now < event.ends_at + hour.thanks_until else None


def _remind(session: Session, entry: Outbox, event: Event, hour: Hour) -> datetime | None:
    """Remind whose moment has come; returns when to look again, None once it is of no more use."""
    now = hour.now
    told_start = datetime.fromisoformat(entry.facts["starts_at"])
    if now >= told_start:
        return None
    if event.starts_at != told_start or event.status != EventStatus.PUBLISHED:
        return now + REVISIT  # it may be moved back
    visit = _visit(session, entry, event, now)
    if not visit.has_begun:
        entry.facts = plans.facts_of(event)
    failed = fill(session, entry, visit.due[:AT_ONCE], now, now)
    return now if len(visit.due) > AT_ONCE > failed else visit.next_at


NEXT_STEPS: Mapping[str, Callable[[Session, Outbox, Event, Hour], datetime | None]] = {
    **dict.fromkeys(LEADS, _remind),
    "thanks": _thank,
}
"""What is done when an entry of a kind is visited; it returns when to look again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is to be reminded now; whether anybody has been; when somebody else comes due, at the latest."""

    due: Sequence[Recipient]
    has_begun: bool
    next_at: datetime


def _visit(session: Session, entry: Outbox, event: Event, now: datetime) -> Visit:
    due: list[Recipient] = []
    has_begun, next_at = False, now + REVISIT
    for person, going, settings, item_id in session.execute(_going(entry)):
        moment = due_at(event.starts_at, LEADS[entry.kind], settings or default_settings(person))
        if item_id is not None:
            has_begun = True
        elif moment > now + AHEAD:
            next_at = min(next_at, moment - AHEAD)
        elif _was_going(going, moment) and not _next_is_due(entry.kind, event, settings, person, now):
            due.append(Recipient(person, None, max(moment, now)))
    return Visit(due, has_begun, next_at)


def _going(entry: Outbox) -> sa.Select[Any, Any, Any, Any]:
    return (
        sa.select(Signup.volunteer_id, Signup.going, NotificationSettings, InboxItem.id)
        .outerjoin(NotificationSettings, NotificationSettings.volunteer_id == Signup.volunteer_id)
        .outerjoin(
            InboxItem,
            sa.and_(InboxItem.outbox_id == entry.id, InboxItem.volunteer_id == Signup.volunteer_id),
        )
        .where(Signup.event_id == entry.event_id, Signup.status == SignupStatus.GOING)
        .order_by(Signup.volunteer_id)
        .execution_options(populate_existing=True)
    )


def _was_going(going: Sequence[Range[datetime]], moment: datetime) -> bool:
    """Whether who goes now went at a moment already: who has joined since then knows when it is."""
    return any(
        during.upper is None and during.lower is not None and during.lower <= moment for during in going
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
