"""The 20 regions: their names, and which one a point lies in. All in memory."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path

import shapely
from shapely.geometry import Point, shape

from service.models.base import LocalizedText

DATA = Path(__file__).parent / "data"
NEAR_KM = 20
"""A point outside every outline belongs to the nearest region within so many kilometres."""

KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Region:
    """`code` is ISO 3166-2, `kato` the first two digits of its places' KATO codes."""

    code: str
    kato: str
    geonames_admin1: str
    names: LocalizedText


@cache
def all_regions() -> tuple[Region, ...]:
    """The regions in the order of their codes."""
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Region(
                code=row["iso"],
                kato=row["kato2"],
                geonames_admin1=row["geonames_admin1"],
                names={language: row[language] for language in ("kk", "ru", "en")},
            )
            for row in csv.DictReader(file)
        )


@cache
def _by_code() -> dict[str, Region]:
    return {region.code: region for region in all_regions()}


def get(code: str) -> Region | None:
    """The region with this ISO code."""
    return _by_code().get(code)


def of_kato(code: str) -> Region | None:
    """The region that a place lies in, by its KATO code."""
    return next((region for region in all_regions() if code.startswith(region.kato)), None)


@cache
def _outlines() -> tuple[shapely.STRtree, list[str]]:
    document = json.loads((DATA / "regions.geojson").read_text(encoding="utf-8"))
    outlines = [shape(feature["geometry"]) for feature in document["features"]]
    shapely.prepare(outlines)
    return shapely.STRtree(outlines), [feature["properties"]["iso"] for feature in document["features"]]


def share_in(outline: shapely.Geometry, code: str) -> float:
    """How much of an outline (degrees; valid, not empty) lies in a region: 0 to 1."""
    tree, codes = _outlines()
    region = tree.geometries[codes.index(code)]
    return float(shapely.intersection(outline, region).area / outline.area)


def outlines() -> dict[str, shapely.Geometry]:
    """The outline of each region (degrees), by its code."""
    tree, codes = _outlines()
    return dict(zip(codes, tree.geometries, strict=True))


WEST, SOUTH, EAST, NORTH = 46.4, 40.5, 87.4, 55.5
"""The box, in degrees, that Kazakhstan lies in."""


def is_about_kazakhstan(latitude: float, longitude: float) -> bool:
    """Whether a point lies in the box round Kazakhstan: enough to tell a place there from a mistake."""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def region_at(latitude: float, longitude: float) -> Region | None:
    """The region of a point (WGS 84 degrees): its own, else the nearest within 20 km, else None."""
    tree, codes = _outlines()
    point = Point(longitude, latitude)
    found = tree.query(point, predicate="intersects")
    if len(found):
        return get(codes[min(found)])
    return _nearest(tree, codes, point)


def _nearest(tree: shapely.STRtree, codes: list[str], point: Point) -> Region | None:
    """Distances on the local plane: longitude shrunk by the cosine of the latitude, then degrees to km."""
    shrink = cos(radians(point.y))
    reach = NEAR_KM / KM_PER_DEGREE
    box = shapely.box(point.x - reach / shrink, point.y - reach, point.x + reach / shrink, point.y + reach)

    def distance_km(index: int) -> float:
        outline = shapely.transform(
            shapely.intersection(tree.geometries[index], box), lambda xy: xy * (shrink, 1)
        )
        return float(outline.distance(Point(point.x * shrink, point.y))) * KM_PER_DEGREE

    near = sorted((distance_km(index), codes[index]) for index in tree.query(box, predicate="intersects"))
    return get(near[0][1]) if near and near[0][0] <= NEAR_KM else None
