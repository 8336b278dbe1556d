"""Organizers who correct unusually much: somebody should look, and nothing is decided by it."""

from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base import cursors
from http_base.context import actor, now, session
from http_base.schemas.days import LastDays
from service.access import Permission
from service.people import consents
from service.rulings import correction_audit
from service.rulings.correction_audit import AuditPeriod
from web.addresses import here
from web.coordinator import desk
from web.forms import read_query
from web.pages import Pages, Unaudited

pages = Pages("coordinator-correctors")

A_PAGE = 20


class Question(LastDays):
    """The days of the events."""

    cursor = fields.String()


@pages.page("/coordinator/correctors")
@pages.staff(Permission.CORRECT_AS_COORDINATOR, audit=Unaudited("its use case records it"))
def show_all() -> Response:
    """Everybody who corrected at events of these days, most corrections first."""
    at = desk.sit_down("people")
    query = read_query(Question)
    question = AuditPeriod(query["first_day"], query["last_day"], at.region_code)
    after = cursors.decode(query.get("cursor"), cursors.count, UUID)
    found = correction_audit.organizers(session(), actor(), question, after, A_PAGE + 1, now())
    items, following = cursors.page(found, A_PAGE, lambda one: (one.corrections, one.volunteer_id))
    return desk.show(
        at,
        "correctors.html",
        items=items,
        names=consents.shown_names(session(), {one.volunteer_id: one.display_name for one in items}, now()),
        query=query,
        rule=correction_audit,
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )
