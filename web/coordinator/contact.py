"""Whom to ask in a region: what every refusal that sends people to a coordinator shows."""

from flask import Response, request

from http_base.context import actor, now, session
from service.access import Permission
from service.organizations import contacts
from web.contact_forms import is_put, read_contact
from web.coordinator import desk
from web.forms import blank
from web.pages import Pages, Unaudited, done
from web.templating import text

pages = Pages("coordinator-contact")

GIVEN = Unaudited("shows a contact that was given for this; the use case records a change")


@pages.page("/coordinator/contact", ("GET", "POST"))
@pages.staff(Permission.SET_REGION_CONTACT, audit=GIVEN)
def show() -> Response:
    """Who it is now, and a form to say it anew; where somebody has several regions, of the chosen one."""
    at = desk.sit_down("people")
    code = at.region_code
    standing = contacts.by_region(session(), [code]).get(code) if code else None
    form = read_contact(standing)
    if code is not None and is_put(
        form, lambda said: contacts.put_region(session(), actor(), code, said, now())
    ):
        return done(at.to("coordinator-contact.show"), "page.contact.saved")
    return desk.show(at, "contact.html", form=form, standing=standing)


@pages.page("/coordinator/contact/remove", ("GET", "POST"))
@pages.staff(Permission.SET_REGION_CONTACT, audit=GIVEN)
def remove() -> Response:
    """Have nobody to ask in the region; asked again before it is done."""
    at = desk.sit_down("people")
    back = at.to("coordinator-contact.show")
    if at.region_code is None:
        return done(back)
    if request.method == "POST":
        contacts.put_region(session(), actor(), at.region_code, None, now())
        session().commit()
        return done(back, "page.contact.removed")
    return desk.ask_again(
        at,
        title=text("page.contact.remove-title", region=at.name),
        text=text("page.contact.remove-sure"),
        act=text("page.contact.remove"),
        form=blank(),
        back_href=back,
    )
