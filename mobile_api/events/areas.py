"""The area of an event in JSON: a circle, GeoJSON polygons, or a corridor along a line."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from http_base.fields import Number, Strict, one_of, whole
from http_base.openapi import Converter
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
    """A circle round the meeting point."""

    type = one_of("circle", required=True)
    radius_m = whole(MIN_RADIUS_M, MAX_RADIUS_M, required=True)


class Corridor(Strict):
    """A river bank: all that is within half of `width_m`, from edge to edge, of a line."""

    type = one_of("corridor", required=True)
    line = Line(required=True)
    width_m = Number(MIN_WIDTH_M, MAX_WIDTH_M, required=True)


SCHEMAS: Mapping[str, type[Strict]] = {
    "circle": Circle,
    **SURFACES,
    "corridor": Corridor,
}


class AreaField(fields.Field[dict[str, Any]]):
    """An area of any kind; what its points mean on the ground is judged by `service.areas`."""

    def openapi(self, converter: Converter) -> dict[str, Any]:
        """The named union of all kinds, told apart by their `type`."""
        return dict(converter.named("Area", lambda: _union(converter)))

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


def _union(converter: Converter) -> dict[str, Any]:
    kinds = {kind: converter.nested(schema) for kind, schema in SCHEMAS.items()}
    return {
        "description": f"Where presence counts: at most {MAX_VERTICES} vertices, {MAX_KM2} km² and "
        f"{MAX_EXTENT_KM} km from end to end, and at most {MAX_MEETING_POINT_M} m from the meeting point. "
        "A GeoJSON Feature, FeatureCollection or GeometryCollection of polygons is taken as their union; "
        "altitudes, `bbox` and a `crs` that says WGS 84 are dropped.",
        "oneOf": list(kinds.values()),
        "discriminator": {
            "propertyName": "type",
            "mapping": {kind: reference["$ref"] for kind, reference in kinds.items()},
        },
    }
