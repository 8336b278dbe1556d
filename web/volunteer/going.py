"""What I go to, wait for or am offered, soonest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response

from http_base import cursors
from http_base.context import actor, now, session
from http_base.fields import Paged
from service.events import signups
from service.models import Event, Signup
from web.addresses import to
from web.forms import read_query
from web.pages import Pages
from web.volunteer import desk, moved

pages = Pages("volunteer-going")

A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """An event and how its reader stands to it. `position`: in the line, from 1; `confirm_by`: of offers."""

    event: Event
    signup: Signup
    position: int | None
    confirm_by: datetime | None

    @property
    def shown(self) -> str:
        """The day and place that its button says yes to."""
        return moved.shown(self.event)


@pages.page("/account/going")
def show() -> Response:
    """Where a volunteer's day begins; what is called off stays until its time is over."""
    after = cursors.decode(read_query(Paged).get("cursor"), cursors.moment, UUID)
    found = signups.mine(session(), actor(), now(), after, A_PAGE + 1)
    rows, following = cursors.page(found, A_PAGE, lambda row: (row[1].starts_at, row[1].id))
    lines = [
        Line(event, signup, position, signups.deadline(event, signup)) for signup, event, position in rows
    ]
    return desk.show(
        "going",
        "going.html",
        lines=lines,
        next_href=to("volunteer-going.show", cursor=following) if following else None,
        first_href=to("volunteer-going.show") if after else None,
    )
