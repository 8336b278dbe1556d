"""Rules that look at other records: travel, the same fix, many people on one phone. Pure.

Each is symmetric and monotone: a pair or a group raises the doubt for all its records, whichever arrived
first, and a further record never takes a doubt back. So the final state does not depend on the order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from service.evidence import Thresholds

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius, metres (IUGG). The great circle is within 0.34 % here; the rule's slack is far larger."""

FIX_SCALE = 1_000_000
"""Six decimals of a degree, about 0.1 m: honest fixes of different phones do not agree so far."""

TRAVEL_WINDOW = timedelta(hours=48)
"""Records farther apart in time are never in conflict: Kazakhstan is crossed in 20 hours at 150 km/h."""

RecordKey = tuple[str, str]
"""(sender_id, id), as text."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One record, as these rules see it: whose, when, where (degrees; None: no position), on which phone."""

    key: RecordKey
    event_id: str
    captured_at: datetime
    latitude: float | None
    longitude: float | None
    accuracy_m: float
    installation_id: str
    day: date
    # Same for fixes that agree to six decimals; None without a position of the phone's own.
    fix_key: int | None

    @property
    def sender_id(self) -> str:
        return self.key[0]


def fix_key(latitude: float, longitude: float) -> int:
    """One 64-bit number for all fixes that agree to six decimals."""
    return round(latitude * FIX_SCALE) * 1_000_000_000 + round(longitude * FIX_SCALE)


def doubts(
    new: Sequence[Sighting], known: Iterable[Sighting], limits: Thresholds
) -> dict[RecordKey, set[str]]:
    """The doubts that new records raise, about themselves and about known ones, by record.

    `known`: the sender's own records within TRAVEL_WINDOW, those with the same fix within twice the rule's
    time, and those on the same phone on the same day.
    """
    every = list({sighting.key: sighting for sighting in (*known, *new)}.values())
    found: defaultdict[RecordKey, set[str]] = defaultdict(set)
    if len(every) > 1:
        _doubt_travel(new, every, limits, found)
        _doubt_same_fix(new, every, limits, found)
        _doubt_installation(new, every, limits, found)
    return found


def _doubt_travel(
    new: Sequence[Sighting],
    every: Sequence[Sighting],
    limits: Thresholds,
    found: defaultdict[RecordKey, set[str]],
) -> None:
    for one in new:
        for other in every:
            if other.sender_id == one.sender_id and is_impossible_travel(one, other, limits):
                found[one.key].add("travel")
                found[other.key].add("travel")


def is_impossible_travel(one: Sighting, other: Sighting, limits: Thresholds) -> bool:
    """Whether nobody gets from one to the other in the time between; both accuracies are given away."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return False
    metres = _great_circle_m(one, other) - one.accuracy_m - other.accuracy_m
    if metres <= limits.travel_m:
        return False
    hours = abs((one.captured_at - other.captured_at).total_seconds()) / 3_600
    return metres / 1_000 > limits.travel_kmh * hours


def _great_circle_m(one: Sighting, other: Sighting) -> float:
    """Metres between two sightings that both have a position."""
    latitude, longitude = radians(one.latitude or 0), radians(one.longitude or 0)
    latitude_2, longitude_2 = radians(other.latitude or 0), radians(other.longitude or 0)
    haversine = (
        sin((latitude_2 - latitude) / 2) ** 2
        + cos(latitude) * cos(latitude_2) * sin((longitude_2 - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, haversine)))


def _doubt_same_fix(
    new: Sequence[Sighting],
    every: Sequence[Sighting],
    limits: Thresholds,
    found: defaultdict[RecordKey, set[str]],
) -> None:
    for key in {one.fix_key for one in new if one.fix_key is not None}:
        alike = sorted((one for one in every if one.fix_key == key), key=lambda one: one.captured_at)
        for one in _crowded(alike, limits):
            found[one.key].add("same-fix")


def _crowded(alike: Sequence[Sighting], limits: Thresholds) -> list[Sighting]:
    """Those of records sorted by time that have so many people within the rule's time, before and after."""
    reach = timedelta(minutes=limits.same_fix_min)
    people: Counter[str] = Counter()
    first = following = 0
    crowded = []
    for one in alike:
        while following < len(alike) and alike[following].captured_at <= one.captured_at + reach:
            people[alike[following].sender_id] += 1
            following += 1
        while alike[first].captured_at < one.captured_at - reach:
            people[alike[first].sender_id] -= 1
            people += Counter()  # forgets those at zero
            first += 1
        if len(people) >= limits.same_fix_people:
            crowded.append(one)
    return crowded


def _doubt_installation(
    new: Sequence[Sighting],
    every: Sequence[Sighting],
    limits: Thresholds,
    found: defaultdict[RecordKey, set[str]],
) -> None:
    for phone in {(one.installation_id, one.day) for one in new}:
        sharing = [one for one in every if (one.installation_id, one.day) == phone]
        if len({one.sender_id for one in sharing}) > limits.installation_people:
            for one in sharing:
                found[one.key].add("installation")
