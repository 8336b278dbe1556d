"""GeoJSON as people export it (RFC 7946, and what older tools write), read down to bare geometries.

What only describes is dropped: altitudes, `bbox`, a `crs` that says WGS 84, and of features and their
collections all but the geometries. A geometry itself is read as strictly as any other object.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from marshmallow import ValidationError, fields, pre_load

from http_base.fields import Strict, one_of
from http_base.openapi import Converter

WGS_84 = ("CRS84", "4326", "4979")
"""How the names of WGS 84 end: `urn:ogc:def:crs:OGC:1.3:CRS84`, `EPSG:4326`, with heights `EPSG:4979`."""

MAX_NUMBERS = 4
"""Of a position: longitude, latitude, altitude, and a measure that some tools add."""


class Positions(fields.Field[list[Any]]):
    """GeoJSON coordinates: `depth` lists in each other, the innermost of [longitude, latitude] in degrees."""

    def __init__(self, depth: int, **options: Any) -> None:
        super().__init__(**options)
        self.depth = depth

    def openapi(self, _converter: Converter) -> dict[str, Any]:
        """Lists in each other, down to pairs of numbers."""
        found: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 4}
        found["description"] = "[longitude, latitude] in degrees."
        for _ in range(self.depth):
            found = {"type": "array", "items": found, "minItems": 1}
        return found

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_options: Any) -> list[Any]:
        return _positions(value, self.depth)


def _positions(value: Any, depth: int) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValidationError("positions")
    if depth:
        return [_positions(inner, depth - 1) for inner in value]
    are_numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
    if not are_numbers or not 2 <= len(value) <= MAX_NUMBERS:
        raise ValidationError("positions")
    longitude, latitude = map(float, value[:2])
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValidationError("coordinate")
    return [longitude, latitude]


class Geometry(Strict):
    """A geometry; what describes it is dropped."""

    @pre_load
    def _bare(self, data: Any, **_options: Any) -> Any:
        return _undescribed(data) if isinstance(data, dict) else data


class Polygon(Geometry):
    """A GeoJSON polygon, holes allowed."""

    type = one_of("Polygon", required=True)
    coordinates = Positions(2, required=True)


class MultiPolygon(Geometry):
    """An event with several places: a GeoJSON multipolygon."""

    type = one_of("MultiPolygon", required=True)
    coordinates = Positions(3, required=True)


class LineString(Geometry):
    """A GeoJSON line."""

    type = one_of("LineString", required=True)
    coordinates = Positions(1, required=True)


SURFACES: Mapping[str, type[Geometry]] = {"Polygon": Polygon, "MultiPolygon": MultiPolygon}
MEMBERS: Mapping[str, str] = {"FeatureCollection": "features", "GeometryCollection": "geometries"}
WRAPPERS = ("Feature", *MEMBERS)


def _undescribed(value: Mapping[str, Any]) -> dict[str, Any]:
    crs = value.get("crs")
    if crs is not None and not _is_wgs_84(crs):
        raise ValidationError({"crs": ["crs"]})
    return {name: inner for name, inner in value.items() if name not in ("bbox", "crs")}


def _is_wgs_84(crs: Any) -> bool:
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.rpartition(":")[2] in WGS_84


def surface(wrapped: Mapping[str, Any]) -> dict[str, Any]:
    """The Polygon or MultiPolygon of a feature or a collection; of several geometries all their polygons.

    Raises:
        ValidationError: something in it is no polygon, with its path.
    """
    found = list(_surfaces(wrapped, WRAPPERS))
    if len(found) == 1:
        return found[0]
    polygons = [
        rings
        for one in found
        for rings in ([one["coordinates"]] if one["type"] == "Polygon" else one["coordinates"])
    ]
    return {"type": "MultiPolygon", "coordinates": polygons}


def _surfaces(value: Any, kinds: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The geometries in an object that has to be of one of these kinds, in their order."""
    if not isinstance(value, dict):
        raise ValidationError("Invalid input type.")
    kind = value.get("type")
    if kind not in kinds:
        raise ValidationError({"type": ["area-kind"]})
    if kind in SURFACES:
        yield SURFACES[kind]().load(value)
        return
    value = _undescribed(value)
    if kind == "Feature":
        with _at("geometry"):
            yield from _surfaces(value.get("geometry"), (*SURFACES, "GeometryCollection"))
        return
    name = MEMBERS[kind]
    members = value.get(name)
    if not isinstance(members, list) or not members:
        raise ValidationError({name: ["area-empty"]})
    for number, member in enumerate(members):
        with _at(name, number):
            yield from _surfaces(member, ("Feature",) if name == "features" else tuple(SURFACES))


@contextmanager
def _at(*path: str | int) -> Iterator[None]:
    """Put this path before that of whatever is wrong inside."""
    try:
        yield
    except ValidationError as error:
        messages: Any = error.messages
        for step in reversed(path):
            messages = {step: messages}
        raise ValidationError(messages) from error


class Line(fields.Nested):
    """A LineString, or a feature of one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(LineString, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **options: Any
    ) -> Any:
        if isinstance(value, dict) and value.get("type") == "Feature":
            with _at("geometry"):
                line = _undescribed(value).get("geometry")
                return super()._deserialize(line, attr, data, partial, **options)
        return super()._deserialize(value, attr, data, partial, **options)
