"""Dates that are added to a series later: one of its dates, as it is by now, on more days."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service import errors
from service.access import Actor
from service.events import duplicates, events, helpers, plans, recurrence, series_scopes
from service.events.recurrence import MAX_DATES, MAX_YEARS
from service.models import AuditAction, Event
from service.platform import outbox
from service.platform.idempotency import content_hash, find_stored, store_once

HOURS = ("starts_at", "ends_at")
FIELD = "starts_at"
"""Of a request: what a refusal of days is about."""


def add(
    session: Session,
    actor: Actor,
    event_id: UUID,
    starts: Iterable[datetime],
    now: datetime,
    first_id: UUID | None = None,
) -> list[Event]:
    """Add dates to a series, like one of its dates, at other moments (aware); returns them, soonest first.

    Each is as long as that date by the clocks on the wall, has its plan, contact and district, and for itself
    what that date has for itself. Who helps at the date before it and was named for the later ones helps
    there, too. They are out where that date is: published, in sight and not called off; else drafts. Under
    `first_id`, a client's own for the first of them, they are made once.

    Raises:
        NotFound, Forbidden, NotVerified, IdReused: as `events.create`. Invalid: it is of no series; or a
        moment has passed, is too far, is within another date or one too many; or the plan breaks a rule of
        today. OutsideKazakhstan: so does its place.
    """
    events.hold_organization(session, event_id)
    asked = events.get_visible(session, actor, event_id)
    events.require_creation(session, actor, asked.organization_id)
    if asked.series_id is None:
        raise errors.Invalid(FIELD, "no-series")
    moments = sorted(moment.astimezone(UTC) for moment in starts)
    said = {"by": actor.volunteer_id, "added_to": event_id, "starts_at": [one.isoformat() for one in moments]}
    digest = content_hash(said)
    series_scopes.hold(session, asked.series_id)
    event = events.get_to_copy(session, event_id)
    before = series_scopes.dates(session, asked.series_id)
    stored = find_stored(session, Event, first_id, digest)
    if stored is not None:
        return [one for one in before if one.content_hash == digest]
    made = [_like(actor, event, moment, now, digest) for moment in moments]
    made[0].id = first_id or made[0].id
    _check(made, before, now)
    # Of another series or organization somebody may have taken the id at this moment.
    store_once(session, made[0])
    session.add_all(made)
    session.flush()
    for one in made:
        events.record(session, actor, AuditAction.EVENT_CREATED, one, now, detail={"copy_of": str(event_id)})
    duplicates.copy_contact(session, actor, event, made, now)
    helpers.come_along(session, actor, made, before, now)
    if event.is_published and not event.is_hidden:
        for one in made:
            events.let_out(session, actor, one, now)
        outbox.enqueue(session, "nearby_event", now, plans.facts_of(made[0]), event_id=made[0].id)
    return made


def _like(actor: Actor, event: Event, starts_at: datetime, now: datetime, digest: str) -> Event:
    """The draft of another date of an event's series; its place, and so its district, is the event's."""
    zone = ZoneInfo(event.zone)
    local = starts_at.astimezone(zone).replace(tzinfo=None)
    length = recurrence.wall_length(event.starts_at, event.ends_at, zone)
    _, ends_at = recurrence.local_times(local, length, zone)
    plan = plans.changed(event, {"starts_at": starts_at, "ends_at": ends_at})
    made = events.draft(actor, event.organization_id, plan, now, None, digest)
    made.series_id, made.series_own = event.series_id, list(event.series_own)
    if local.time() != event.local(event.starts_at).time():
        # Else it would lose its hour to the next change of the others' hours.
        made.series_own = sorted({*event.series_own, *HOURS})
    made.district_code, made.district_by_hand = event.district_code, event.district_by_hand
    made.districts_version = event.districts_version
    return made


def _check(made: Sequence[Event], before: Sequence[Event], now: datetime) -> None:
    """Raise Invalid for a day that cannot be added: what creation refuses, and a date that there is."""
    if made[0].starts_at <= now:
        raise errors.Invalid(FIELD, "moment-past")
    if made[-1].starts_at > now + timedelta(days=366 * MAX_YEARS):
        raise errors.Invalid(FIELD, "repeat-far", max=MAX_YEARS)
    to_come = sum(one.starts_at > now for one in before)
    if to_come + len(made) > MAX_DATES:
        raise errors.Invalid(FIELD, "series-full", max=MAX_DATES, dates=to_come)
    for number, one in enumerate(made):
        series_scopes.check_apart(one, (*before, *made[:number]))


def next_day(session: Session, event: Event, now: datetime) -> date:
    """A week after the last date of its series that stands on an event's weekday; the first such to come."""
    stand = [one for one in series_scopes.dates(session, event.series_id) if not one.is_cancelled]
    alike = [one for one in stand if _weekday(one) == _weekday(event)]
    last = alike[-1] if alike else event
    return last.local(duplicates.next_week(last, now)).date()


def _weekday(event: Event) -> int:
    return event.local(event.starts_at).weekday()
