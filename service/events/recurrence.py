"""When a series takes place: an RRULE (RFC 5545) in the event's own zone, with its local hours. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from service import errors

MAX_DATES = 52
MAX_YEARS = 5
"""From the first date to the last one: also how far a rule that fits no day is followed."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = f"(?:{'|'.join(_DAYS)})"
_MONTH_DAY = "[+-]?(?:0?[1-9]|[12][0-9]|3[01])"
_PARTS: Mapping[str, str] = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": "0?[1-9]|[1-9][0-9]",
    # Numbered or not: where both stand beside each other dateutil finds none of them.
    "BYDAY": f"{_DAY}(?:,{_DAY}){{0,6}}|[+-]?[1-5]{_DAY}(?:,[+-]?[1-5]{_DAY}){{0,9}}",
    "BYMONTHDAY": f"{_MONTH_DAY}(?:,{_MONTH_DAY}){{0,61}}",
    "BYMONTH": "(?:0?[1-9]|1[0-2])(?:,(?:0?[1-9]|1[0-2])){0,11}",
    "BYSETPOS": "[+-]?[1-9][0-9]?(?:,[+-]?[1-9][0-9]?){0,9}",
    "WKST": _DAY,
    "COUNT": "[0-9]{1,9}",
    "UNTIL": "[0-9]{8}(?:T[0-9]{6}Z?)?",
}
"""What of RFC 5545 makes days: hours, minutes and seconds are the event's own."""

FORMS = "FREQ=DAILY·WEEKLY·MONTHLY·YEARLY; INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST"


@dataclass(frozen=True, slots=True)
class Repeat:
    """How an event is repeated: a rule and one end, which the rule may say itself.

    `until`: the last day in the event's zone, or the last moment (aware) that a date may begin at.
    """

    rrule: str
    count: int | None = None
    until: date | datetime | None = None

    @property
    def text(self) -> str:
        """The rule with its end, as RFC 5545 writes them."""
        if self.count is not None:
            return f"{self.rrule};COUNT={self.count}"
        if isinstance(self.until, datetime):
            return f"{self.rrule};UNTIL={self.until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return self.rrule if self.until is None else f"{self.rrule};UNTIL={self.until:%Y%m%d}"


Times = tuple[datetime, datetime]


def dates(repeat: Repeat, starts_at: datetime, ends_at: datetime, zone_name: str) -> list[Times]:
    """Start and end (UTC) of each date of a series whose first one these are, soonest first.

    Raises:
        Invalid: the rule is none that makes days, has no end or two, makes more dates than MAX_DATES or later
            ones than MAX_YEARS allow, or does not fit the first date.
    """
    zone = ZoneInfo(zone_name)
    parts = _parse(repeat.rrule)
    count, until = _end(repeat, parts, zone)
    first = starts_at.astimezone(zone).replace(tzinfo=None)
    # Before the rule is followed: dateutil looks for a day that there is none of until the year 9999.
    if not _may_fit(first, parts):
        raise errors.Invalid("repeat.rrule", "repeat-first")
    found = list(islice(_starts(parts, first, until), MAX_DATES + 1 if count is None else count))
    if not found or found[0] != first:
        raise errors.Invalid("repeat.rrule", "repeat-first")
    if len(found) > MAX_DATES:
        raise errors.Invalid("repeat.until", "repeat-many", max=MAX_DATES)
    if count is not None and len(found) < count:
        raise errors.Invalid("repeat.count", "repeat-far", max=MAX_YEARS)
    length = wall_length(starts_at, ends_at, zone)
    return [(starts_at, ends_at), *(local_times(local, length, zone) for local in found[1:])]


Parts = Mapping[str, str]


def _parse(rrule: str) -> Parts:
    """The parts of a rule, each once."""
    parts: dict[str, str] = {}
    for part in rrule.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name in parts or name not in _PARTS or not re.fullmatch(_PARTS[name], value, re.ASCII):
            raise _no_rule()
        parts[name] = value
    if not _make_sense(parts):
        raise _no_rule()
    return parts


