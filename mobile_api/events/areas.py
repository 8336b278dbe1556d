"""The area of an event in JSON: a circle, GeoJSON polygons, or a corridor along a line."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from http_base.fields import Number, Strict, one_of, whole
from mobile_api.events.geojson import SURFACES, WRAPPERS, Line, surface
from service.geography.areas import (
    MAX_EXTENT_KM,
    MAX_KM2,
    MAX_MEETING_POINT_M,
    MAX_RADIUS_M,
    MAX_VERTICES,
    MAX_WIDTH_M,
    MIN_RADIUS_M,
    MIN_WIDTH_M,
)


class Circle(Strict):
    type = one_of("circle", required=True)
    radius_m = whole(MIN_RADIUS_M, MAX_RADIUS_M, required=True)


class Corridor(Strict):
    type = one_of("corridor", required=True)
    line = Line(required=True)
    width_m = Number(MIN_WIDTH_M, MAX_WIDTH_M, required=True)


SCHEMAS: Mapping[str, type[Strict]] = {
    "circle": Circle,
    **SURFACES,
    "corridor": Corridor,
}


def _object(kind: str, title: str, **properties: Any) -> dict[str, Any]:
    """The JSON Schema of one kind of area."""
    properties = {"type": {"type": "string", "const": kind}} | properties
    return {
        "type": "object",
        "title": title,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(items: Mapping[str, Any], depth: int = 1, **options: Any) -> dict[str, Any]:
    inner = {"type": "array", "items": dict(items)} | options
    return inner if depth == 1 else _list_of(inner, depth - 1)


_POSITION: Mapping[str, Any] = {
    "type": "array",
    "description": "[longitude, latitude] in degrees",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
}
AREA_DOCUMENT: Mapping[str, Any] = {
    "description": f"Where presence counts: at most {MAX_VERTICES} vertices, {MAX_KM2} km² and "
    f"{MAX_EXTENT_KM} km from end to end, and at most {MAX_MEETING_POINT_M} m from the meeting point. "
    "A GeoJSON Feature, FeatureCollection or GeometryCollection of polygons is taken, too, as their union; "
    "altitudes, `bbox` and a `crs` that says WGS 84 are dropped.",
    "oneOf": [
        _object(
            "circle",
            "A circle round the meeting point",
            radius_m={"type": "integer", "minimum": MIN_RADIUS_M, "maximum": MAX_RADIUS_M},
        ),
        _object(
            "Polygon", "A GeoJSON polygon, holes allowed", coordinates=_list_of(_POSITION, 2, minItems=4)
        ),
        _object(
            "MultiPolygon",
            "An event with several places: a GeoJSON multipolygon",
            coordinates=_list_of(_POSITION, 3, minItems=4),
        ),
        _object(
            "corridor",
            "A river bank: all that is within half the width of a line",
            line=_object("LineString", "A GeoJSON line", coordinates=_list_of(_POSITION, minItems=2)),
            width_m={
                "type": "number",
                "description": "From edge to edge: half of it to each side of the line.",
                "minimum": MIN_WIDTH_M,
                "maximum": MAX_WIDTH_M,
            },
        ),
    ],
}


class AreaField(fields.Field[dict[str, Any]]):
    """An area of any kind; what its points mean on the ground is judged by `service.areas`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata=dict(AREA_DOCUMENT), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_options: Any) -> dict[str, Any]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            raise ValidationError("Invalid input type.")
        if kind in WRAPPERS:
            return surface(value)
        if not isinstance(kind, str) or kind not in SCHEMAS:
            raise ValidationError({"type": ["area-kind"]})
        loaded: dict[str, Any] = SCHEMAS[kind]().load(value)
        return loaded
