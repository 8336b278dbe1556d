"""A region as everybody may see it: what comes next there, what came of its months, whom to ask."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors
from http_base.contacts import shown_by
from http_base.context import locale, now, session
from http_base.fields import Text
from service import errors
from service.events import search
from service.events.search import Search
from service.figures import public
from service.geography import districts, regions
from service.geography.regions import Region
from service.models.base import COUNTRY_ZONE, localized
from service.organizations import contacts
from web import formats
from web.addresses import here
from web.charts import Row
from web.forms import read_query
from web.public import open_pages
from web.public.open_pages import OpenPages
from web.templating import text

pages = OpenPages("regions")

A_PAGE = 20
AHEAD = timedelta(days=90)
MONTHS = 12


class Filter(Schema):
    """Which of the coming events: those of a district."""

    district = Text()
    cursor = fields.String()


@pages.page("/regions/<code>")
def show(code: str) -> Response:
    """One region; of a district that is none of it (any more) the address says nothing. Raises NotFound."""
    region = regions.get(code)
    if region is None:
        raise errors.NotFound(errors.Thing.REGION)
    name = localized(region.names, locale())
    query = read_query(Filter)
    known = districts.current(session()).of_region(code)
    names = ((one.code, localized(one.names, locale())) for one in known)
    choices = sorted(names, key=lambda one: formats.in_order(one[1]))
    chosen = query["district"] if query.get("district") in dict(choices) else None
    found = _coming(region, chosen, query.get("cursor"))
    items, following = cursors.page(found, A_PAGE, lambda event: (event.starts_at, event.id))
    months = public.of_region(session(), code, MONTHS)
    return open_pages.show(
        "region.html",
        title=name,
        description=text("page.public.region.about", region=name),
        name=name,
        code=code,
        items=items,
        choices=choices,
        chosen=chosen,
        is_district_gone="district" in query and chosen is None,
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if "cursor" in query else None,
        months=[(formats.month(month), figures) for month, figures in months],
        columns=[_column(f"{month:%m}", figures) for month, figures in reversed(months)],
        contact=shown_by(contacts.by_region(session(), [code])).get(code),
    )


def _coming(region: Region, district: str | None, cursor: str | None) -> Any:
    today = now().astimezone(COUNTRY_ZONE).date()
    wanted = Search(
        today - timedelta(days=1),
        today + AHEAD,
        region_code=region.code,
        district_code=district,
        not_over_at=now(),
    )
    after: tuple[datetime, UUID] | None = cursors.decode(cursor, cursors.moment, UUID)
    return search.find(session(), wanted, after, A_PAGE + 1)


def _column(name: str, figures: dict[str, Any]) -> Row:
    """A month of the chart; what is left out of the table stands in no column either."""
    return Row("", name, figures["participations"] or 0, figures["declared"] or 0)
