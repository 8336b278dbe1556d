"""What staff has done and read, for national coordinators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from flask import Response
from markupsafe import Markup, escape

from http_base import cursors
from http_base.context import actor, locale, now, session
from http_base.schemas.audit import AuditQuery, asked
from notifications import words
from service.access import Permission
from service.audit import audit
from service.audit.audit import Entry
from service.geography import regions
from service.models import AuditAction
from service.rulings import audit_names
from service.rulings.audit_names import Names
from web import formats
from web.addresses import here
from web.coordinator import desk
from web.forms import read_query
from web.pages import Pages, Unaudited
from web.templating import text

pages = Pages("coordinator-audit")

A_PAGE = 50
BY_LINK = ("actor", "subject", "organization", "event")
"""Filters that nobody types: they come from the names in the list."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as it is read. `about`: what else it concerns; None: nothing."""

    action: str
    at: str
    actor: str
    subject: str
    about: Markup | None


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
    names = audit_names.names_of(session(), items, people, now())
    actions = _actions(locale())
    return desk.show(
        at,
        "audit.html",
        items=_shown(items, names, actions),
        names=names,
        query=query,
        actions=actions.items(),
        by_link={name: query[name] for name in BY_LINK if name in query},
        clear_href=here(cursor=None, **dict.fromkeys(BY_LINK)),
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


@cache
def _actions(language: str) -> Mapping[str, str]:
    """What each action is called, in the order of these words."""
    named = {str(action): words.translate(f"page.audit.action.{action}", language) for action in AuditAction}
    return dict(sorted(named.items(), key=lambda one: one[1]))


def _shown(items: Sequence[Entry], names: Names, actions: Mapping[str, str]) -> list[Shown]:
    """The entries in words."""
    organizations = {id_: formats.localized(name) for id_, name in names.organizations.items()}
    events = {id_: formats.localized(name) for id_, name in names.events.items()}
    actors = _links("actor", (one.actor_id for one in items), names.people)
    subjects = _links("subject", (one.subject_id for one in items), names.people)
    of_organizations = _links("organization", (one.organization_id for one in items), organizations)
    of_events = _links("event", (one.event_id for one in items), events)
    command_line = text("page.audit.command-line")
    return [
        Shown(
            actions.get(one.action) or text(f"page.audit.action.{one.action}"),
            formats.stamp(one.at),
            actors.get(one.actor_id, command_line),
            subjects.get(one.subject_id, ""),
            _about(of_organizations.get(one.organization_id), of_events.get(one.event_id), one.region_code),
        )
        for one in items
    ]


def _links(asks: str, ids: Iterable[UUID | None], names: Mapping[UUID, str]) -> Mapping[UUID | None, Markup]:
    """A link to all that is about each of these, made once however many entries name it.

    `asks`: the filter that the link sets.
    """
    address, gone = escape(here(cursor=None, **{asks: ""})), text("page.audit.gone")
    return {
        id_: Markup(f'<a href="{address}{id_}">{escape(names.get(id_) or gone)}</a>')  # noqa: S704 - escaped
        for id_ in {*ids}
        if id_ is not None
    }


def _about(organization: Markup | None, event: Markup | None, region_code: str | None) -> Markup | None:
    region = None if region_code is None else regions.get(region_code)
    name = None if region is None else escape(formats.localized(region.names))
    return Markup(" · ".join(filter(None, (organization, event, name)))) or None  # noqa: S704 - escaped
