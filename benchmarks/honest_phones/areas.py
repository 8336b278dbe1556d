"""The three areas of the simulation, and where people stand in them and beside them.

Shapes are drawn in metres (east, north) round the meeting point and laid down at any place of the map.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from random import Random
from typing import Any

import numpy as np
import shapely

from benchmarks.phones import BESIDE_M, BESIDE_SHARE, METRES_PER_DEGREE

RADIUS_M = 150.0
WIDTH_M = 60.0
POINTS = 20_000
# A park of about 400 m with bays, a neck and a pond in it; a river bank of 3 km with its bends.
PARK = [(-190, -150), (-60, -205), (70, -170), (120, -90), (205, -75), (180, 60), (95, 70), (110, 175),
        (-20, 200), (-75, 120), (-170, 150), (-150, 20)]  # fmt: skip
POND = [(-60, -60), (10, -75), (45, -20), (15, 35), (-45, 25)]
RIVER = [(-1_300, 250), (-950, 90), (-640, 170), (-330, -40), (0, 0), (280, 140), (560, -60), (860, -150),
         (1_080, 40), (1_370, 60)]  # fmt: skip

Metres = tuple[float, float]
"""(east, north) of the meeting point."""


def at(centre: tuple[float, float], offset: Metres) -> tuple[float, float]:
    """(latitude, longitude) of a point so many metres east and north of a centre."""
    east, north = offset
    scale = METRES_PER_DEGREE * cos(radians(centre[0]))
    return centre[0] + north / METRES_PER_DEGREE, centre[1] + east / scale


@dataclass(frozen=True, slots=True)
class AreaKind:
    """One kind of area, with points to stand on: `inside` it and up to 50 m `beside` it, shape (n, 2)."""

    name: str
    inside: Any
    beside: Any

    def spot(self, random: Random) -> Metres:
        """Where somebody stands: 80 % inside, 20 % beside."""
        points = self.beside if random.random() < BESIDE_SHARE else self.inside
        east, north = points[random.randrange(len(points))]
        return float(east), float(north)

    def area(self, centre: tuple[float, float]) -> dict[str, Any]:
        """The area of an event at this meeting point, as the API takes it."""
        if self.name == "circle":
            return {"type": "circle", "radius_m": RADIUS_M}
        if self.name == "park":
            return {"type": "Polygon", "coordinates": [_ring(centre, PARK), _ring(centre, POND)]}
        line = {"type": "LineString", "coordinates": _degrees(centre, RIVER)}
        return {"type": "corridor", "line": line, "width_m": WIDTH_M}


def _degrees(centre: tuple[float, float], points: Sequence[Metres]) -> list[list[float]]:
    """GeoJSON's order: longitude first."""
    return [list(reversed(at(centre, point))) for point in points]


def _ring(centre: tuple[float, float], points: Sequence[Metres]) -> list[list[float]]:
    return _degrees(centre, [*points, points[0]])


def make_all(seed: int) -> list[AreaKind]:
    """Circle, park and river."""
    shapes = {
        "circle": shapely.Point(0, 0).buffer(RADIUS_M, 64),
        "park": shapely.Polygon(PARK, [POND]),
        "river": shapely.LineString(RIVER).buffer(WIDTH_M / 2),
    }
    generator = np.random.default_rng(seed)
    return [
        AreaKind(name, _points(shape, generator), _points(shape.buffer(BESIDE_M) - shape, generator))
        for name, shape in shapes.items()
    ]


def _points(shape: shapely.Geometry, generator: np.random.Generator) -> Any:
    """So many points of a shape, evenly spread."""
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    found = np.empty((0, 2))
    while len(found) < POINTS:
        tried = generator.uniform((west, south), (east, north), (POINTS, 2))
        found = np.concatenate([found, tried[shapely.contains_xy(shape, tried[:, 0], tried[:, 1])]])
    return found[:POINTS]
