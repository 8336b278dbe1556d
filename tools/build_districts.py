"""Build service/geography/data/districts.geojson: districts by KATO, small enough to ship.

Run: `python -m tools.build_districts FILE`, where FILE is a GeoJSON FeatureCollection whose features have
`kato`, `iso`, `kk`, `ru` and `en`. Neighbours keep one border: all are simplified together, then rounded.
"""

import json
import sys
from pathlib import Path

import shapely
from shapely.geometry import mapping, shape

TOLERANCE_DEGREES = 0.005
DECIMALS = 3
ATTRIBUTION = "geokz 1.0.2, Alexander Rodionov, CC BY 4.0; simplified to 0.005 degrees, rounded to 0.001"
TARGET = Path(__file__).parent.parent / "service" / "geography" / "data" / "districts.geojson"
NAMES = ("kato", "iso", "kk", "ru", "en")


def main(source: Path) -> None:
    """Read, simplify together, write a feature a line; names stay as the source has them."""
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    outlines = [shape(feature["geometry"]) for feature in features]
    simple = shapely.set_precision(shapely.coverage_simplify(outlines, TOLERANCE_DEGREES), 10**-DECIMALS)
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {name: feature["properties"][name] for name in NAMES},
                "geometry": _rounded(outline),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for feature, outline in zip(features, simple, strict=True)
    ]
    head = json.dumps({"type": "FeatureCollection", "attribution": ATTRIBUTION}, separators=(",", ":"))
    body = ",\n".join(lines)
    TARGET.write_text(f'{head[:-1]},"features":[\n{body}\n]}}\n', encoding="utf-8")
    moved = max(
        one.symmetric_difference(other).area / other.area for one, other in zip(simple, outlines, strict=True)
    )
    print(f"{len(lines)} districts, {TARGET.stat().st_size} bytes; at most {moved:.1%} of one is another's")


def _rounded(outline: shapely.Geometry) -> dict[str, object]:
    def numbers(value: object) -> object:
        if isinstance(value, float):
            return round(value, DECIMALS)
        return [numbers(part) for part in value]  # type: ignore[attr-defined] # tuples in tuples

    geometry = mapping(outline)
    return {"type": geometry["type"], "coordinates": numbers(geometry["coordinates"])}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
