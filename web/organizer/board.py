"""The board of one event: how it stands at this moment, and where everything is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import randbelow
from uuid import UUID

from flask import Response, request

from http_base import links
from http_base.context import actor, now, session
from service.access import Actor, Permission, may
from service.events import helpers, restoring
from service.events.events import target_of
from service.figures import own_events
from service.models import Event
from service.models.base import COUNTRY_ZONE
from web.addresses import to
from web.organizer import desk
from web.pages import How, Pages, Unaudited

pages = Pages("organizer-board")

EVERY_MS, SPREAD_MS = 10_000, 3_000
"""How often the figures are asked for anew; each board a little apart."""

RECORDED = Unaudited("figures of an event of one's own; that helpers were read is recorded by their use case")

HOW = How(cache="private, no-cache", part="organizer/board_now.html")


@dataclass(frozen=True, slots=True)
class Way:
    """A page of the event that its board leads to, for who has the permission, when `fits`.

    Words: `page.board.<name>`, below them `page.board.<name>-note`.
    """

    name: str
    page: str
    lead: str
    permission: Permission
    fits: Callable[[Event, datetime], bool] = lambda _event, _at: True

    def href(self, event: Event) -> str:
        """Its address."""
        return to(self.page, event_id=event.id)


def has_begun(event: Event, at: datetime) -> bool:
    """Whether anything can have happened there."""
    return not event.is_secret and not event.never_began and event.starts_at <= at


def is_open(event: Event, at: datetime) -> bool:
    """Whether it is still to be prepared, or goes on."""
    return not event.is_cancelled and not event.is_over(at)


def is_draft(event: Event, _at: datetime) -> bool:
    """Whether it is yet to be published."""
    return event.is_draft


def is_planned(event: Event, _at: datetime) -> bool:
    """Whether its plan can be changed."""
    return not event.is_cancelled


def is_shown(event: Event, _at: datetime) -> bool:
    """Whether everybody can open it."""
    return event.is_published and not event.is_hidden


def has_people(event: Event, _at: datetime) -> bool:
    """Whether anybody can have signed up."""
    return not event.is_secret


def has_groups(event: Event, _at: datetime) -> bool:
    """Whether groups can come to it, or have come."""
    return not event.never_began


def is_public(event: Event, _at: datetime) -> bool:
    """Whether something can come of it: from its publishing on, for photographs of the place as it was."""
    return not event.is_secret and not event.never_began


def may_be_moved(event: Event, at: datetime) -> bool:
    """Whether another day or hour can be said of it."""
    return event.is_published and event.starts_at > at


def is_of_series(event: Event, _at: datetime) -> bool:
    """Whether it is one of several dates."""
    return event.series_id is not None


def is_known(event: Event, _at: datetime) -> bool:
    """Whether somebody besides its staff can know of it."""
    return not event.is_secret


TILES: Sequence[Way] = (
    Way("code", "organizer-code.show", "code", Permission.SHOW_CODE, is_public),
    Way("list", "organizer-list.show", "list", Permission.SEE_LIST, is_public),
    Way("groups", "organizer-groups.show", "group", Permission.SEE_BOARD, has_groups),
    Way("message", "organizer-messages.show", "message", Permission.SEE_BOARD, is_known),
)
"""The four big buttons of the day, in their order: code, list, groups, message."""

WAYS: Sequence[Way] = (
    Way("publish", "organizer-publishing.preview", "flag", Permission.CHANGE_EVENT, is_draft),
    Way("doubts", "organizer-doubts.show", "doubt", Permission.CORRECT_ATTENDANCE, has_begun),
    Way("share", "organizer-sharing.show", "share", Permission.SEE_BOARD, is_shown),
    Way("change", "organizer-event-edit.change", "change", Permission.CHANGE_EVENT, is_planned),
    Way("move", "organizer-calling-off.move", "calendar", Permission.CHANGE_EVENT, may_be_moved),
    Way("dates", "organizer-more-dates.add", "calendar", Permission.CREATE_EVENT, is_of_series),
    Way("copy", "organizer-copying.copy", "calendar", Permission.CREATE_EVENT),
    Way("people", "organizer-people.show", "people", Permission.REMOVE_PARTICIPANT, has_people),
    Way("helpers", "organizer-helpers.show", "group", Permission.NAME_HELPERS, is_open),
    Way("result", "organizer-result.show", "flag", Permission.GIVE_RESULT, is_public),
    Way("report", "organizer-report.show", "list", Permission.SEE_PRESENT, has_begun),
    Way("restore", "organizer-calling-off.restore", "tick", Permission.RESTORE_EVENT, restoring.is_open),
    Way("cancel", "organizer-calling-off.cancel", "cross", Permission.CANCEL_EVENT, is_open),
)
"""The rows below them, in their order."""


def open_ways(ways: Sequence[Way], event: Event, caller: Actor, at: datetime) -> list[Way]:
    """Those that the caller can go now."""
    return [way for way in ways if may(caller, way.permission, target_of(event)) and way.fits(event, at)]


@pages.page("/organizer/events/<uuid:event_id>")
@pages.staff(Permission.SEE_BOARD, audit=RECORDED)
def show(event_id: UUID) -> Response:
    """Asked anew every ten seconds where there are scripts, else by the browser's own reload."""
    event, at = desk.found(event_id), now()
    response = desk.show(
        "board.html",
        HOW,
        event=event,
        board=own_events.board(session(), actor(), event, at),
        tiles=open_ways(TILES, event, actor(), at),
        ways=open_ways(WAYS, event, actor(), at),
        first=first_act(event, at),
        helpers=_helpers(event),
        beside=own_events.beside(session(), actor(), event, at),
        is_over=event.is_over(at),
        address=links.of_event(event.id),
        every_ms=EVERY_MS + randbelow(SPREAD_MS),
    )
    response.add_etag()
    response.make_conditional(request)
    return response


def _helpers(event: Event) -> list[str]:
    """The names of those who help, for who names them."""
    if not may(actor(), Permission.NAME_HELPERS, target_of(event)):
        return []
    return [name for _, name in helpers.of_event(session(), actor(), event.id, now())]


def first_act(event: Event, at: datetime) -> str | None:
    """Which is the filled button: publishing, sharing before the day, the code on it, the result after."""
    if event.is_cancelled:
        return None
    if event.is_draft:
        return "publish"
    if event.is_over(at):
        return "result"
    is_day = event.starts_at <= at or event.day == at.astimezone(COUNTRY_ZONE).date()
    return "code" if is_day else "share"
