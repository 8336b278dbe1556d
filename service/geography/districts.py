"""The districts that were imported: their names, and which one a point lies in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from threading import Lock
from uuid import UUID

import shapely
import sqlalchemy as sa
from shapely.geometry import Point, shape
from sqlalchemy.orm import Session

from service.geography.regions import KM_PER_DEGREE
from service.models import District, DistrictImport
from service.models.base import LocalizedText
from service.platform.written import Written

NEAR_KM = 3
"""A point of a region that lies in none of its districts belongs to the nearest within so many kilometres:
outlines are simplified, each source in its own way."""

WITHOUT: LocalizedText = {"kk": "Аудансыз", "ru": "Без района", "en": "Without a district"}
"""What events without a district are counted under."""


@dataclass(frozen=True, slots=True)
class Outlined:
    """A district as it is looked up: `size` orders those that hold the same point."""

    code: str
    region_code: str
    kind: str
    names: LocalizedText
    outline: shapely.Geometry
    size: float


class Districts:
    """All districts of one import, indexed: made once a process, then only read."""

    def __init__(self, version: int, rows: Iterable[District]) -> None:
        self.version = version
        self.all = tuple(sorted((_outlined(row) for row in rows), key=lambda one: one.code))
        self.by_code: Mapping[str, Outlined] = {one.code: one for one in self.all}
        outlines = [one.outline for one in self.all]
        shapely.prepare(outlines)
        self._tree = shapely.STRtree(outlines)
        self._regions = frozenset(one.region_code for one in self.all)

    def of_region(self, region_code: str) -> Sequence[Outlined]:
        """Those of a region, by their codes."""
        return [one for one in self.all if one.region_code == region_code]

    def names_of(self, codes: Iterable[str | None]) -> dict[str | None, LocalizedText]:
        """The names of districts by their codes; for None, and for a code that nobody imported: WITHOUT."""
        known = self.by_code
        return {code: known[code].names if code is not None and code in known else WITHOUT for code in codes}

    def knows(self, region_code: str) -> bool:
        """Whether any district of the region was imported."""
        return region_code in self._regions

    def at(self, latitude: float, longitude: float, region_code: str) -> str | None:
        """The code of the region's district that holds a point (degrees), else of the nearest; None: of none.

        Of several that hold it (a point of a border, a town within its district) the smallest one, then the
        lowest code, so that each process says the same.
        """
        if region_code not in self._regions:
            return None
        point = Point(longitude, latitude)
        found = self._those(self._tree.query(point, predicate="intersects"), region_code)
        if found:
            return min((one.size, one.code) for one in found)[1]
        return self._nearest(point, region_code)

    def _those(self, numbers: Iterable[int], region_code: str) -> list[Outlined]:
        return [one for number in numbers if (one := self.all[number]).region_code == region_code]

    def _nearest(self, point: Point, region_code: str) -> str | None:
        """On the local plane: longitude shrunk by the cosine of the latitude."""
        shrink = cos(radians(point.y))
        reach = NEAR_KM / KM_PER_DEGREE
        box = shapely.box(
            point.x - reach / shrink, point.y - reach, point.x + reach / shrink, point.y + reach
        )
        here = Point(point.x * shrink, point.y)

        def distance_km(outline: shapely.Geometry) -> float:
            plane = shapely.transform(shapely.intersection(outline, box), lambda xy: xy * (shrink, 1))
            return float(plane.distance(here)) * KM_PER_DEGREE

        near = self._those(self._tree.query(box, predicate="intersects"), region_code)
        ordered = sorted((distance_km(one.outline), one.code) for one in near)
        return ordered[0][1] if ordered and ordered[0][0] <= NEAR_KM else None


def _outlined(row: District) -> Outlined:
    outline = shape(row.outline)
    return Outlined(row.code, row.region_code, row.kind, row.names, outline, float(outline.area))


_lock = Lock()
_known: tuple[UUID | None, Districts] = (None, Districts(0, ()))


_NEWEST = Written(
    sa.select(DistrictImport.id, DistrictImport.version).order_by(DistrictImport.version.desc()).limit(1)
)


def current(session: Session) -> Districts:
    """The districts of the newest import: from the process's memory, read anew when there was another."""
    global _known
    newest = _NEWEST.rows(session, {})
    if not newest:
        return NONE
    ((import_id, version),) = newest
    known_id, known = _known
    if known_id == import_id:
        return known
    with _lock:
        if _known[0] != import_id:
            _known = (import_id, Districts(version, session.scalars(sa.select(District))))
        return _known[1]


NONE = Districts(0, ())


def names_of(session: Session, codes: Iterable[str | None]) -> dict[str | None, LocalizedText]:
    """As `Districts.names_of`, of the newest import."""
    return current(session).names_of(codes)
