"""What a volunteer's own pages stand in: the four tabs of the app, and how much of the inbox is unread."""

from dataclasses import dataclass

from flask import Response

from http_base.context import actor, session
from notifications import inbox
from web.addresses import to
from web.pages import PLAIN, How, render


@dataclass(frozen=True, slots=True)
class Tab:
    """A section. `page`: its first one; `lead`: its icon."""

    name: str
    page: str
    lead: str


TABS = (
    Tab("near", "finding.show_all", "place"),
    Tab("going", "volunteer-going.show", "calendar"),
    Tab("record", "volunteer-record.show", "tick"),
    Tab("inbox", "volunteer-inbox.show", "message"),
)
"""In the order in which they stand."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`section`: that of the page, None for one that is of none; `unread`: messages that wait to be read."""

    section: str | None
    unread: int

    @property
    def tabs(self) -> list[tuple[str, str, str, bool, int]]:
        """(name, href, icon, current, waiting) of each section."""
        return [
            (
                tab.name,
                to(tab.page),
                tab.lead,
                tab.name == self.section,
                self.unread if tab.name == "inbox" else 0,
            )
            for tab in TABS
        ]

    @property
    def finding_href(self) -> str:
        """Where events are looked for."""
        return to(TABS[0].page)


def sit_down(section: str | None = None) -> Desk:
    """The caller's desk. Raises Unauthenticated, Banned, AccountDisabled."""
    return Desk(section, inbox.state(session(), actor().volunteer_id).unread)


def show(section: str | None, template: str, how: How = PLAIN, /, **values: object) -> Response:
    """A page of whoever is signed in, about themself."""
    return render(f"volunteer/{template}", how, desk=sit_down(section), **values)
