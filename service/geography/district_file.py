"""A file of districts, read line by line: what can be taken, and why a line cannot."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from service.geography import district_names, regions
from service.models import DistrictKind
from service.models.base import LOCALES, LocalizedText
from service.platform.text import clean

SHIPPED = Path(__file__).parent / "data" / "districts.geojson"
"""What comes with the product, for a beginning: who has newer outlines imports those."""

MAX_BYTES = 50_000_000
MAX_LINES = 1_000
MAX_POINTS = 500_000
"""Of all outlines together: each process keeps them in memory."""

MAX_NAME = 100
DECIMALS = 4
LEAST_AREA = 1e-6
"""In square degrees, some 8,000 m²: what is smaller is no district."""

LEAST_AT_HOME = 0.5
"""How much of an outline has to lie in its own region, whose outline is simplified in its own way."""

BORDER = 0.05
"""How much of the smaller of two outlines may lie in the other: neighbours are simplified apart. What lies
within another but for so little is a town in its district."""

WGS_84 = ("CRS84", "4326", "4979")


class Refused(StrEnum):
    """Why a line is not taken, as its reader is told."""

    NOT_A_FEATURE = "is no Feature with properties"
    NO_CODE = "has no KATO code of nine digits (`kato`)"
    DUPLICATE = "has the KATO code of another line"
    UNKNOWN_REGION = "has a KATO code of no region"
    OTHER_REGION = "has the KATO code of another region than its `iso` says"
    NO_NAME = "has no name (`kk`, `ru`, `en`)"
    LONG_NAME = f"has a name longer than {MAX_NAME} characters"
    NOT_A_SURFACE = "has an outline that is no Polygon or MultiPolygon of numbers"
    EMPTY = "has an empty outline"
    CROSSING = "has an outline that crosses itself"
    OVERLAPS = "has an outline that crosses that of another line"
    SWAPPED = "has an outline whose latitudes and longitudes stand the wrong way round"
    ABROAD = "has an outline that is not in Kazakhstan"
    FOREIGN = "has an outline that lies in another region"


class DistrictFileError(Exception):
    """The file cannot be read at all, and why."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A district as a line gives it, mended: `outline` in degrees, `mended` what was changed."""

    code: str
    region_code: str
    kind: DistrictKind
    names: LocalizedText
    outline: shapely.Geometry
    mended: Sequence[str]

    def as_geojson(self) -> dict[str, Any]:
        """The outline as the table has it."""
        found: dict[str, Any] = json.loads(json.dumps(mapping(self.outline)))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """A feature by its number, from 1: a district, or why it is none. `label`: what it calls itself."""

    number: int
    label: str
    drawn: Drawn | None = None
    refused: Refused | None = None
    where: str = field(default="")

    def __str__(self) -> str:
        what = f"line {self.number} ({self.label})" if self.label else f"line {self.number}"
        return f"{what} {self.refused}{f': {self.where}' if self.where else ''}"


class _RefusedError(Exception):
    def __init__(self, refused: Refused, where: str = "") -> None:
        super().__init__(refused)
        self.refused, self.where = refused, where


def read(path: Path) -> list[Line]:
    """Read a GeoJSON FeatureCollection of districts and judge each feature by itself, then all together.

    Raises:
        DistrictFileError: too large, no JSON, no FeatureCollection, not in WGS 84.
        OSError: the file cannot be read.
    """
    features = _features(_document(path))
    lines = [_line(number, feature) for number, feature in enumerate(features, start=1)]
    points = sum(int(shapely.get_num_coordinates(line.drawn.outline)) for line in lines if line.drawn)
    if points > MAX_POINTS:
        raise DistrictFileError(
            f"The outlines have {points} points, {MAX_POINTS} are allowed: simplify them."
        )
    return _without_overlaps(_without_duplicates(lines, features))