def _make_sense(parts: Parts) -> bool:
    """Whether the parts go together, so that with a first date that fits there is always a next one."""
    often, days = parts.get("FREQ"), parts.get("BYDAY", "")
    if any(character.isdigit() for character in days) and (
        often not in ("MONTHLY", "YEARLY") or "BYMONTHDAY" in parts or "BYSETPOS" in parts
    ):
        return False
    if "BYSETPOS" in parts:
        # Of the chosen weekdays of a month, each of which it has four times at least.
        highest = 4 * len(set(days.split(","))) if days else 0
        if (
            often != "MONTHLY"
            or "BYMONTHDAY" in parts
            or max(map(abs, _numbers(parts["BYSETPOS"]))) > highest
        ):
            return False
    return often is not None and not (often == "WEEKLY" and "BYMONTHDAY" in parts)


def _numbers(values: str) -> set[int]:
    return {int(value) for value in values.split(",")}


def _may_fit(first: datetime, parts: Parts) -> bool:
    """Whether month, day of the month and weekday of a date are among those of a rule."""
    from_the_end = first.day - 1 - monthrange(first.year, first.month)[1]
    return (
        ("BYMONTH" not in parts or first.month in _numbers(parts["BYMONTH"]))
        and ("BYMONTHDAY" not in parts or bool({first.day, from_the_end} & _numbers(parts["BYMONTHDAY"])))
        and ("BYDAY" not in parts or _DAYS[first.weekday()] in parts["BYDAY"])
    )


def _no_rule() -> errors.Invalid:
    return errors.Invalid("repeat.rrule", "rrule", forms=FORMS)


def _end(repeat: Repeat, parts: Parts, zone: ZoneInfo) -> tuple[int | None, datetime | None]:
    """How many dates, or until when by the zone's clocks (naive): one of the two, said once."""
    count = repeat.count if "COUNT" not in parts else int(parts["COUNT"])
    until = _local(repeat.until, zone) if "UNTIL" not in parts else _read_until(parts["UNTIL"], zone)
    said = [repeat.count, repeat.until, parts.get("COUNT"), parts.get("UNTIL")]
    if len([one for one in said if one is not None]) != 1:
        raise errors.Invalid("repeat", "repeat-end", max=MAX_DATES)
    if count is not None and not 1 <= count <= MAX_DATES:
        raise errors.Invalid("repeat.count", "number", min=1, max=MAX_DATES)
    return count, until


def _local(until: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    if until is None:
        return None
    if isinstance(until, datetime):
        return until.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(until, time.max)


def _read_until(text: str, zone: ZoneInfo) -> datetime | None:
    """UNTIL as RFC 5545 writes it: a day, a moment by the zone's clocks, or one of UTC."""
    day, _, at = text.partition("T")
    try:
        if not at:
            return _local(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date(), zone)
        moment = datetime.strptime(day + at.rstrip("Z"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise _no_rule() from error
    return _local(moment, zone) if at.endswith("Z") else moment.replace(tzinfo=None)


def _starts(parts: Parts, first: datetime, until: datetime | None) -> Iterator[datetime]:
    """The local starts that a rule makes, up to `until` and MAX_YEARS."""
    rule = ";".join(f"{name}={value}" for name, value in parts.items() if name not in ("COUNT", "UNTIL"))
    farthest = first + timedelta(days=366 * MAX_YEARS)
    if until is not None and until > farthest:
        raise errors.Invalid("repeat.until", "repeat-far", max=MAX_YEARS)
    try:
        made = iter(rrulestr(f"{rule};UNTIL={farthest:%Y%m%dT%H%M%S}", dtstart=first))
    except ValueError as error:
        raise _no_rule() from error
    # dateutil knows whole seconds.
    exact = (local.replace(microsecond=first.microsecond) for local in made)
    return takewhile(lambda local: until is None or local <= until, exact)


def wall_length(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> timedelta:
    """How long an event is by the clocks on its wall; where they are put back meanwhile, how long it is."""
    start, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (starts_at, ends_at))
    return end - start if end > start else ends_at - starts_at


def local_times(local: datetime, length: timedelta, zone: ZoneInfo) -> Times:
    """Start and end (UTC) of what begins at a local time (naive) and takes so long by the clocks on the wall.

    An hour that the clocks leave out begins as much later (RFC 5545); of one that they repeat the first.
    """
    starts_at = local.replace(tzinfo=zone).astimezone(UTC)
    there_is = starts_at.astimezone(zone).replace(tzinfo=None)
    return starts_at, (there_is + length).replace(tzinfo=zone).astimezone(UTC)
