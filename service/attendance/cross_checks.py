"""Rules that look at other records: travel, the same fix, one code alone, many people on one phone. Pure.

Each is symmetric and monotone: a pair or a group raises the doubt for all its records, whichever arrived
first (for a fix that was sent again: for all but the earliest presence), and a further record never takes a
doubt back. So the final state does not depend on the order.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import chain, combinations, product
from math import asin, cos, radians, sin, sqrt
from unicodedata import normalize
from uuid import UUID

from service.geography.geodesy import EARTH_RADIUS_M
from service.platform.thresholds import Thresholds

DEGREE_M = radians(1) * EARTH_RADIUS_M
"""Metres of one degree of latitude, and at most of one of longitude."""

FIX_SCALE = 1_000_000
"""Six decimals of a degree, about 0.1 m: honest fixes of different phones do not agree so far."""

CODE_KEYS = 1 << 62
"""Keys of codes begin here, far above those of fixes: both stand in one column, and are looked up alike."""

TRAVEL_WINDOW = timedelta(hours=48)
"""Records farther apart in time are never in conflict: Kazakhstan is crossed in 20 hours at 150 km/h."""

NOBODY: Mapping[str, date] = {}
"""Owners of an installation that is registered to nobody."""

Place = tuple[float, float]
"""(latitude, longitude) in degrees."""

RecordKey = tuple[str, str]
"""(sender_id, id), as text."""


# Not frozen: the sender is put in late, and a frozen one costs three times as much on the busiest path.
@dataclass(slots=True)
class Sighting:
    """One record, as these rules see it: whose, when, where, on which phone.

    `place` None: no position.
    """

    key: RecordKey
    event_id: str
    captured_at: datetime
    place: Place | None
    accuracy_m: float
    installation_id: str
    day: date
    # Same for fixes that agree to six decimals; without a position the same for one code of one event.
    fix_key: int | None
    # The fix's own date; None where nothing rests on how old it is.
    fixed_at: datetime | None = None

    @property
    def sender_id(self) -> str:
        return self.key[0]


def fix_key(latitude: float, longitude: float) -> int:
    """One 64-bit number for all fixes that agree to six decimals."""
    return round(latitude * FIX_SCALE) * 1_000_000_000 + round(longitude * FIX_SCALE)


def code_key(event_id: UUID, code: str) -> int:
    """One 64-bit number for all who have one code of an event, in CODE_KEYS: it is that of one minute.

    In whatever digits it is written, as it is compared.
    """
    digest = blake2b(f"{event_id}:{normalize('NFKC', code)}".encode(), digest_size=8).digest()
    return CODE_KEYS | int.from_bytes(digest) % CODE_KEYS


def flags(
    new: Sequence[Sighting],
    known: Iterable[Sighting],
    thresholds: Thresholds,
    owners: Mapping[str, date] = NOBODY,
) -> dict[RecordKey, set[str]]:
    """The doubts that new records raise, about themselves and about known ones, by record.

    `known`: the sender's own records within TRAVEL_WINDOW, those with the same fix within twice the rule's
    time, and those on the same phone on the same day. `owners`: to whom the new records' installation is
    registered, since which day.
    """
    every = list({sighting.key: sighting for sighting in (*known, *new)}.values())
    found: defaultdict[RecordKey, set[str]] = defaultdict(set)
    _doubt_travel(new, every, thresholds, found)
    _doubt_shared_key(new, every, thresholds, found)
    _doubt_installation(new, every, thresholds, found, owners)
    return found


def _doubt_travel(
    new: Sequence[Sighting],
    every: Sequence[Sighting],
    thresholds: Thresholds,
    found: defaultdict[RecordKey, set[str]],
) -> None:
    """Each pair once: a batch of 200 records has 20,000."""
    new_keys = {one.key for one in new}
    known = [one for one in every if one.key not in new_keys]
    for one, other in chain(combinations(new, 2), product(new, known)):
        if other.sender_id == one.sender_id and is_impossible_travel(one, other, thresholds):
            found[one.key].add("travel")
            found[other.key].add("travel")


def is_impossible_travel(one: Sighting, other: Sighting, thresholds: Thresholds) -> bool:
    """Whether nobody gets from one to the other in the time between.

    Both accuracies are given away, up to a limit: a phone may claim any.
    """
    if one.place is None or other.place is None:
        return False
    apart = abs(one.captured_at - other.captured_at)
    possible_m = max(thresholds.travel_m, thresholds.travel_kmh / 3.6 * apart.total_seconds())
    possible_m += sum(min(at.accuracy_m, thresholds.travel_accuracy_m) for at in (one, other))
    # First north, then east is never shorter than the great circle, and takes no trigonometry to measure.
    (latitude, longitude), (latitude_2, longitude_2) = one.place, other.place
    detour_m = DEGREE_M * (abs(latitude - latitude_2) + abs(longitude - longitude_2))
    if apart > TRAVEL_WINDOW or detour_m <= possible_m:
        return False
    return _great_circle_m(latitude, longitude, latitude_2, longitude_2) > possible_m


def _great_circle_m(latitude: float, longitude: float, latitude_2: float, longitude_2: float) -> float:
    """Metres between two points in degrees (haversine)."""
    phi, phi_2 = radians(latitude), radians(latitude_2)
    haversine = (
        sin((phi_2 - phi) / 2) ** 2 + cos(phi) * cos(phi_2) * sin(radians(longitude_2 - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, haversine)))


def _doubt_shared_key(
    new: Sequence[Sighting],
    every: Sequence[Sighting],
    thresholds: Thresholds,
    found: defaultdict[RecordKey, set[str]],
) -> None:
    """One fix of many people, or one code that is all they have.

    Vague fixes aside: many phones of one mast, or of one rounded square, rightly say the same.
    """
    exact = [
        one
        for one in every
        if one.fix_key is not None
        and (one.fix_key >= CODE_KEYS or one.accuracy_m <= thresholds.weak_accuracy_m)
    ]
    for key in {one.fix_key for one in new if one.fix_key is not None}:
        alike = sorted((one for one in exact if one.fix_key == key), key=lambda one: one.captured_at)
        is_code = key >= CODE_KEYS
        people = thresholds.shared_code_people if is_code else thresholds.same_fix_people
        for one in _crowded(alike, people, timedelta(minutes=thresholds.same_fix_min)):
            found[one.key].add("shared-code" if is_code else "same-fix")
        for one in _replayed(alike, thresholds):
            found[one.key].add("replayed-fix")


def _replayed(alike: Sequence[Sighting], thresholds: Thresholds) -> list[Sighting]:
    """Those whose very fix, place and date, was sent for a moment long before; as far as clocks may be wrong.

    Whatever a phone's clock says, one fix is not fresh twice.
    """
    fresh, longest = (
        timedelta(seconds=thresholds.review_fix_age_s),
        timedelta(hours=thresholds.clock_off_hours),
    )
    dated = [one for one in alike if one.fixed_at is not None]
    return [
        one
        for one in dated
        if any(
            other.fixed_at == one.fixed_at and fresh < one.captured_at - other.captured_at <= longest
            for other in dated
        )
    ]


def _crowded(alike: Sequence[Sighting], people: int, reach: timedelta) -> list[Sighting]:
    """Those of records sorted by time that have so many people within reach, before and after."""
    coming, window = deque(alike), deque[Sighting]()
    crowded = []
    for one in alike:
        while coming and coming[0].captured_at <= one.captured_at + reach:
            window.append(coming.popleft())
        while window[0].captured_at < one.captured_at - reach:
            window.popleft()
        if len({other.sender_id for other in window}) >= people:
            crowded.append(one)
    return crowded


def _doubt_installation(
    new: Sequence[Sighting],
    every: Sequence[Sighting],
    thresholds: Thresholds,
    found: defaultdict[RecordKey, set[str]],
    owners: Mapping[str, date],
) -> None:
    """Not of whom the phone is: anybody can name an installation, and its owner cannot help it."""
    for phone in {(one.installation_id, one.day) for one in new}:
        sharing = [one for one in every if (one.installation_id, one.day) == phone]
        if len({one.sender_id for one in sharing}) > thresholds.installation_people:
            for one in sharing:
                if not owners.get(one.sender_id, date.max) < one.day:
                    found[one.key].add("installation")
