"""Charts as SVG: no script, no hover, each beside a table of the same numbers (see templates/charts.html).

Verified is filled, declared is hatched; five fixed steps of one hue, so that weeks compare.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, cos, radians
from threading import Lock

import shapely
from markupsafe import Markup, escape
from shapely.geometry.base import BaseGeometry
from shapely.ops import polylabel

from web.formats import in_order, number

STEPS = (1, 50, 100, 200, 500)
"""Where each step of the choropleth begins."""

MAP_WIDTH, MAP_TALLEST = 620, 560
CLEAR = 1.0
"""Of two points of an outline nearer than this, in units of the picture, one is enough."""
LETTER, LINE = 8, 16
"""About the width and the height of a name's letters, in units of the picture."""
BAR_WIDTH = 150
MOST_PLANS = 200
MOST_SUMS, MOST_DAYS_NAMED = 14, 16
"""Above more columns than this only the highest has its sum; of more, not each has its day."""

_plans: dict[Hashable, "Plan"] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Row:
    """What charts and tables say of a district, or of a day.

    `silent_weeks`: None where an event was held in the period; else how many weeks ago the last one was, 0
    for none ever. `href`: where to read more; `ask`: (words, href) of whom to ask why it is silent. `short`:
    the name where there is little room.
    """

    code: str
    name: str
    verified: int
    declared: int
    silent_weeks: int | None = None
    href: str | None = None
    short: str | None = None
    ask: tuple[str, str] | None = None

    @property
    def total(self) -> int:
        return self.verified + self.declared

    @property
    def is_silent(self) -> bool:
        return self.silent_weeks is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """Outlines as a picture has them. `paths`, and where a name stands (x, y), by code.

    `corner`: the north-western one (longitude, latitude); `scale`: units of the picture a degree of each.
    """

    height: int
    paths: Mapping[str, str]
    names_at: Mapping[str, tuple[int, int]]
    corner: tuple[float, float]
    scale: tuple[float, float]

    def at(self, latitude: float, longitude: float) -> tuple[int, int]:
        """Where a point of the ground is in the picture (x, y)."""
        west, north = self.corner
        return round((longitude - west) * self.scale[0]), round((north - latitude) * self.scale[1])


def by_total(rows: Collection[Row]) -> list[Row]:
    """The largest first, the silent last."""
    return sorted(rows, key=lambda row: (row.is_silent, -row.total, in_order(row.name)))


def plan(key: Hashable, outlines: Callable[[], Mapping[str, BaseGeometry]]) -> Plan:
    """The plan of outlines (degrees), made once for each key: the edition of the outlines, and of what."""
    with _lock:
        made = _plans.get(key)
        if made is None:
            while len(_plans) >= MOST_PLANS:
                del _plans[next(iter(_plans))]
            made = _plans[key] = _drawn(outlines())
        return made


def _drawn(outlines: Mapping[str, BaseGeometry]) -> Plan:
    """On the plane, north up, as wide as the picture or as tall as it may be; borders stay common."""
    west, south, east, north = shapely.total_bounds(list(outlines.values()))
    narrowed = cos(radians((south + north) / 2))
    scale = min(MAP_WIDTH / ((east - west) * narrowed or 1), MAP_TALLEST / ((north - south) or 1))
    placed = [
        shapely.transform(
            shapely.make_valid(outline),
            lambda points: (points - (west, north)) * (narrowed * scale, -scale),
        )
        for outline in outlines.values()
    ]
    simple = dict(zip(outlines, shapely.coverage_simplify(placed, CLEAR), strict=True))
    return Plan(
        height=ceil((north - south) * scale),
        paths={code: "".join(_ring(part) for part in _parts(outline)) for code, outline in simple.items()},
        names_at={code: _middle(outline) for code, outline in simple.items()},
        corner=(west, north),
        scale=(narrowed * scale, scale),
    )


def _parts(outline: BaseGeometry) -> list[shapely.Polygon]:
    parts = [one for one in shapely.get_parts(outline) if isinstance(one, shapely.Polygon)]
    return sorted(parts, key=lambda part: -part.area)


def _ring(part: shapely.Polygon) -> str:
    """The outer border and the holes, in whole units."""
    rings = []
    for ring in (part.exterior, *part.interiors):
        points = [f"{round(x)},{round(y)}" for x, y in ring.coords]
        kept = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
        if len(kept) > 3:
            rings.append(f"M{' '.join(kept[:-1])}z")
    return "".join(rings)


def _middle(outline: BaseGeometry) -> tuple[int, int]:
    """The point that is farthest from the border of the largest part."""
    parts = _parts(outline)
    at = polylabel(parts[0], tolerance=4) if parts else outline.centroid
    return round(at.x), round(at.y)


def step(row: Row) -> int:
    """The step of the choropleth, 1 to 5; 0 where nobody came."""
    return sum(row.total >= first for first in STEPS)


def _ours(drawn: str) -> Markup:
    """What was drawn here: our own words and numbers, and what people typed only as `escape` gives it.

    As plain text it costs a tenth of what `Markup.format` takes, a hundred times a picture.
    """
    return Markup(drawn)  # noqa: S704 - see above


def _classes(row: Row) -> str:
    if row.is_silent:
        return 'class="area q0" fill="url(#none)"'
    return f'class="area q{step(row) or "-none"}"'


