"""Events as calendars read them (RFC 5545), in a language.

Times stand in the event's own zone with its rules beside them: a phone whose zones are older than March 2024
shows 10:00 for an event that begins at 10:00, as one does that knows better.
"""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import icalendar
from icalendar import Calendar, Timezone

from notifications.words import reason_in, translate
from service.events.calendar_feeds import CalendarEntry, Standing
from service.models import SignupStatus
from service.models.base import COUNTRY_ZONE, localized
from service.platform import installed

PRODUCT = "-//Tazalyq//Calendar//KK"
MEDIA_TYPE = "text/calendar"
ASKS_EVERY = timedelta(hours=1)
"""How often a calendar should read a feed; most take longer."""


def written(entries: Sequence[CalendarEntry], language: str, name: str | None = None) -> bytes:
    """A calendar of these entries. `name`: of one that is subscribed to, and read again and again."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    if name is not None:
        made.add("name", name)
        made.add("x-wr-calname", name)
        made.add("x-wr-timezone", COUNTRY_ZONE.key)
        made.add("refresh-interval", ASKS_EVERY, parameters={"VALUE": "DURATION"})
        made.add("x-published-ttl", "PT1H")
    for zone in sorted({entry.event.zone for entry in entries}):
        made.add_component(_zone(zone, [entry for entry in entries if entry.event.zone == zone]))
    for entry in entries:
        made.add_component(_entry(entry, language))
    content: bytes = made.to_ical()
    return content


def _zone(zone: str, entries: Sequence[CalendarEntry]) -> Timezone:
    """The rules of a zone, from the year before its first event to the year after its last."""
    first = min(entry.event.starts_at for entry in entries).year - 1
    last = max(entry.event.ends_at for entry in entries).year + 2
    made = Timezone.from_tzinfo(ZoneInfo(zone), zone, date(first, 1, 1), date(last, 1, 1))
    made.pop("comment", None)
    return made


def _entry(entry: CalendarEntry, language: str) -> icalendar.Event:
    event = entry.event
    made = icalendar.Event()
    made.add("uid", str(event.id))
    made.add("sequence", entry.sequence)
    # Without a METHOD both say when the entry became what it is.
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("last-modified", entry.changed_at.astimezone(UTC))
    made.add("created", event.created_at.astimezone(UTC))
    made.add("dtstart", event.local(event.starts_at))
    made.add("dtend", event.local(event.ends_at))
    made.add("summary", _summary(entry, language))
    made.add("description", _description(entry, language))
    if address := event.address_in(language):
        made.add("location", address)
    made.add("geo", (event.latitude, event.longitude))
    made.add("url", installed.address_of(event.id, language))
    made.add("status", entry.standing)
    made.add("transp", "TRANSPARENT" if entry.standing is Standing.CANCELLED else "OPAQUE")
    return made


def _summary(entry: CalendarEntry, language: str) -> str:
    """The title; before it what a calendar that shows no status would keep to itself."""
    title = localized(entry.event.title, language)
    status = None if entry.signup is None else entry.signup.status
    if entry.standing is Standing.CANCELLED:
        is_left = not (entry.event.is_cancelled or entry.event.is_hidden)
        return translate(f"calendar.{'left' if is_left else 'cancelled'}", language, {"title": title})
    if status in (SignupStatus.WAITLISTED, SignupStatus.OFFERED):
        return translate(f"calendar.{status}", language, {"title": title})
    return title


def _description(entry: CalendarEntry, language: str) -> str:
    """What the page of the event says, without anybody's number: calendars lie with others."""
    event = entry.event
    parts = [localized(event.description, language)]
    if event.is_cancelled and event.cancel_reason:
        reason = reason_in(event.cancel_reason, language)
        parts.insert(0, f"{translate('page.public.event.reason', language)}: {reason}")
    if event.bring:
        parts.append(f"{translate('page.public.event.bring', language)}: {', '.join(event.bring)}")
    organization = localized(event.organization.name, language)
    parts.append(f"{translate('page.public.event.organizer', language)}: {organization}")
    parts.append(installed.address_of(event.id, language))
    return "\n\n".join(part for part in parts if part)
