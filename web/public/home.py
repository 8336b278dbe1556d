"""Where somebody arrives: what it is, what came of the year, what comes next and where."""

from dataclasses import replace

from flask import Response

from http_base.context import locale, now, session
from service.events import search
from service.geography import regions
from service.models.base import localized
from web import charts, formats
from web.addresses import to
from web.charts import Row
from web.public import open_pages, year
from web.public.open_pages import OpenPages
from web.templating import text

pages = OpenPages("start")

NEXT_ONES = 8
FIGURES = (
    ("volunteers", "verified"),
    ("declared", "declared"),
    ("events_held", None),
    ("trees", None),
)
"""What of the year is shown, and as what; a number that nobody said anything about is left out."""


@pages.page("/")
def home() -> Response:
    """The first page."""
    coming = search.coming_by_region(session(), now())
    rows = sorted(
        (
            Row(
                region.code,
                localized(region.names, locale()),
                coming.get(region.code, 0),
                0,
                href=to("regions.show", code=region.code),
            )
            for region in regions.all_regions()
        ),
        key=lambda row: formats.in_order(row.name),
    )
    found = year.figures()
    return open_pages.show(
        "home.html",
        title=text("page.home.title"),
        description=text("page.home.lead"),
        figures=[
            (name, kind, found["figures"][name])
            for name, kind in FIGURES
            if found["figures"].get(name, 0) != 0
        ],
        period=(found["from"], found["to"]),
        next_ones=search.coming(session(), now(), NEXT_ONES),
        regions=rows,
        on_map=[replace(row, name=formats.number(row.total) if row.total else "") for row in rows],
        plan=charts.plan("country", regions.outlines),
    )
