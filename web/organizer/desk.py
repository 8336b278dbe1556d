"""What all of an organizer's pages stand in: whose event it is, and the way back."""

from typing import Any
from uuid import UUID

from flask import Response

from http_base.context import actor, session
from service.access import Permission, may, require
from service.events import events
from service.events.events import target_of
from service.models import Event
from web.addresses import to
from web.pages import PLAIN, How, render


def found(event_id: UUID, permission: Permission = Permission.SEE_BOARD) -> Event:
    """An event about which the caller has this permission. Raises NotFound, Forbidden, NotVerified."""
    event = events.get_to_read(session(), actor(), event_id)
    require(actor(), permission, target_of(event))
    return event


def board_of(event_id: UUID) -> str:
    """The address of the event's board, to which its pages lead back."""
    return to("organizer-board.show", event_id=event_id)


def back_of(event: Event) -> str | None:
    """The board, for who may see it: a helper has none."""
    return board_of(event.id) if may(actor(), Permission.SEE_BOARD, target_of(event)) else None


def door_of(event: Event, page: str) -> dict[str, Any]:
    """What the list's and the code's page give to the script that lets them go on without signal."""
    target = target_of(event)
    return {
        "page": page,
        "kept_href": to("organizer-kept.kept", event_id=event.id),
        "worker_href": to("organizer-kept.worker"),
        "sign_in_href": to("sign-in.show", next=to(f"organizer-{page}.show", event_id=event.id)),
        "may_tick": may(actor(), Permission.TICK_LIST, target) and not event.never_began,
        "back_href": back_of(event),
    }


def show(template: str, how: How = PLAIN, /, **values: Any) -> Response:
    """A page of the desk; `event`: whose title leads back to the board, where there is one."""
    return render(f"organizer/{template}", how, **values)
