"""My messages, newest first: all that was owed to me, whatever became of the pushes."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base import cursors
from http_base.context import actor, locale, now, session
from http_base.fields import Paged, Strict
from notifications import inbox
from notifications.inbox import InboxEntry
from web.addresses import to
from web.forms import read_form, read_query
from web.pages import Pages, done
from web.volunteer import desk

pages = Pages("volunteer-inbox")

A_PAGE = 20

ABOUT: Mapping[str, str] = {
    "invitation": "account.show",
    "contact_asked": "account.show",
    "role_given": "account.show",
    "number_lost": "account.show",
    "second_factor_reset": "account.set_up",
    "birth_date_set": "volunteer-settings.show",
    "milestone": "volunteer-honours.show",
    "certificate_changed": "volunteer-certificates.show_all",
    "consent_changed": "volunteer-consents.show",
    "guardian_needed": "volunteer-guardian.show",
    "guardian_accepted": "volunteer-guardian.show",
    "guardian_withdrew": "volunteer-guardian.show",
    "guardian_asked": "guardian.show",
    "guardian_ended": "guardian.show",
    "organization_decided": "organizer-home.show",
    "organization_answered": "coordinator-home.show",
    "record_detached": "coordinator-home.show",
    "staff_number_lost": "coordinator-home.show",
    "staff_second_factor_reset": "coordinator-home.show",
    "waiting_digest": "coordinator-home.show",
}
"""Where a message leads that is about no event."""

ABOUT_EVENTS: Mapping[str, str] = {
    "event_planned": "organizer-board.show",
    "result_missing": "organizer-board.show",
    "minor_withdrawn": "organizer-board.show",
    "attendance_denied": "coordinator-event.show",
    "listed": "volunteer-record.show_one",
    "review_decided": "volunteer-record.show_one",
    "thanks": "volunteer-record.show_one",
}
"""Where one leads that is about an event; else to the event's own page."""


class ReadForm(Strict):
    """`up_to`: the newest of what was shown."""

    up_to = fields.UUID(required=True)


def about(entry: InboxEntry) -> str | None:
    """The page of what a message is about; None for one that says all there is."""
    if entry.event_id is not None:
        return to(ABOUT_EVENTS.get(entry.kind, "events.show"), event_id=entry.event_id)
    page = ABOUT.get(entry.kind)
    return None if page is None else to(page)


@pages.page("/account/inbox", ("GET", "POST"))
def show() -> Response:
    """A page of them. Posted: all that was shown has been read."""
    who = actor()
    form = read_form(ReadForm)
    if form.is_good:
        inbox.mark_all_read(session(), who.volunteer_id, form.data["up_to"], now())
        session().commit()
        return done(to("volunteer-inbox.show"), "page.inbox.all-read")
    after = cursors.decode(read_query(Paged).get("cursor"), UUID)
    found = inbox.page(session(), who.volunteer_id, locale(), after and after[0], A_PAGE + 1)
    items, following = cursors.page(found, A_PAGE, lambda item: (item.id,))
    return desk.show(
        "inbox",
        "inbox.html",
        form=form,
        items=items,
        next_href=to("volunteer-inbox.show", cursor=following) if following else None,
        first_href=to("volunteer-inbox.show") if after else None,
    )


@pages.page("/account/inbox/<uuid:item_id>")
def show_one(item_id: UUID) -> Response:
    """One of them, whole; opened, it is read."""
    who = actor()
    found = inbox.get(session(), who.volunteer_id, item_id, locale())
    inbox.mark_read(session(), who.volunteer_id, item_id, now())
    session().commit()
    return desk.show("inbox", "message.html", item=found, about=about(found))
