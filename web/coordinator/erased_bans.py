"""Lifting the ban of somebody who was erased, by the number that they tell."""

from flask import Response

from http_base.context import actor, now, services, session
from http_base.fields import Strict, Text
from service import errors
from service.access import Permission
from service.people import erased_bans
from service.platform import phones
from web.coordinator import desk
from web.forms import Form, read_form
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-erased")


class NumberBody(Strict):
    """Whose ban."""

    phone = Text(required=True)


@pages.page("/coordinator/people/erased", ("GET", "POST"))
@pages.staff(Permission.BAN_STAFF, audit=Unaudited("its use case records whose ban was read"))
def lift() -> Response:
    """Look for a ban by the number; asked again before it is lifted."""
    at = desk.sit_down("people")
    form = read_form(NumberBody)
    reason = _look(form) if form.is_good else None
    if reason is None:
        return desk.show(at, "erased_bans.html", form=form)
    # Also that it was read.
    session().commit()
    if form.is_sure:
        return done(at.to("coordinator-people.show_all"), "page.person.ban-lifted")
    return desk.ask_again(
        at,
        title=text("page.people.coordinator-erased"),
        text=text("page.person.lift.sure", reason=reason),
        act=text("page.person.lift"),
        form=form,
        back_href=at.to("coordinator-erased.lift"),
    )


def _look(form: Form) -> str | None:
    """Why the number is banned, no more where its person is sure; None: the form says what is wrong."""
    settings = services().settings
    try:
        number = phones.parse(form.data["phone"], settings.phone_regions)
        reason = erased_bans.read(session(), actor(), number, now(), settings.secret_key)
        if form.is_sure:
            erased_bans.lift(session(), actor(), number, now(), settings.secret_key)
    except errors.Invalid as error:
        form.refused(error)
    except errors.NotFound:
        form.refuse("phone", "page.people.no-erased-ban")
    else:
        return reason
    return None
