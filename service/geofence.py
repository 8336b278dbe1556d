"""Distances to an event's area. Pure: WGS 84 degrees in, metres out."""

from collections.abc import Mapping
from typing import Any

from geopy.distance import geodesic


def distance_to_area_m(
    area: Mapping[str, Any], centre: tuple[float, float], point: tuple[float, float]
) -> float:
    """Metres from a (latitude, longitude) point to the area round its centre; 0 inside.

    On the WGS 84 ellipsoid (geopy's geodesic), right to millimetres.

    Raises:
        ValueError: an area of a type that is not known.
    """
    if area["type"] != "circle":
        raise ValueError(f"unknown area: {area['type']}")
    return max(0.0, float(geodesic(centre, point).meters) - float(area["radius_m"]))
