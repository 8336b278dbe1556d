"""Whether an event's area can be used: each rule with a reason that its organizer can act on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import hypot, pi
from typing import Any

import shapely
from shapely.geometry import mapping

from service import errors
from service.geography import geodesy, regions

Position = Sequence[float]
"""[longitude, latitude] in degrees, the order of GeoJSON."""

MIN_RADIUS_M, MAX_RADIUS_M = 30, 5_000
MIN_WIDTH_M, MAX_WIDTH_M = 10, 500
"""Of a corridor from edge to edge, half of it to each side of its line."""

MAX_VERTICES = 200
MAX_KM2 = 25
MAX_EXTENT_KM = 50
M2_PER_HECTARE, HECTARES_PER_KM2 = 10_000, 100
MAX_MEETING_POINT_M = 500


def checked(area: Mapping[str, Any], latitude: float, longitude: float) -> Mapping[str, Any]:
    """An area as it is kept, checked against the rules together with its event's meeting point (degrees).

    Its JSON is well formed. Parcels that overlap or share an edge become one outline.

    Raises:
        Invalid: naming the first rule that is broken.
    """
    if area["type"] == "circle":
        return area
    _check_lines(area)
    area = _united(area)
    lines = _check_vertices(area)
    for position in dict.fromkeys(tuple(position) for line in lines for position in line):
        _check_in_kazakhstan(*position)
    _check_size(*geodesy.geometry_of(area))
    distance_m = geodesy.distance_to_area_m(area, (latitude, longitude), (latitude, longitude))
    if distance_m > MAX_MEETING_POINT_M:
        raise errors.Invalid(
            "meeting_point",
            "area-meeting-point",
            distance_m=round(distance_m),
            limit_m=MAX_MEETING_POINT_M,
        )
    return area


def _united(area: Mapping[str, Any]) -> Mapping[str, Any]:
    """The area, its polygons as one outline where they overlap or share an edge; as it was where they do not.

    Each polygon by itself has to be sound: only what lies between them is mended.
    """
    geometry, _ = geodesy.geometry_of(area)
    parts = shapely.get_parts(geometry)
    for part in parts:
        _check_crossing(area["type"], part)
    if shapely.is_valid(geometry):
        return area
    return _as_lists(mapping(shapely.union_all(parts)))


def _as_lists(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """A geometry as JSON has it: shapely gives tuples."""
    found: dict[str, Any] = json.loads(json.dumps(geometry))
    return found


def _lines(area: Mapping[str, Any]) -> Iterator[Sequence[Position]]:
    """Each ring of the polygons, or the corridor's one line."""
    if area["type"] == "corridor":
        yield area["line"]["coordinates"]
    elif area["type"] == "Polygon":
        yield from area["coordinates"]
    else:
        for rings in area["coordinates"]:
            yield from rings


def _check_lines(area: Mapping[str, Any]) -> None:
    for line in _check_vertices(area):
        if area["type"] == "corridor":
            _require(len({tuple(position) for position in line}) >= 2, "area-line-short")
        else:
            _require(list(line[0]) == list(line[-1]), "area-ring-open")
            _require(len({tuple(position) for position in line}) >= 3, "area-ring-short")


def _check_vertices(area: Mapping[str, Any]) -> Sequence[Sequence[Position]]:
    """The lines of an area that has not too many vertices: asked before parcels are united, and after.

    A ring repeats its first point at its end; as a vertex that counts once.
    """
    lines = list(_lines(area))
    vertices = sum(len(line) for line in lines) - (0 if area["type"] == "corridor" else len(lines))
    if vertices > MAX_VERTICES:
        raise errors.Invalid("area", "area-too-many-points", points=vertices, limit=MAX_VERTICES)
    return lines


def _require(holds: bool, reason: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise errors.Invalid("area", reason)


def _check_in_kazakhstan(longitude: float, latitude: float) -> None:
    if regions.region_at(latitude, longitude) is not None:
        return
    if abs(longitude) <= 90 and regions.region_at(longitude, latitude) is not None:
        raise errors.Invalid("area", "area-swapped-axes")
    raise errors.Invalid("area", "area-outside-kazakhstan", latitude=latitude, longitude=longitude)


def _check_crossing(kind: str, geometry: shapely.Geometry) -> None:
    """GEOS names what is wrong and where: "Self-intersection[57.1 50.2]". A line may cross itself."""
    what, _, where = shapely.is_valid_reason(geometry).partition("[")
    if what == "Valid Geometry":
        return
    if "elf-intersection" in what:
        longitude, latitude = (round(float(number), 5) for number in where.rstrip("]").split())
        raise errors.Invalid("area", "area-self-crossing", latitude=latitude, longitude=longitude)
    if what.startswith("Too few points"):
        raise errors.Invalid("area", "area-line-short" if kind == "corridor" else "area-ring-short")
    raise errors.Invalid("area", "area-holes")


def _check_size(geometry: shapely.Geometry, margin_m: float) -> None:
    """Measured with the scale of the middle, which the limit of the extent keeps true to 1 %."""
    plane = geodesy.on_plane(geometry)
    _, south, _, north = geometry.bounds
    scale = geodesy.metres_per_radian((south + north) / 2)
    left, bottom, right, top = plane.bounds
    km = hypot(right - left, top - bottom) * scale / 1_000
    if km > MAX_EXTENT_KM:
        raise errors.Invalid("area", "area-too-wide", km=round(km), limit_km=MAX_EXTENT_KM)
    km2 = _km2(plane, margin_m, scale)
    if km2 > MAX_KM2:
        raise errors.Invalid("area", "area-too-large", km2=round(km2, 1), limit_km2=MAX_KM2)


def _km2(plane: shapely.Geometry, margin_m: float, scale: float) -> float:
    return float(plane.buffer(margin_m / scale).area * scale**2 / 1_000_000)


def hectares(area: Mapping[str, Any]) -> float:
    """The size of an area as it is kept."""
    if area["type"] == "circle":
        return float(pi * area["radius_m"] ** 2 / M2_PER_HECTARE)
    geometry, margin_m = geodesy.geometry_of(area)
    _, south, _, north = geometry.bounds
    scale = geodesy.metres_per_radian((south + north) / 2)
    return _km2(geodesy.on_plane(geometry), margin_m, scale) * HECTARES_PER_KM2
