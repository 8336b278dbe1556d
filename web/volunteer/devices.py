"""Where I am signed in, and which phones are told of things: to be seen, ended and removed."""

from flask import Response

from http_base.context import actor, now, page_caller, session
from http_base.fields import Strict, Text
from service.people import devices, sessions
from web.addresses import to
from web.forms import read_form
from web.pages import Pages, done
from web.volunteer import desk

pages = Pages("volunteer-devices")


class RemoveForm(Strict):
    installation_id = Text(required=True, longest=500)


@pages.page("/account/devices", ("GET", "POST"))
def show() -> Response:
    """Sessions and phones. Posted: which phone is told of nothing any more."""
    who = actor()
    form = read_form(RemoveForm)
    if form.is_good:
        # Of a phone that is not theirs, or gone, it is what was wanted: nothing says whether there is one.
        devices.remove(session(), who.volunteer_id, form.data["installation_id"])
        session().commit()
        return done(to("volunteer-devices.show"), "page.devices.removed")
    caller = page_caller()
    return desk.show(
        None,
        "devices.html",
        form=form,
        devices=devices.of_person(session(), who.volunteer_id),
        sessions=sessions.all_of(session(), who, now()),
        here=None if caller is None else caller.session_id,
    )
