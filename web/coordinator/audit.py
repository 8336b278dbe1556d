"""What staff has done and read, for national coordinators."""

from uuid import UUID

from flask import Response

from http_base import cursors
from http_base.context import actor, now, session
from http_base.schemas.audit import AuditQuery, asked
from service.access import Permission
from service.audit import audit
from service.geography import regions
from service.models import AuditAction
from service.rulings import audit_names
from web.addresses import here
from web.coordinator import desk
from web.forms import read_query
from web.pages import Pages, Unaudited
from web.templating import text

pages = Pages("coordinator-audit")

A_PAGE = 50
BY_LINK = ("actor", "subject", "organization", "event")
"""Filters that nobody types: they come from the names in the list."""


@pages.page("/coordinator/audit")
@pages.staff(Permission.SEE_AUDIT, audit=Unaudited("its use case records it"))
def show_all() -> Response:
    """The entries, newest first; a name in them leads to all that is about it."""
    at = desk.sit_down("people")
    query = read_query(AuditQuery)
    after = cursors.decode(query.get("cursor"), UUID)
    found = audit.entries(session(), actor(), asked(query), after and after[0], A_PAGE + 1, now())
    items, following = cursors.page(found, A_PAGE, lambda one: (one.id,))
    people = [query[name] for name in ("actor", "subject") if name in query]
    return desk.show(
        at,
        "audit.html",
        items=items,
        names=audit_names.names_of(session(), items, people, now()),
        query=query,
        actions=sorted(
            ((action, text(f"page.audit.action.{action}")) for action in AuditAction), key=lambda one: one[1]
        ),
        by_link={name: query[name] for name in BY_LINK if name in query},
        region_of=regions.get,
        clear_href=here(cursor=None, **dict.fromkeys(BY_LINK)),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )
