"""Distances to an event's area. Pure: WGS 84 degrees in, metres out.

Shapes lie on the ellipsoidal Mercator plane in radians. It is conformal: near a point, one metre is the same
length on it in every direction, so that a plane distance times `metres_per_radian` there is the distance on
the ground. That holds to about 0.1 m at 1 km, however far the area itself reaches.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import asin, asinh, atan, atanh, cos, degrees, hypot, radians, sin, sinh, sqrt, tan
from typing import Any

import numpy as np
import shapely
from geopy.distance import geodesic
from shapely.geometry import shape

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius, metres (IUGG). The great circle is within 0.34 % here; the rule's slack is far larger."""

SEMI_MAJOR_AXIS_M = 6_378_137.0
ECCENTRICITY_SQUARED = 0.006_694_379_990_14
"""Of WGS 84 (NIMA TR8350.2), as the axis above."""

ECCENTRICITY = sqrt(ECCENTRICITY_SQUARED)
FAR = 20_000 / SEMI_MAJOR_AXIS_M
"""Beyond this on the plane (11 to 16 km on the ground in Kazakhstan) one scale for the whole way errs by tens
of metres, and near the poles by anything: the geodesic is asked instead."""

AREAS_KEPT = 2_048
"""Areas kept prepared in a process: those of a busy day. The largest take about 14 kB each."""


def box_of(latitude: float, distance_m: float) -> tuple[float, float]:
    """How far a circle on the sphere reaches from its centre: degrees of latitude, and of longitude.

    It reaches farthest east not at the centre's latitude, but nearer to the pole, where degrees are shorter.
    """
    angle = distance_m / EARTH_RADIUS_M
    narrowed = sin(angle) / cos(radians(latitude)) if angle < radians(90 - abs(latitude)) else 1.0
    return degrees(angle), degrees(asin(narrowed)) if narrowed < 1 else 180.0


def northing(latitude: float) -> float:
    """The ordinate of a latitude on the plane, radians: the isometric latitude (Snyder 1987, eq. 7-7)."""
    phi = radians(latitude)
    return asinh(tan(phi)) - ECCENTRICITY * atanh(ECCENTRICITY * sin(phi))


def latitude_of(ordinate: float) -> float:
    """The latitude in degrees of an ordinate; four rounds of Snyder's eq. 7-9 are good to a micrometre."""
    phi = atan(sinh(ordinate))
    for _ in range(4):
        phi = atan(sinh(ordinate + ECCENTRICITY * atanh(ECCENTRICITY * sin(phi))))
    return degrees(phi)


def metres_per_radian(latitude: float) -> float:
    """Metres on the ground that one unit of the plane stands for at a latitude: the parallel's radius."""
    phi = radians(latitude)
    return SEMI_MAJOR_AXIS_M * cos(phi) / sqrt(1 - ECCENTRICITY_SQUARED * sin(phi) ** 2)


def on_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    """A geometry of (longitude, latitude) degrees, on the plane."""
    northings = np.vectorize(northing, otypes=[float])

    def project(longitudes: Any, latitudes: Any) -> Any:
        return np.radians(longitudes), northings(latitudes)

    return shapely.transform(geometry, project, interleaved=False)


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within `radius_m` of a centre. No shapely: most events are circles."""

    latitude: float
    longitude: float
    radius_m: float

    def distance_m(self, latitude: float, longitude: float) -> float:
        """Metres from a point to the circle; 0 inside."""
        plane = hypot(radians(longitude - self.longitude), northing(latitude) - northing(self.latitude))
        if plane > FAR:
            metres = float(geodesic((self.latitude, self.longitude), (latitude, longitude)).meters)
        else:
            metres = plane * metres_per_radian((latitude + self.latitude) / 2)
        return max(0.0, metres - self.radius_m)


@dataclass(frozen=True, slots=True)
class Outline:
    """Polygons, or a line with `margin_m` to both sides; `plane` is its prepared shape on the plane."""

    plane: shapely.Geometry
    margin_m: float = 0.0

    def distance_m(self, latitude: float, longitude: float) -> float:
        """Metres from a point to the outline; 0 inside."""
        point = shapely.Point(radians(longitude), northing(latitude))
        plane = float(shapely.distance(self.plane, point))
        if plane > FAR:
            metres = self._geodesic_m(point, latitude, longitude)
        else:
            metres = plane * metres_per_radian(latitude)
        return max(0.0, metres - self.margin_m)

    def _geodesic_m(self, point: shapely.Point, latitude: float, longitude: float) -> float:
        (x, y), _ = shapely.get_coordinates(shapely.shortest_line(self.plane, point))
        return float(geodesic((latitude_of(y), degrees(x)), (latitude, longitude)).meters)


Area = Circle | Outline


@lru_cache(maxsize=AREAS_KEPT)
def area_of(area_json: str, latitude: float, longitude: float) -> Area:
    """The area of an event, ready to be measured to, from its JSON and its meeting point.

    Raises:
        ValueError: an area of a type that is not known.
    """
    area = json.loads(area_json)
    if area["type"] == "circle":
        return Circle(latitude, longitude, float(area["radius_m"]))
    return _prepared(*geometry_of(area))


def geometry_of(area: Mapping[str, Any]) -> tuple[shapely.Geometry, float]:
    """(shape in degrees, margin in metres) of an area other than a circle.

    Raises:
        ValueError: an area of a type that is not known.
    """
    if area["type"] == "corridor":
        return shape(area["line"]), float(area["width_m"]) / 2
    if area["type"] in ("Polygon", "MultiPolygon"):
        return shape(area), 0.0
    raise ValueError(f"unknown area: {area['type']}")


def _prepared(geometry: shapely.Geometry, margin_m: float) -> Outline:
    plane = on_plane(geometry)
    shapely.prepare(plane)
    # GEOS builds its indexes at the first use; threads share the shape only after that.
    shapely.distance(plane, plane.representative_point())
    shapely.distance(plane, shapely.Point(0, 0))
    return Outline(plane, margin_m)


def distance_to_area_m(
    area: Mapping[str, Any], centre: tuple[float, float], point: tuple[float, float]
) -> float:
    """Metres from a (latitude, longitude) point to the area of an event with that meeting point; 0 inside.

    Raises:
        ValueError: an area of a type that is not known.
    """
    return area_of(json.dumps(area, sort_keys=True), *centre).distance_m(*point)
