"""Where the events of a list are, as a small picture of our own outlines."""

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from service.geography import regions
from service.models import Event
from web import charts
from web.charts import MAP_WIDTH


def of_events(events: Sequence[Event], label: str) -> Markup | None:
    """The region that they lie in, or the country, and a dot for each place; None where there is none."""
    codes = {event.region_code for event in events}
    if not codes:
        return None
    plan = (
        charts.plan(("region", min(codes)), partial(_outline, min(codes)))
        if len(codes) == 1
        else (charts.plan("country", regions.outlines))
    )
    areas = "".join(f'<path class="area q-none" d="{path}"/>' for path in plan.paths.values())
    places = sorted({plan.at(event.latitude, event.longitude) for event in events})
    dots = "".join(f'<circle class="m-dot" cx="{x}" cy="{y}" r="9"/>' for x, y in places)
    return Markup('<svg class="chart" viewBox="-2 -2 {} {}" role="img" aria-label="{}">{}</svg>').format(
        MAP_WIDTH + 4,
        plan.height + 4,
        label,
        Markup(areas + dots),  # noqa: S704 - numbers
    )


def _outline(code: str) -> dict[str, BaseGeometry]:
    return {code: regions.outlines()[code]}
