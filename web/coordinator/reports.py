"""What people reported about events, and what looks unusual in their results: read and closed with a word."""

from uuid import UUID

from flask import Response
from marshmallow import Schema, fields

from http_base import cursors
from http_base.context import actor, now, session
from http_base.schemas.reports import ResolutionBody
from service.access import Permission
from service.events import reports
from web.addresses import here, to
from web.coordinator import desk
from web.forms import read_form, read_query
from web.pages import Pages, Unaudited, done

pages = Pages("coordinator-reports")

A_PAGE = 20


class Filter(Schema):
    """Which page of the list."""

    cursor = fields.String()


@pages.page("/coordinator/reports", ("GET", "POST"))
@pages.staff(Permission.HANDLE_REPORT, audit=Unaudited("its use case records what was read"))
def show_all() -> Response:
    """The open ones, the oldest first; each is closed with what came of it."""
    form = read_form(_Closing)
    if form.is_good:
        reports.close(session(), actor(), form.data["report"], form.data["resolution"], now())
        session().commit()
        return done(to("coordinator-reports.show_all"), "page.reports.closed")
    at = desk.sit_down("home")
    query = read_query(Filter)
    after = cursors.decode(query.get("cursor"), UUID)
    found = reports.open_reports(session(), actor(), at.region_code, after and after[0], A_PAGE + 1, now())
    session().commit()
    items, following = cursors.page(found, A_PAGE, lambda row: (row[0].id,))
    return desk.show(
        at,
        "reports.html",
        items=items,
        form=form,
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


class _Closing(ResolutionBody):
    """`report`: which of them."""

    report = fields.UUID(required=True)