def _document(path: Path) -> Any:
    with path.open("rb") as file:
        # One byte more than allowed tells, whatever kind of file it is.
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DistrictFileError(
            f"The file is larger than {MAX_BYTES // 1_000_000} MB: simplify the outlines, or split it."
        )
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DistrictFileError("The file is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise DistrictFileError(f"The file is no JSON: {error}.") from error


def _features(document: Any) -> list[Any]:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise DistrictFileError("The file is no GeoJSON FeatureCollection.")
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise DistrictFileError("The file has no features.")
    if len(features) > MAX_LINES:
        raise DistrictFileError(f"The file has {len(features)} features, {MAX_LINES} are allowed.")
    if "crs" in document and not str(document["crs"]).rstrip("'}\" ").endswith(WGS_84):
        raise DistrictFileError("The coordinates are not degrees of WGS 84: export the file in EPSG:4326.")
    return features


def _properties(feature: Any) -> Mapping[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or feature.get("type") != "Feature":
        raise _RefusedError(Refused.NOT_A_FEATURE)
    return properties


def _code(properties: Mapping[str, Any]) -> str:
    code = str(properties.get("kato", ""))
    if not (len(code) == 9 and code.isascii() and code.isdigit()):
        raise _RefusedError(Refused.NO_CODE)
    return code


def _line(number: int, feature: Any) -> Line:
    label = ""
    try:
        properties = _properties(feature)
        label = _label(properties)
        return Line(number, label, _drawn(properties, feature))
    except _RefusedError as error:
        return Line(number, label, refused=error.refused, where=error.where)


def _label(properties: Mapping[str, Any]) -> str:
    """Short, and without what could play with the reader's screen."""
    told = [str(properties.get(name, "")) for name in ("kato", "kk", "ru")]
    return _one_line(" ".join(told))[:MAX_NAME]


def _one_line(text: str) -> str:
    """As text comes in everywhere, and without what no encoding has: halves of surrogate pairs."""
    return " ".join(clean(text.encode("utf-8", "ignore").decode("utf-8")).split())


def _drawn(properties: Mapping[str, Any], feature: Mapping[str, Any]) -> Drawn:
    code = _code(properties)
    region = next((one for one in regions.all_regions() if one.kato == code[:2]), None)
    if region is None:
        raise _RefusedError(Refused.UNKNOWN_REGION)
    if properties.get("iso", region.code) != region.code:
        raise _RefusedError(Refused.OTHER_REGION)
    names, mended = _names(code, properties)
    outline = _outline(feature.get("geometry"))
    _check_place(outline, region.code)
    kind = district_names.kind_of(code, region)
    return Drawn(code, region.code, kind, district_names.whole(names, kind), outline, mended)


def _names(code: str, properties: Mapping[str, Any]) -> tuple[LocalizedText, list[str]]:
    names, mended = {}, []
    for language in LOCALES:
        said = properties.get(language)
        name = _one_line(said) if isinstance(said, str) else ""
        if len(name) > MAX_NAME:
            raise _RefusedError(Refused.LONG_NAME)
        right = district_names.corrected(code, language, name)
        if right != name:
            mended.append(f"{code} {language}: «{name}» → «{right}»")
        if right:
            names[language] = right
    if not names:
        raise _RefusedError(Refused.NO_NAME)
    return names, mended


def _outline(geometry: Any) -> shapely.Geometry:
    if geometry is None:
        raise _RefusedError(Refused.EMPTY)
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise _RefusedError(Refused.NOT_A_SURFACE)
    if not geometry.get("coordinates"):
        raise _RefusedError(Refused.EMPTY)
    try:
        outline = shapely.force_2d(shape(geometry))
        is_finite = bool(shapely.get_num_coordinates(outline)) and all(map(_is_degrees, outline.bounds))
    except Exception as error:  # whatever is said of what is no list of numbers
        raise _RefusedError(Refused.NOT_A_SURFACE) from error
    if not is_finite:
        raise _RefusedError(Refused.NOT_A_SURFACE)
    # The hull's: the halves of what crosses itself can cancel each other out.
    if outline.convex_hull.area < LEAST_AREA:
        raise _RefusedError(Refused.EMPTY)
    what, _, where = shapely.is_valid_reason(outline).partition("[")
    if what != "Valid Geometry":
        raise _RefusedError(Refused.CROSSING, where.rstrip("]"))
    rounded = shapely.set_precision(outline, 10**-DECIMALS)
    return shapely.transform(rounded, lambda xy: xy.round(DECIMALS))


def _is_degrees(number: float) -> bool:
    return abs(number) <= 180  # NaN and infinity fail, too


def _check_place(outline: shapely.Geometry, region_code: str) -> None:
    at_home = regions.share_in(outline, region_code)
    if at_home >= LEAST_AT_HOME:
        return
    shares = {one.code: regions.share_in(outline, one.code) for one in regions.all_regions()}
    if sum(shares.values()) >= LEAST_AT_HOME:
        raise _RefusedError(Refused.FOREIGN, max(shares, key=lambda code: shares[code]))
    swapped = shapely.transform(outline, lambda xy: xy[:, ::-1])
    if regions.share_in(swapped, region_code) >= LEAST_AT_HOME:
        raise _RefusedError(Refused.SWAPPED)
    raise _RefusedError(Refused.ABROAD)


def _without_duplicates(lines: Sequence[Line], features: Sequence[Any]) -> list[Line]:
    """No line of a code that stands twice is taken: which one is right is not for a machine to say."""
    codes: list[str | None] = []
    for feature in features:
        try:
            codes.append(_code(_properties(feature)))
        except _RefusedError:
            codes.append(None)
    often = Counter(codes)
    return [
        replace(line, drawn=None, refused=Refused.DUPLICATE) if code and often[code] > 1 else line
        for line, code in zip(lines, codes, strict=True)
    ]


def _without_overlaps(lines: Sequence[Line]) -> list[Line]:
    crossing = dict(_overlaps([(line.number, line.drawn.outline) for line in lines if line.drawn]))
    return [
        replace(line, drawn=None, refused=Refused.OVERLAPS, where=f"line {crossing[line.number]}")
        if line.number in crossing
        else line
        for line in lines
    ]


def _overlaps(outlines: Sequence[tuple[int, shapely.Geometry]]) -> Iterator[tuple[int, int]]:
    """Both ways, the numbers of two outlines that lie in each other more than borders do, and not whole."""
    if not outlines:
        return
    shapes = [outline for _, outline in outlines]
    for first, second in shapely.STRtree(shapes).query(shapes, predicate="intersects").T:
        if first == second:
            continue
        common = shapely.intersection(shapes[first], shapes[second]).area
        if BORDER < common / min(shapes[first].area, shapes[second].area) < 1 - BORDER:
            yield outlines[first][0], outlines[second][0]
