"""Of a series, which dates an act is about: what a page offers to choose from."""

from collections.abc import Callable, Iterable

from http_base.context import actor, now, session
from service.events import series_scopes
from service.events.series_scopes import CHANGES, Scope
from service.models import Event
from web.templating import text

Choices = list[tuple[str, str]]


def scopes_of(event: Event | None) -> Choices:
    """(value, words) of what can be changed of an event of a series; empty where it stands alone."""
    is_dated = event is not None and event.series_id is not None and event.starts_at > now()
    return _worded(CHANGES) if is_dated else []


def scopes_beside(
    event: Event, is_meant: Callable[[Event, Event], bool], of: Iterable[Scope] = Scope
) -> tuple[Choices, int]:
    """The same of an act that may take earlier dates, too, and how many others there are.

    `of`: which scopes the act has at all.
    """
    earlier, later = series_scopes.beside(session(), actor(), event, now(), is_meant)
    if Scope.ALL not in of:
        earlier = 0
    offered = {Scope.THIS: earlier + later, Scope.FOLLOWING: later, Scope.ALL: earlier}
    return _worded(scope for scope, others in offered.items() if others), earlier + later


def _worded(scopes: Iterable[Scope]) -> Choices:
    return [(scope, text(f"page.series.{scope}")) for scope in scopes]
