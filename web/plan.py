"""A plan of an event's place as SVG: its area, where people meet, and where phones said they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import radians
from typing import Any

import shapely
from markupsafe import Markup

from service.geography import geodesy
from service.geography.geodesy import metres_per_radian, northing

WIDTH, HEIGHT = 328, 180
EDGE = 16
"""Of the picture, in its own units, that nothing but the ground stands in."""

LEAST_M = 120
"""So much ground is shown at least, from side to side."""

STEPS_M = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a phone said that it was: WGS 84 degrees, and its accuracy in metres (None: unknown)."""

    latitude: float
    longitude: float
    accuracy_m: float | None = None


def plan(
    area: Mapping[str, Any],
    meeting_point: tuple[float, float],
    label: str,
    distance: Any,
    seen: Sequence[Seen] = (),
) -> Markup:
    """The picture, with a bar of scale. `meeting_point`: (latitude, longitude); `distance`: says metres."""
    latitude, longitude = meeting_point
    scale, east, north = metres_per_radian(latitude), radians(longitude), northing(latitude)
    if area["type"] == "circle":
        ground = shapely.Point(0, 0).buffer(float(area["radius_m"]))
    else:
        outline, margin_m = geodesy.geometry_of(area)
        round_it = shapely.transform(geodesy.on_plane(outline), lambda xy: (xy - (east, north)) * scale)
        ground = round_it.buffer(margin_m)
    # Metres from the meeting point; by hand, as shapely takes ten times as long for a single point.
    points = [
        ((radians(one.longitude) - east) * scale, (northing(one.latitude) - north) * scale) for one in seen
    ]
    view = _View.of(ground.bounds, [(0, 0), *points])
    drawn = [f'<path class="m-area" d="{view.path(ground)}"/>']
    for one, point in zip(seen, points, strict=True):
        x, y = view.at(*point)
        if one.accuracy_m:
            radius = min(one.accuracy_m * view.scale, WIDTH)
            drawn.append(f'<circle class="m-accuracy" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>')
        drawn.append(f'<path class="m-seen" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"/>')
    x, y = view.at(0, 0)
    drawn.append(f'<circle class="m-dot" cx="{x:.1f}" cy="{y:.1f}" r="8"/>')
    drawn.append(f'<circle class="m-dot-in" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
    bar_m = max((step for step in STEPS_M if step * view.scale <= WIDTH / 3), default=STEPS_M[0])
    bar = bar_m * view.scale
    drawn.append(f'<path class="m-scale" d="M10 {HEIGHT - 10}v4h{bar:.1f}v-4"/>')
    return Markup(
        '<svg class="plan" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<text class="m-text" x="10" y="{}">{}</text></svg>'
    ).format(WIDTH, HEIGHT, label, Markup("".join(drawn)), HEIGHT - 15, distance(bar_m))  # noqa: S704 - numbers


@dataclass(frozen=True, slots=True)
class _View:
    """What of the ground is shown: metres to units of the picture."""

    scale: float
    middle: tuple[float, float]

    @staticmethod
    def of(bounds: tuple[float, float, float, float], points: Sequence[tuple[float, float]]) -> "_View":
        """All within the bounds, and these points."""
        xs, ys = zip(bounds[:2], bounds[2:], *points, strict=True)
        left, bottom, right, top = min(xs), min(ys), max(xs), max(ys)
        wide, high = max(right - left, LEAST_M), max(top - bottom, LEAST_M * HEIGHT / WIDTH)
        scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
        return _View(scale, ((left + right) / 2, (bottom + top) / 2))

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.middle[0]) * self.scale + WIDTH / 2, HEIGHT / 2 - (y - self.middle[1]) * self.scale

    def path(self, ground: shapely.Geometry) -> str:
        rings = chain.from_iterable(
            (part.exterior, *part.interiors)
            for part in shapely.get_parts(ground.simplify(1 / self.scale))
            if not part.is_empty
        )
        return "".join(self._ring(ring) for ring in rings)

    def _ring(self, ring: Any) -> str:
        corners = (self.at(*corner) for corner in ring.coords)
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