def choropleth(of: Plan, rows: Collection[Row], label: str) -> Markup:
    """A map of districts or regions by all who came; `label`: names the table that has the same numbers.

    A row without a name has none on the map.
    """
    known = [row for row in rows if of.paths.get(row.code)]
    drawn = [f'<path {_classes(row)} d="{of.paths[row.code]}"/>' for row in known]
    for row in _with_room(of, [row for row in known if row.name]):
        x, y = of.names_at[row.code]
        drawn.append(f'<text class="map-name" x="{x}" y="{y}">{escape(row.name)}</text>')
    return _ours(
        f'<svg class="chart" viewBox="-2 -2 {MAP_WIDTH + 4} {of.height + 4}" role="img"'
        f' aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )


def _with_room(of: Plan, rows: Collection[Row]) -> list[Row]:
    """Those whose names do not stand on another's; who has more people comes first."""
    taken: list[tuple[float, float, float]] = []
    found = []
    for row in by_total(rows):
        x, y = of.names_at[row.code]
        half = len(row.name) * LETTER / 2
        is_within = half <= x <= MAP_WIDTH - half and y > LINE
        is_free = all(
            abs(y - other_y) >= LINE or abs(x - other_x) >= half + other for other_x, other_y, other in taken
        )
        if is_within and is_free:
            taken.append((x, y, half))
            found.append(row)
    return found


def steps(rows: Collection[Row]) -> list[tuple[Markup, str]]:
    """The legend of the map: an example of each step and its numbers, "500+" the last."""
    ends = [f"{number(first)}–{number(after - 1)}" for first, after in zip(STEPS, STEPS[1:], strict=False)]
    found = [
        (_example(Row("", "", first, 0)), said)
        for first, said in zip(STEPS, [*ends, f"{number(STEPS[-1])}+"], strict=True)
    ]
    is_empty = any(not row.is_silent and row.total == 0 for row in rows)
    return [(_example(Row("", "", 0, 0)), "0"), *found] if is_empty else found


def _example(row: Row) -> Markup:
    return _ours(
        f'<svg viewBox="0 0 18 12" aria-hidden="true"><rect {_classes(row)} x=".5" y=".5" width="17"'
        ' height="11"/></svg>'
    )


def silent_example() -> Markup:
    """The legend's example of a silent district."""
    return _example(Row("", "", 0, 0, silent_weeks=0))


def patterns() -> Markup:
    """What hatched things of a page are filled with: once a page, before its charts."""
    return Markup(
        '<svg class="hidden" aria-hidden="true"><defs>'
        '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="c-hatch" d="M0 0V5"/></pattern>'
        '<pattern id="none" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-45)"><path class="c-none" d="M0 0V7"/></pattern></defs></svg>'
    )


def bar(row: Row, largest: int) -> Markup:
    """A row's own bar; `largest`: the total whose bar fills the width. The table's cells say the numbers."""
    verified, declared = (
        round(BAR_WIDTH * value / max(largest, 1), 1) for value in (row.verified, row.declared)
    )
    drawn = ""
    if verified:
        drawn += f'<rect class="c-verified" y="1" width="{verified}" height="12"/>'
    if declared:
        x, width = round(verified + 0.75, 2), max(declared - 0.75, 0.1)
        drawn += (
            f'<rect class="c-declared" fill="url(#hatch)" x="{x}" y="1.75" width="{width}" height="10.5"/>'
        )
    return _ours(f'<svg class="rowbar" viewBox="0 0 {BAR_WIDTH + 2} 14" aria-hidden="true">{drawn}</svg>')


DAYS_WIDTH, DAYS_HEIGHT, AXIS_Y, LEFT = 620, 206, 170, 30
HIGHEST = 144


def days(rows: Sequence[Row], label: str) -> Markup:
    """Columns by day from 0 up, verified below declared, sums above; `row.name`: the day as it is written."""
    if not rows:
        return Markup("")
    scale = HIGHEST / max(1, *(row.total for row in rows))
    pitch = (DAYS_WIDTH - LEFT - 10) / len(rows)
    column = partial(_column, pitch=pitch, scale=scale)
    highest = max(range(len(rows)), key=lambda at: rows[at].total)
    every = ceil(len(rows) / MOST_DAYS_NAMED)
    drawn = "".join(
        column(
            row,
            at,
            is_summed=len(rows) <= MOST_SUMS or at == highest,
            is_named=len(rows) <= 8 or at % every == 0,
        )
        for at, row in enumerate(rows)
    )
    return _ours(
        f'<svg class="chart chart-days" viewBox="0 0 {DAYS_WIDTH} {DAYS_HEIGHT}" role="img"'
        f' aria-label="{escape(label)}"><path class="axis" d="M{LEFT} {AXIS_Y}.5H{DAYS_WIDTH - 10}"/>'
        f"{drawn}</svg>"
    )


def _column(row: Row, at: int, *, pitch: float, scale: float, is_summed: bool, is_named: bool) -> str:
    width = round(pitch * 0.55, 1)
    x = round(LEFT + pitch * at + (pitch - width) / 2, 1)
    middle = round(x + width / 2, 1)
    verified, declared = (round(value * scale, 1) for value in (row.verified, row.declared))
    drawn = ""
    if verified:
        y = round(AXIS_Y - verified, 1)
        drawn += f'<rect class="c-verified" x="{x}" y="{y}" width="{width}" height="{verified}"/>'
    if declared:
        drawn += (
            f'<rect class="c-declared" fill="url(#hatch)" x="{round(x + 0.75, 2)}"'
            f' y="{round(AXIS_Y - verified - declared, 1)}" width="{max(round(width - 1.5, 1), 0.3)}"'
            f' height="{max(declared - 1.1, 0.1)}"/>'
        )
    if row.total and is_summed:
        y = round(AXIS_Y - verified - declared - 6, 1)
        drawn += f'<text x="{middle}" y="{y}" text-anchor="middle">{number(row.total)}</text>'
    if is_named:
        name = escape(row.short or row.name)
        drawn += f'<text class="muted" x="{middle}" y="194" text-anchor="middle">{name}</text>'
    return drawn
