"""The one stated model of phones: how good a fix is, how wrong it really is, how wrong a clock goes.

Reported accuracy is log-normal by kind of fix. The true error is Rayleigh with 68 % inside the reported
radius (Android's definition), three times as far for 5 % of fixes (multipath).
"""

from dataclasses import dataclass
from datetime import timedelta
from math import cos, hypot, log, pi, radians, sin, sqrt
from random import Random

# Kind of fix: share, median of the reported accuracy in metres, sigma.
FIXES = {
    "open sky": (0.70, 8.0, 0.5),
    "street": (0.22, 25.0, 0.5),
    "under cover": (0.07, 65.0, 0.6),
    "network only": (0.01, 800.0, 0.8),
}
NETWORK_ONLY = "network only"
"""The fix is the mast's: all phones that it serves report the same one."""

SATELLITE_DATED = 0.5
"""Share of fixes that are dated by satellites, not by the phone's clock."""

MULTIPATH_SHARE, MULTIPATH_FACTOR = 0.05, 3.0
BESIDE_SHARE, BESIDE_M = 0.20, 50.0
RAYLEIGH_68 = sqrt(-2 * log(1 - 0.68))
METRES_PER_DEGREE = 111_200.0


@dataclass(frozen=True, slots=True)
class Fix:
    """What a phone reports: degrees and the 68 % radius in metres."""

    latitude: float
    longitude: float
    accuracy_m: float


def kind_of_fix(random: Random) -> str:
    """Where a fix comes from: one of FIXES."""
    (kind,) = random.choices(list(FIXES), [share for share, _, _ in FIXES.values()])
    return kind


def accuracy_m(random: Random, kind: str | None = None) -> float:
    """A reported accuracy in metres, of that kind of fix or of any."""
    _, median, sigma = FIXES[kind or kind_of_fix(random)]
    return round(random.lognormvariate(log(median), sigma), 1)


def error_m(random: Random, accuracy: float) -> float:
    """How far a fix of this reported accuracy really is off, in metres."""
    rayleigh = accuracy / RAYLEIGH_68 * sqrt(-2 * log(1 - random.random()))
    return rayleigh * (MULTIPATH_FACTOR if random.random() < MULTIPATH_SHARE else 1.0)


def moved(latitude: float, longitude: float, metres: float, random: Random) -> tuple[float, float]:
    """The point so many metres off, in any direction."""
    angle = random.uniform(0, 2 * pi)
    north, east = metres * cos(angle), metres * sin(angle)
    return (
        latitude + north / METRES_PER_DEGREE,
        longitude + east / METRES_PER_DEGREE / cos(radians(latitude)),
    )


def honest_fix(latitude: float, longitude: float, radius_m: float, random: Random) -> Fix:
    """A fix of somebody in the circle (80 %) or up to 50 m beside it."""
    if random.random() < BESIDE_SHARE:
        distance = radius_m + random.uniform(0, BESIDE_M)
    else:
        distance = radius_m * sqrt(random.random())
    accuracy = accuracy_m(random)
    there = moved(latitude, longitude, distance, random)
    return Fix(*moved(*there, error_m(random, accuracy), random), accuracy)


def clock_offset(random: Random) -> timedelta:
    """How wrong the phone's clock goes: 90 % within 5 s, 9 % within 2 min, 1 % up to a day."""
    (limit,) = random.choices([5, 120, 86_400], [0.90, 0.09, 0.01])
    return timedelta(seconds=random.uniform(-limit, limit))


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two (latitude, longitude) points a few kilometres apart, on a plane."""
    east = (other[1] - one[1]) * cos(radians(one[0]))
    return hypot(other[0] - one[0], east) * METRES_PER_DEGREE
