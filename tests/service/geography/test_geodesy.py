"""Distances to the area, beside geopy's geodesic."""

import json
from math import cos, pi, sin
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic
from geopy.distance import geodesic
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from service.geography.geodesy import area_of, distance_to_area_m, latitude_of, northing

CENTRE = (50.2839, 57.1670)
CIRCLE = {"type": "circle", "radius_m": 150}
Point = tuple[float, float]

# Without shrinking, which takes minutes of geodesics: the values of a failure are few and plain enough.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)

latitudes = st.floats(40.6, 55.4)
longitudes = st.floats(46.5, 87.3)
azimuths = st.floats(0, 360)


def moved(point: Point, azimuth: float, metres: float) -> Point:
    """The (latitude, longitude) so far away on the ellipsoid."""
    there = Geodesic.WGS84.Direct(*point, azimuth, metres)
    return there["lat2"], there["lon2"]


def geodesic_m(one: Point, other: Point) -> float:
    return float(geodesic(one, other).meters)


def to_segment_m(point: Point, start: Point, end: Point) -> float:
    """Metres from a point to a straight line in degrees, searched along it by the geodesic alone."""

    def at(share: float) -> Point:
        return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share

    low, high = 0.0, 1.0
    while high - low > 1e-6:
        third = (high - low) / 3
        if geodesic_m(point, at(low + third)) < geodesic_m(point, at(high - third)):
            high -= third
        else:
            low += third
    return geodesic_m(point, at(low))


def to_line_m(point: Point, line: list[Point]) -> float:
    return min(to_segment_m(point, *ends) for ends in zip(line, line[1:], strict=False))


def positions(points: list[Point]) -> list[list[float]]:
    """GeoJSON's order."""
    return [[longitude, latitude] for latitude, longitude in points]


@pytest.mark.parametrize("metres", [0, 100, 149, 151, 250, 1_150, 5_000])
@pytest.mark.parametrize("azimuth", [0, 45, 90, 200])
def test_distance_is_measured_to_the_edge_and_is_zero_inside(metres: float, azimuth: float) -> None:
    distance = distance_to_area_m(CIRCLE, CENTRE, moved(CENTRE, azimuth, metres))
    assert distance == pytest.approx(max(0, metres - 150), abs=1)


@settings(deadline=None)
@given(latitudes, longitudes, azimuths, st.floats(0, 11_000), st.sampled_from([30, 150, 5_000]))
def test_a_circle_agrees_with_the_geodesic(
    latitude: float, longitude: float, azimuth: float, metres: float, radius_m: int
) -> None:
    area = area_of(json.dumps({"type": "circle", "radius_m": radius_m}), latitude, longitude)
    there = moved((latitude, longitude), azimuth, metres)
    assert area.distance_m(*there) == pytest.approx(max(0, metres - radius_m), abs=0.5)


@settings(max_examples=40, deadline=None, phases=UNSHRUNK)
@given(
    latitudes, longitudes, st.lists(st.floats(200, 2_500), min_size=3, max_size=7), azimuths, st.floats(0, 1)
)
def test_a_polygon_agrees_with_the_geodesic_to_a_metre_at_a_kilometre(
    latitude: float, longitude: float, radii: list[float], azimuth: float, share: float
) -> None:
    centre = (latitude, longitude)
    ring = [moved(centre, 360 * n / len(radii), radius) for n, radius in enumerate(radii)]
    ring.append(ring[0])
    area = area_of(json.dumps({"type": "Polygon", "coordinates": [positions(ring)]}), *centre)
    assert area.distance_m(*centre) == 0
    outside = moved(centre, azimuth, max(radii) + 1_000 * share)
    expected = to_line_m(outside, ring)
    # Sides between far corners are straight in degrees there, on the plane here: that bends by centimetres.
    assert area.distance_m(*outside) == pytest.approx(expected, abs=max(1, expected / 1_000))


@settings(max_examples=40, deadline=None, phases=UNSHRUNK)
@given(
    latitudes,
    longitudes,
    st.lists(st.tuples(azimuths, st.floats(100, 900)), min_size=1, max_size=6),
    azimuths,
    st.floats(0, 4_000),
    st.sampled_from([10, 80, 500]),
)
def test_a_corridor_agrees_with_the_geodesic(
    latitude: float,
    longitude: float,
    steps: list[tuple[float, float]],
    azimuth: float,
    metres: float,
    width_m: int,
) -> None:
    line = [(latitude, longitude)]
    for direction, length in steps:
        line.append(moved(line[-1], direction, length))
    corridor = {"type": "corridor", "width_m": width_m}
    corridor["line"] = {"type": "LineString", "coordinates": positions(line)}
    there = moved(line[len(line) // 2], azimuth, metres)
    expected = max(0, to_line_m(there, line) - width_m / 2)
    found = area_of(json.dumps(corridor), latitude, longitude).distance_m(*there)
    assert found == pytest.approx(expected, abs=max(1, expected / 1_000))


def square(south: float, west: float, size: float) -> list[list[float]]:
    north, east = south + size, west + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_a_hole_is_outside() -> None:
    park = {"type": "Polygon", "coordinates": [square(50.28, 57.16, 0.02), square(50.285, 57.165, 0.01)]}
    assert distance_to_area_m(park, CENTRE, (50.283, 57.17)) == 0
    to_the_edge = geodesic_m((50.29, 57.167), (50.29, 57.165))
    assert distance_to_area_m(park, CENTRE, (50.29, 57.167)) == pytest.approx(to_the_edge, abs=0.5)


def test_of_several_places_the_nearest_counts_however_far_apart_they_are() -> None:
    places = {
        "type": "MultiPolygon",
        "coordinates": [[square(50.28, 57.16, 0.01)], [square(50.6, 57.7, 0.01)]],
    }
    for corner in ((50.28, 57.16), (50.6, 57.7)):
        assert distance_to_area_m(places, CENTRE, (corner[0] + 0.005, corner[1] + 0.005)) == 0
        assert distance_to_area_m(places, CENTRE, moved(corner, 225, 1_000)) == pytest.approx(1_000, abs=1)


@pytest.mark.parametrize("kind", ["circle", "Polygon"])
@pytest.mark.parametrize("there", [(90.0, 0.0), (-90.0, 180.0), (43.2, 76.9), (0.0, -123.0), (50.3, 57.6)])
def test_far_points_are_far(kind: str, there: Point) -> None:
    area: dict[str, Any] = {"type": "Polygon", "coordinates": [square(50.28, 57.16, 0.01)]}
    distance = distance_to_area_m(CIRCLE if kind == "circle" else area, CENTRE, there)
    assert distance == pytest.approx(geodesic_m(CENTRE, there), rel=0.03)


@settings(deadline=None)
@given(latitudes)
def test_the_plane_can_be_left_again(latitude: float) -> None:
    assert latitude_of(northing(latitude)) == pytest.approx(latitude, abs=1e-9)


def test_an_area_is_prepared_once_for_each_meeting_point() -> None:
    ring = [[57.167 + 0.02 * cos(2 * pi * n / 200), 50.28 + 0.01 * sin(2 * pi * n / 200)] for n in range(200)]
    text = json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    assert area_of(text, *CENTRE) is area_of(text, *CENTRE)
    assert area_of(text, *CENTRE) is not area_of(text, 50.0, 57.0)


def test_an_unknown_area_is_an_error() -> None:
    with pytest.raises(ValueError, match="hexagon"):
        distance_to_area_m({"type": "hexagon"}, CENTRE, CENTRE)
