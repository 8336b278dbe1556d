"""A day of action as it goes on: who is on site by district, the last results, what is still missing."""

from secrets import randbelow

from flask import Response, request

from http_base.context import actor, now, session
from service.access import Permission
from service.figures import live
from service.geography import districts
from service.models import AuditAction
from service.models.base import COUNTRY_ZONE
from web.coordinator import desk
from web.pages import How, Pages, tell_audit

pages = Pages("coordinator-live")

EVERY_MS, SPREAD_MS = 10_000, 3_000
"""How often a page asks anew; each a little apart, so that all desks do not ask at once."""

HOW = How(cache="private, no-cache", part="coordinator/live_now.html")
"""A browser keeps it, and asks each time whether it still stands: what has not changed is not sent again."""


@pages.page("/coordinator/live")
@pages.staff(Permission.COUNT_REGION, audit=AuditAction.LIVE_READ)
def show() -> Response:
    """Today, asked anew every ten seconds where there are scripts, else by the browser's own reload."""
    at = desk.sit_down("events")
    tell_audit(region_code=at.region_code)
    found = live.today(session(), actor(), at.region_code, now())
    response = desk.show(
        at,
        "live.html",
        HOW,
        live=found,
        today=now().astimezone(COUNTRY_ZONE).date(),
        districts=districts.names_of(session(), {one.district_code for one in found.events}),
        every_ms=EVERY_MS + randbelow(SPREAD_MS),
    )
    response.add_etag()
    response.make_conditional(request)
    return response
