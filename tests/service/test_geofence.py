"""Distances to the area."""

import pytest
from geographiclib.geodesic import Geodesic

from service.geofence import distance_to_area_m

CENTRE = (50.2839, 57.1670)
CIRCLE = {"type": "circle", "radius_m": 150}


@pytest.mark.parametrize("metres", [0, 100, 149, 151, 250, 1_150, 5_000])
@pytest.mark.parametrize("azimuth", [0, 45, 90, 200])
def test_distance_is_measured_to_the_edge_and_is_zero_inside(metres: float, azimuth: float) -> None:
    there = Geodesic.WGS84.Direct(*CENTRE, azimuth, metres)
    distance = distance_to_area_m(CIRCLE, CENTRE, (there["lat2"], there["lon2"]))
    assert distance == pytest.approx(max(0, metres - 150), abs=1)


def test_an_unknown_area_is_an_error() -> None:
    with pytest.raises(ValueError, match="hexagon"):
        distance_to_area_m({"type": "hexagon"}, CENTRE, CENTRE)
